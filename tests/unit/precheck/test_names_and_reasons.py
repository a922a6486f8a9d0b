"""Names that another system cannot hold, names that look like lines of ours, and why a file does not decode."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import deliveries
import pytest

from node.cli.findings import tell
from node.cli.output import Output
from node.precheck.finding import find

if TYPE_CHECKING:
    from pathlib import Path


def test_every_name_that_windows_cannot_hold_is_counted(tmp_path: Path) -> None:
    report = deliveries.CASES["name-windows"](tmp_path)
    (finding,) = deliveries.found(report, "name-windows")
    assert set(finding.paths) == {"CON.txt", "a:b", "c.", "d/nul"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_line_end_in_a_name_stays_in_its_line(tmp_path: Path, language: str) -> None:
    report = deliveries.CASES["name-windows"](tmp_path)
    reasons = {"reason": "不是图像", "reason_en": "not an image"}
    finding = find("not-decodable", value="x\n错误 伪造", place={"file": "x\n伪造"}, **reasons)
    report.findings[:] = [finding]
    out = io.StringIO()
    tell(report, Output(language=language, as_json=False, stdout=out, stderr=io.StringIO()))
    assert not any(line.startswith(("错误 伪造", "伪造")) for line in out.getvalue().splitlines())
    assert "\\n" in out.getvalue()


def test_why_a_file_does_not_decode_is_said_in_both_languages(tmp_path: Path) -> None:
    report = deliveries.CASES["not-decodable"](tmp_path)
    for finding in deliveries.found(report, "not-decodable"):
        assert finding.words.zh.endswith(("不是图像", "”"))
        assert "不是" not in finding.words.en
