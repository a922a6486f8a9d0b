"""Writing the rows of a list as CSV, Excel workbook or JSON Lines, row by row, into a stream.

A cell of a CSV that begins with = + - @, a tab or a carriage return is a formula to Excel and its like, and a title
out of somebody else's list could call a program. Such a cell goes out behind an apostrophe, and reading a list takes
exactly that apostrophe off again (`node.importers.cell_text`). A workbook needs none: there the type of a cell says
that it is a text, and no program computes a text.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from node.importers.cell_text import cell_text, guarded
from node.listing.rows import HEADINGS, in_words
from node.records import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import BinaryIO

_WIDTHS = {
    "resource_id": 27, "title": 40, "content_sha256": 66, "content_sm3": 66, "cid": 62, "tx_hash": 68,
    "header_time": 27, "source_path": 50,
}  # fmt: skip
_LETTERS = 26


def write_csv(
    stream: BinaryIO, rows: Iterable[dict[str, Any]], columns: Sequence[str], *, language: str, bom: bool = True
) -> None:
    """Write a CSV in UTF-8, with the byte order mark by which Excel knows it."""
    text = io.TextIOWrapper(
        stream, encoding="utf-8-sig" if bom else "utf-8", errors="backslashreplace", newline="", write_through=False
    )
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([HEADINGS[name].in_language(language) for name in columns])
    for row in rows:
        said = in_words(row, language)
        writer.writerow([guarded(value) if isinstance(value := said.get(name, ""), str) else value for name in columns])
    text.flush()
    text.detach()


def write_json_lines(stream: BinaryIO, rows: Iterable[dict[str, Any]]) -> None:
    """Write one JSON object a line: columns by their names, codes for status and kind."""
    stream.writelines(canonical.encode(row) + b"\n" for row in rows)


def write_workbook(stream: BinaryIO, rows: Iterable[dict[str, Any]], columns: Sequence[str], *, language: str) -> None:
    """Write an Excel workbook; every text is typed as one, so that nothing becomes a number, a date or a formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("登记清单" if language == "zh" else "register")
    sheet.freeze_panes = "B2"
    for place, name in enumerate(columns):
        sheet.column_dimensions[_letters(place)].width = _WIDTHS.get(name, 14)
    sheet.append([HEADINGS[name].in_language(language) for name in columns])
    for row in rows:
        said = in_words(row, language)
        cells: list[Any] = []
        for name in columns:
            value = said.get(name)
            if isinstance(value, str):
                cell = WriteOnlyCell(sheet)
                cell.value, cell.number_format = cell_text(value), "@"
                cell.data_type = "s"
                cells.append(cell)
            else:
                cells.append(value)
        sheet.append(cells)
    workbook.save(stream)


def _letters(place: int) -> str:
    """Give a column's letters from its place, counted from 0."""
    first, last = divmod(place, _LETTERS)
    return ("" if first == 0 else chr(ord("A") + first - 1)) + chr(ord("A") + last)
