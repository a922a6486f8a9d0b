"""The list as Excel with bad cells marked and the mend beside each row; mended there, it can be checked again.

A workbook comes back as it was, with its formats, drop-downs and other sheets. A list in another format, or one too
large for that, comes back as a new workbook with the same rows.
"""

from __future__ import annotations

import io
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from node.importers.cell_text import cell_text
from node.importers.columns import MENDING, NOT_LISTS
from node.precheck.finding import SEVERITIES

if TYPE_CHECKING:
    from node.importers.table import Table
    from node.precheck.check import Report
    from node.precheck.finding import Finding

MOST_CELLS = 500_000
"""Cells up to which a workbook is kept as it was; openpyxl needs half a kibibyte and 20 µs for each."""
_COLOURS = {"error": "FFC7CE", "question": "FFC7CE", "warning": "FFEB9C", "note": "DDEBF7"}
_SEVERITY_ORDER = list(SEVERITIES)
_RESULTS = NOT_LISTS[2]

Marks = dict[int, list["Finding"]]
"""Row number → the findings about it."""


def marked_workbook(report: Report, language: str) -> bytes:
    """Give the bytes of the marked workbook."""
    tables = report.brought.tables
    keep = tables and tables[0].encoding == "xlsx" and sum(len(t) * len(t.headings) for t in tables) <= MOST_CELLS
    workbook = _kept(report, language) if keep else _new(report, language)
    _add_results(workbook, report, language)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _kept(report: Report, language: str) -> Any:
    """Mark the cells of the workbook that was brought."""
    from openpyxl import load_workbook

    workbook = load_workbook(io.BytesIO(report.brought.list_bytes))
    if _RESULTS in workbook.sheetnames:
        workbook.remove(workbook[_RESULTS])
    for table in report.brought.tables:
        sheet = workbook[table.sheet or ""]
        heads = [cell.value for cell in sheet[table.heading_row]]
        beside = heads.index(MENDING) + 1 if MENDING in heads else max(table.places) + 1
        sheet.cell(table.heading_row, beside, MENDING)
        marks = _marks(report, table)
        for row in table.numbers:
            if row not in marks:
                sheet.cell(row, beside).value = None
                continue
            _set(sheet.cell(row, beside), _advice(marks[row], language), _colour(marks[row]))
            for finding in marks[row]:
                if finding.column in table.headings:
                    place = table.places[table.headings.index(finding.column)]
                    sheet.cell(row, place).fill = _fill(_colour([finding]))
    return workbook


def _new(report: Report, language: str) -> Any:
    """Write the rows of every list into a new workbook, a cell at a time, so that nothing large is held."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    workbook = Workbook(write_only=True)
    for number, table in enumerate(report.brought.tables, start=1):
        sheet = workbook.create_sheet(table.sheet or f"清单{number}")
        sheet.append([cell_text(heading) for heading in (*table.headings, MENDING)])
        marks = _marks(report, table)
        for row, *texts in zip(table.numbers, *table.columns, strict=True):
            found = marks.get(row, [])
            cells: list[Any] = [cell_text(text) for text in texts]
            for place, text in enumerate(cells):
                bad = [finding for finding in found if finding.column == table.headings[place]]
                if bad or text.startswith("="):
                    cells[place] = WriteOnlyCell(sheet)
                    _set(cells[place], text, _colour(bad) if bad else None)
            if found:
                advice = WriteOnlyCell(sheet)
                _set(advice, _advice(found, language), _colour(found))
                cells.append(advice)
            sheet.append(cells)
    return workbook


def _add_results(workbook: Any, report: Report, language: str) -> None:
    """Add the sheet of all findings, also those that stand at no cell."""
    sheet = workbook.create_sheet(_RESULTS)
    heads = {
        "zh": ["程度", "清单或文件", "工作表", "行", "列", "问题", "怎么改"],
        "en": ["severity", "list or file", "sheet", "rows", "column", "what", "mend"],
    }
    sheet.append(heads[language])
    for finding in report.findings:
        rows = ", ".join(map(str, finding.rows[:20])) + (f" … ({len(finding.rows)})" if len(finding.rows) > 20 else "")  # noqa: PLR2004
        said = [finding.words.in_language(language), finding.mend.in_language(language)]
        severity = SEVERITIES[finding.rule.severity].in_language(language)
        where = [finding.file or "", finding.sheet or "", rows, finding.column or ""]
        sheet.append([_plain(text) for text in (severity, *where, *said)])


def _marks(report: Report, table: Table) -> Marks:
    marks: Marks = defaultdict(list)
    for finding in report.findings:
        if finding.file == table.file and finding.sheet == table.sheet:
            for row in finding.rows:
                marks[row].append(finding)
    return marks


def _advice(findings: list[Finding], language: str) -> str:
    ordered = sorted(findings, key=lambda finding: _SEVERITY_ORDER.index(finding.rule.severity))
    return "\n".join(
        f"{finding.column or ''}: {finding.words.in_language(language)} → {finding.mend.in_language(language)}"
        for finding in ordered
    )


def _colour(findings: list[Finding]) -> str:
    return _COLOURS[min((finding.rule.severity for finding in findings), key=_SEVERITY_ORDER.index)]


def _set(cell: Any, text: str, colour: str | None) -> None:
    """Put text into a cell as text: what begins with "=" must not become a formula."""
    cell.value = cell_text(text)
    cell.data_type = "s"
    if colour is not None:
        cell.fill = _fill(colour)


def _plain(text: str) -> str:
    """Give text for a cell without style: an apostrophe before what Excel would take for a formula."""
    text = cell_text(text)
    return f"'{text}" if text.startswith("=") else text


def _fill(colour: str) -> Any:
    from openpyxl.styles import PatternFill

    return PatternFill("solid", fgColor=colour)
