"""One test a row of the table "what you bring → what we say", and the table itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import deliveries
import pytest
import rules_table

from node.precheck.finding import RULES, SEVERITIES

if TYPE_CHECKING:
    from pathlib import Path


def test_every_rule_has_a_case() -> None:
    assert set(deliveries.CASES) == set(RULES)
    assert {rule.severity for rule in RULES.values()} == set(SEVERITIES)


@pytest.mark.parametrize("code", RULES)
def test_what_is_brought_is_told_in_both_languages_with_its_mend(code: str, tmp_path: Path) -> None:
    report = deliveries.CASES[code](tmp_path)
    findings = deliveries.found(report, code)
    assert findings, [finding.rule.code for finding in report.findings]
    rule = RULES[code]
    for finding in findings:
        for language in ("zh", "en"):
            said, mend = finding.words.in_language(language), finding.mend.in_language(language)
            assert pattern_of(rule.said.in_language(language)).fullmatch(said), said
            assert pattern_of(rule.mend.in_language(language)).fullmatch(mend), mend
        placed = finding.file or finding.rows or finding.paths or code == "not-examined"
        assert placed, finding


@pytest.mark.parametrize("code", RULES)
def test_a_case_has_no_other_error_than_its_own(code: str, tmp_path: Path) -> None:
    report = deliveries.CASES[code](tmp_path)
    others = {finding.rule.code for finding in report.findings if finding.rule.severity in ("error", "question")}
    assert others - {code} == set()


def pattern_of(template: str) -> re.Pattern[str]:
    """Give what a filled-in template looks like."""
    parts = re.split(r"\{[a-z_]+(?:!r)?\}", template)
    return re.compile(".+?".join(map(re.escape, parts)), re.DOTALL)


def test_the_published_table_is_the_table_of_rules() -> None:
    assert rules_table.PAGE.read_text(encoding="utf-8") == rules_table.page()


def test_a_lots_name_is_as_long_as_it_may_be_everywhere(tmp_path: Path) -> None:
    for length, findings in ((80, 0), (81, 1)):
        report = deliveries.listed(tmp_path / str(length), deliveries.GOOD | {"交付批次": "批" * length})
        assert len(deliveries.found(report, "too-long")) == findings
