"""What the pre-check found, in words for a terminal and as JSON lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.parser import chooser

if TYPE_CHECKING:
    from node.cli.output import Output
    from node.precheck.check import Report
    from node.precheck.finding import Finding

MOST_SAID = 100
"""Findings that are told one by one on a terminal; the workbook and the JSON lines have all of them."""
MOST_ROWS = 10
_ORDER = ("question", "error", "warning", "note")
_STEPS = {"open": "读取", "list": "查清单", "files": "对文件", "digests": "算摘要", "duplicates": "查重复", "decoding": "试打开"}


def tell(report: Report, output: Output, *, alone: bool = True) -> None:
    """Tell a whole report: what to answer first, then errors, warnings and notes, and the figures.

    ``alone``: nothing follows on it, so it says that nothing was changed and ends with the summary.
    """
    ordered = sorted(report.findings, key=lambda finding: _ORDER.index(finding.rule.severity))
    for finding in ordered:
        output.record({"finding": finding.to_json(output.language)})
    for finding in ordered[:MOST_SAID]:
        text = _sentence(finding, output.language)
        output.say(text, text)
    if (more := len(ordered) - MOST_SAID) > 0:
        output.say(f"还有 {more} 条,用 --xlsx 或 --json 看全部", f"{more} more: --xlsx or --json has all of them")
    summary = report.summary()
    output.record({"summary" if alone else "checked": summary})
    settled = report.resources is not None
    zh = f"{report.resources} 件资源," if settled else ""
    en = f"{report.resources} resource(s), " if settled else ""
    output.say(
        f"{zh}{summary['files']} 个文件:错误 {summary['errors']},待选择 {summary['questions']},注意 {summary['warnings']},说明 {summary['notes']}{';什么都没有改动' if alone else ''}",
        f"{en}{summary['files']} file(s): {summary['errors']} error(s), {summary['questions']} question(s), {summary['warnings']} warning(s), {summary['notes']} note(s){'; nothing was changed' if alone else ''}",
    )
    times = [(_STEPS[step], step, seconds) for step, seconds in report.seconds.items()]
    output.say("用时 " + ",".join(f"{zh} {seconds:.1f} 秒" for zh, _, seconds in times), "took " + ", ".join(f"{en} {seconds:.1f} s" for _, en, seconds in times))


def _sentence(finding: Finding, language: str) -> str:
    """Give a finding for a person: how bad, where, what, and what to do."""
    from node.precheck.finding import SEVERITIES

    say = chooser(language)
    parts = [finding.file] if finding.file and (finding.rows or finding.sheet or finding.column) else []
    if finding.sheet:
        parts.append(say(f"工作表“{finding.sheet}”", f"sheet {finding.sheet!r}"))
    if finding.rows:
        shown = "、".join(map(str, finding.rows[:MOST_ROWS])) if language == "zh" else ", ".join(map(str, finding.rows[:MOST_ROWS]))
        total = len(finding.rows)
        more = say(f"…共 {total} 行", f" … {total} rows") if total > MOST_ROWS else say(" 行", "")
        parts.append(say(f"第 {shown}{more}", f"row {shown}{more}"))
    if finding.column:
        parts.append(say(f"列“{finding.column}”", f"column {finding.column!r}"))
    place = say(",", ", ").join(filter(None, parts))
    severity = SEVERITIES[finding.rule.severity].in_language(language)
    joint = say(":", ": ")
    what, mend = (_one_line(words.in_language(language)) for words in (finding.words, finding.mend))
    return f"{severity} {_one_line(place)}{joint if place else ''}{what}\n  → {mend}"


def _one_line(text: str) -> str:
    """Write line ends as escapes: a file's name may have some, and must not look like a line of ours."""
    return "".join(repr(letter)[1:-1] if letter in "\n\r\v\f\x85\u2028\u2029" else letter for letter in text)


