"""The template 清单模板: an Excel workbook with the columns of a list, drop-downs, explanations and examples.

Made from the same table of columns that reading goes by, so that what the template offers is what is read.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from node.importers.columns import COLUMNS, NOT_LISTS, WORDS

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from node.importers.columns import Column

OFFERED = (
    "path", "title", "type", "access", "rights", "rights_until", "period", "client_ref", "creator", "publisher", "date",
    "description", "subject", "clc", "parent", "order", "issue", "edition", "pages", "sha256", "stock", "contractor",
    "programme", "lot",
)  # fmt: skip
"""The columns on the sheet to fill in; the others are explained and may be added."""
LAST_ROW = 200_001
"""Drop-downs reach down to this row."""
_EXAMPLES = (
    {"path": "扫描/JS-0001", "title": "抗战日报 1940年9月", "type": "报纸", "access": "馆内", "rights": "公有领域",
     "period": "2023", "client_ref": "JS-0001", "date": "民国二十九年九月", "pages": "40", "stock": "新增"},
    {"path": "扫描/JS-0002.pdf", "title": "晋绥边区生产会议记录", "type": "图书", "period": "2023",
     "client_ref": "JS-0002", "date": "1944", "subject": "晋绥边区;大生产运动", "parent": "JS-0001", "order": "2"},
)  # fmt: skip
_WHITE, _BLUE = "FFFFFF", "1F4E78"


def template() -> bytes:
    """Give the bytes of the template."""
    from openpyxl import Workbook

    workbook = Workbook()
    listing = workbook.active
    assert listing is not None  # noqa: S101 - a new workbook has a sheet; for the type checker
    _fill_listing(listing)
    for name, fill in zip(NOT_LISTS, (_fill_explanations, _fill_examples), strict=False):
        fill(workbook.create_sheet(name))
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _fill_listing(sheet: Worksheet) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet.title = "清单"
    columns = [column for name in OFFERED for column in COLUMNS if column.field == name]
    _head(sheet, [column.zh for column in columns])
    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].number_format = "@"
        if column.rule == "word":
            listed = ",".join(WORDS[column.field].values())
            choice = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
            choice.error, choice.errorTitle = "请从下拉列表中选一项", column.zh
            choice.add(f"{letter}2:{letter}{LAST_ROW}")
            sheet.add_data_validation(choice)
    sheet.freeze_panes = "A2"


def _fill_explanations(sheet: Worksheet) -> None:
    _head(sheet, ["列名", "英文列名", "都柏林核心", "怎么填", "可选的词", "例", "也认这些列名", "meaning"])
    for column in COLUMNS:
        words = "、".join(WORDS[column.field].values()) if column.rule == "word" else ""
        also = "、".join(column.also)
        meaning = column.meaning
        sheet.append([column.zh, column.field, column.dc, meaning.zh, words, column.example, also, meaning.en])
    for width, letter in zip((14, 16, 22, 44, 60, 22, 50, 50), "ABCDEFGH", strict=True):
        sheet.column_dimensions[letter].width = width


def _fill_examples(sheet: Worksheet) -> None:
    shown: list[Column] = [column for column in COLUMNS if any(column.field in row for row in _EXAMPLES)]
    _head(sheet, [column.zh for column in shown])
    for row in _EXAMPLES:
        sheet.append([row.get(column.field, "") for column in shown])


def _head(sheet: Worksheet, headings: list[str]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet.append(headings)
    for place, cell in enumerate(sheet[1], start=1):
        cell.font = Font(bold=True, color=_WHITE)
        cell.fill = PatternFill("solid", fgColor=_BLUE)
        cell.alignment = Alignment(horizontal="center")
        sheet.column_dimensions[get_column_letter(place)].width = 16
