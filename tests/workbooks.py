"""Makes Excel workbooks."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import Workbook


def workbook(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    """Give one with these sheets: name, rows."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
