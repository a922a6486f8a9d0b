"""The list of corrections 更正表: a CSV file in UTF-8, a row a resource: its number and the fields that become other.

Columns: `number` 登记号, and any of those in `FIELDS`; an empty cell leaves its field as it is.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.errors import BadInput, Words, ZhicangError, chinese_reason
from node.importers.cell_text import unguarded
from node.importers.columns import field_of
from node.importers.description_list import HEADINGS
from node.records.number import Number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIELDS = {
    field: zh for field, zh in HEADINGS.items() if field not in ("path", "period", "programme", "lot", "replaces")
}
"""Fields that can be amended, each with its heading in Chinese."""
LARGEST_LIST = 64 << 20
"""Bytes; a larger list is refused before it is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """One resource's corrections as texts, and where they stood."""

    number: str
    changes: dict[str, str]
    file: str | None = None
    row: int | None = None


def read_amendments(list_file: Path) -> Iterator[Amendment | ZhicangError]:
    """Read a list of corrections, a bad row as its error; raise BadInput when the file cannot be used at all."""
    reader = csv.reader(io.StringIO(_text(list_file)))
    try:
        headings = next(reader, [])
        fields = [_field(heading) for heading in headings]
        unknown = [field for field in fields if field != "number" and field not in FIELDS]
        if unknown or "number" not in fields or len(set(fields)) != len(fields):
            mend = Words("可用的列名:登记号、" + "、".join(FIELDS.values()), "columns: number, " + ", ".join(FIELDS))
            zh = f"不能更正“{unknown[0]}”" if unknown else "缺少“登记号”一列,或列名重复"
            en = f"{unknown[0]!r} cannot be amended" if unknown else "no column number, or one stands twice"
            raise BadInput(zh, en, mend=mend, file=str(list_file), row=1)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _amendment(dict(zip(fields, map(unguarded, cells), strict=False)), list_file, reader.line_num)
    except csv.Error as error:
        raise BadInput("不是合法的 CSV", f"not CSV: {error}", file=str(list_file), row=reader.line_num) from error


def _field(heading: str) -> str:
    plain = heading.strip().lower()
    return "number" if plain in ("登记号", "resource_id") else field_of(plain) or plain


def _amendment(said: dict[str, str], list_file: Path, row: int) -> Amendment | ZhicangError:
    values = {field: cell.strip() for field, cell in said.items() if cell.strip()}
    try:
        number = str(Number.parse(values.pop("number", "")))
        return Amendment(number=number, changes=values, file=str(list_file), row=row)
    except ZhicangError as error:
        error.file, error.row = str(list_file), row
        return error


def _text(list_file: Path) -> str:
    try:
        if list_file.stat().st_size > LARGEST_LIST:
            raise BadInput("清单超过 64 MiB", "the list is larger than 64 MiB", file=str(list_file))
        return list_file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        zh, en = f"读不到清单:{chinese_reason(error)}", f"the list cannot be read: {error.strerror}"
        raise BadInput(zh, en, file=str(list_file)) from error
    except UnicodeDecodeError as error:
        mend = Words("在 Excel/WPS 中另存为“CSV UTF-8”", 'save it as "CSV UTF-8"')
        raise BadInput("清单不是 UTF-8 编码", "the list is not UTF-8", mend=mend, file=str(list_file)) from error
