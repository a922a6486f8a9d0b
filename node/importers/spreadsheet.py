"""Excel lists (.xlsx), read by calamine.

Calamine makes room for the whole rectangle between the first cell and the last, so one stray cell in row 1,048,576
makes it ask for hundreds of gigabytes and the process is killed. The extent is therefore looked at before.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

from node.errors import BadInput, Words
from node.importers.columns import NOT_LISTS
from node.importers.heading_row import find_headings, no_headings
from node.importers.table import make_table, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from node.importers.mapping import Mapping
    from node.importers.table import Table

MOST_INFLATED = 1 << 30
"""Bytes that the parts of a workbook may have when unpacked; 190,000 rows of 12 columns have 150 MiB."""
MOST_PARTS = 4096
WIDE, TALL = 64, 1_000_000
"""A sheet may be wide (up to 702 columns, under 100,000 rows) or tall (64 columns, under 1,000,000 rows)."""
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_TWO_LETTERS = re.compile(rb'r="([A-Z]{2,})')
_BEYOND_ALL, _BEYOND_WIDE = re.compile(rb'r="(?:[A-Z]+\d{7}|[A-Z]{3})'), re.compile(rb'r="[A-Z]+\d{6}')
_SLICE = 1 << 22


def read_spreadsheet(name: str, data: bytes, mapping: Mapping) -> list[Table]:
    """Read every sheet that has recognised headings; raise BadInput when none has, or the file is none of Excel's."""
    if data.startswith(_OLD_OFFICE):
        mend = Words("在 Excel/WPS 中取消密码,另存为 .xlsx", "remove the password and save it as .xlsx")
        zh, en = "是加了密码的或旧版(.xls)的表格", "a workbook with a password, or of the old kind (.xls)"
        raise BadInput(zh, en, mend=mend, file=name)
    _check_extent(name, data)
    tables: list[Table] = []
    seen = ""
    for sheet, rows in _sheets(name, data):
        found = find_headings(rows, mapping)
        if found is None:
            seen = seen or " ".join(text for row in rows[:3] for text in map(text_of, row) if text)
            continue
        top, headings = found
        below = rows[top + 1 :]
        table = make_table(
            below,
            range(top + 2, top + 2 + len(below)),
            headings=headings,
            mapping=mapping,
            file=name,
            encoding="xlsx",
            sheet=sheet,
            heading_row=top + 1,
        )
        tables.append(table)
    if not tables:
        raise no_headings(name, seen)
    return tables


def _sheets(name: str, data: bytes) -> Iterator[tuple[str, list[list[Any]]]]:
    """Give the visible sheets as (name, rows from row 1 on), one at a time, because they are large."""
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for kind in workbook.sheets_metadata:
            visible = kind.visible == python_calamine.SheetVisibleEnum.Visible
            if kind.name not in NOT_LISTS and visible and kind.typ == python_calamine.SheetTypeEnum.WorkSheet:
                yield kind.name, workbook.get_sheet_by_name(kind.name).to_python(skip_empty_area=False)
    except Exception as error:
        raise _unreadable(name, str(error)) from error
    except BaseException as error:
        # a panic of the Rust library is no Exception; a KeyboardInterrupt is none of ours
        if type(error).__name__ == "PanicException":
            raise _unreadable(name, "panic") from error
        raise


def _check_extent(name: str, data: bytes) -> None:
    """Refuse a workbook that would exhaust the memory when it is read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            listed = parts.infolist()
            if len(listed) > MOST_PARTS or sum(part.file_size for part in listed) > MOST_INFLATED:
                zh, en = "解开后超过 1 GiB", "more than 1 GiB when unpacked"
                raise BadInput(zh, en, mend=Words("分成几个表格", "split it into several workbooks"), file=name)
            for part in listed:
                if "/worksheets/" in part.filename.replace("\\", "/"):
                    _check_sheet(name, parts.open(part))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OSError, zlib.error) as error:
        raise _unreadable(name, str(error)) from error


def _check_sheet(name: str, stream: Any) -> None:
    wide, rest, tall, beyond, read = False, b"", False, False, 0
    with stream:
        while piece := stream.read(_SLICE):
            read += len(piece)
            text = rest + piece
            wide = wide or any(_place(letters) > WIDE for letters in set(_TWO_LETTERS.findall(text)))
            tall = tall or _BEYOND_WIDE.search(text) is not None
            beyond = beyond or _BEYOND_ALL.search(text) is not None
            rest = text[-16:]
            if beyond or read > MOST_INFLATED or (tall and wide):
                mend = Words(
                    "选中数据右边和下边的空行空列,整行整列删除后保存",
                    "select the empty rows and columns beyond the data, delete them whole, and save",
                )
                zh, en = "有单元格远在数据之外(多半是误设的格式)", "a cell stands far beyond the data (a stray format?)"
                raise BadInput(zh, en, mend=mend, file=name)


def _place(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place


def _unreadable(name: str, reason: str) -> BadInput:
    mend = Words("在 Excel/WPS 中打开,另存为新的 .xlsx", "open it in Excel or WPS and save it as a new .xlsx")
    zh, en = f"不是能读的 Excel 表格({reason[:80]})", f"no readable Excel workbook ({reason[:80]})"
    return BadInput(zh, en, mend=mend, file=name)
