"""The list of a register in Excel, CSV and JSON Lines."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from node.applying.register import COLUMNS
from node.importers.cell_text import cell_text

if TYPE_CHECKING:
    from node.applying.register import Register

_FORMULA = ("=", "+", "-", "@", "\t")
_WIDTHS = {"number": 27, "title": 40, "sha256": 66, "cid": 62, "tx_hash": 68, "time": 27, "source": 50}
_NUMBERS = ("files", "bytes", "height")


def as_csv(register: Register, language: str) -> bytes:
    """Give it as CSV in UTF-8 with byte order mark; an apostrophe before what Excel would take for a formula."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([words.in_language(language) for words in COLUMNS.values()])
    for line in register.lines:
        writer.writerow([f"'{text}" if text.startswith(_FORMULA) else text for text in line.texts(language)])
    return b"\xef\xbb\xbf" + stream.getvalue().encode(errors="backslashreplace")


def as_json_lines(register: Register) -> bytes:
    """Give it as JSON Lines, with codes in place of words."""
    lines = (json.dumps(line.to_json(), ensure_ascii=False, separators=(",", ":")) for line in register.lines)
    return "".join(f"{line}\n" for line in lines).encode(errors="backslashreplace")


def as_workbook(register: Register, language: str) -> bytes:
    """Give it as an Excel workbook, every text as text."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("登记清单" if language == "zh" else "register")
    sheet.freeze_panes = "B2"
    for place, name in enumerate(COLUMNS):
        sheet.column_dimensions[chr(ord("A") + place)].width = _WIDTHS.get(name, 12)
    sheet.append([words.in_language(language) for words in COLUMNS.values()])
    numbers = [place for place, name in enumerate(COLUMNS) if name in _NUMBERS]
    for line in register.lines:
        cells: list[Any] = [cell_text(text) for text in line.texts(language)]
        for place, text in enumerate(cells):
            if place in numbers:
                cells[place] = int(text) if text else None
            elif text.startswith("="):
                cells[place] = WriteOnlyCell(sheet)
                cells[place].value, cells[place].data_type = text, "s"
        sheet.append(cells)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()
