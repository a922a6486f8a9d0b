"""A finding 发现: one thing that is wrong with what was brought, where it is, and how to mend it.

The rules and their words stand in `rules.tsv`, which is also the published table "what you bring → what we say". One
finding covers all rows with the same fault and the same value: an unknown type in 3,000 rows is said once.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from node.errors import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

SEVERITIES = {
    "error": Words("错误", "error"), "question": Words("请选择", "question"), "warning": Words("注意", "warning"),
    "note": Words("说明", "note"),
}  # fmt: skip
"""An error must be mended before an import; a question must be answered."""
MOST_LISTED = 1000
"""Rows and paths that a finding lists in JSON; its count is always whole."""
_LONGEST = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule: what somebody brings, and the templates of what is said and how to mend it."""

    code: str
    severity: str
    brought: Words
    said: Words
    mend: Words


def _read() -> dict[str, Rule]:
    with Path(__file__).with_name("rules.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    pairs = ("brought", "said", "mend")
    return {
        row["code"]: Rule(
            code=row["code"],
            severity=row["severity"],
            **{name: Words(row[f"{name}_zh"], row[f"{name}_en"]) for name in pairs},
        )
        for row in rows
    }


RULES = _read()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault: its rule, its words, and its place.

    ``file`` is the list, or the file concerned; ``rows`` are row numbers of the list, ``column`` its heading,
    ``field`` what that heading means; ``paths`` are files of the delivery.
    """

    rule: Rule
    words: Words
    mend: Words
    value: str = ""
    file: str | None = None
    sheet: str | None = None
    rows: Sequence[int] = ()
    column: str | None = None
    field: str | None = None
    paths: Sequence[str] = ()

    def to_json(self, language: str) -> dict[str, Any]:
        """Give it as JSON: all but long lists whole."""
        return {
            "code": self.rule.code,
            "severity": self.rule.severity,
            "message": self.words.in_language(language),
            "mend": self.mend.in_language(language),
            "value": self.value,
            "file": self.file,
            "sheet": self.sheet,
            "rows": list(self.rows[:MOST_LISTED]),
            "row_count": len(self.rows),
            "column": self.column,
            "field": self.field,
            "paths": list(self.paths[:MOST_LISTED]),
            "path_count": len(self.paths),
        }


def find(code: str, *, value: str = "", place: dict[str, Any] | None = None, **details: object) -> Finding:
    """Build a finding by its rule; ``place`` holds the finding's own fields, ``details`` what the words need."""
    rule = RULES[code]
    shown = {"value": _short(value)} | {name: _short(detail) for name, detail in details.items()}
    said = Words(rule.said.zh.format_map(shown), rule.said.en.format_map(shown))
    mend = Words(rule.mend.zh.format_map(shown), rule.mend.en.format_map(shown))
    return Finding(rule=rule, words=said, mend=mend, value=value, **(place or {}))


def _short(value: object) -> object:
    text = value if isinstance(value, str) else None
    return text[: _LONGEST - 1] + "…" if text is not None and len(text) > _LONGEST else value
