"""The description list 著录表: a CSV file in UTF-8, one row a resource, headings in Chinese or English.

`path` 路径 (file or folder, relative to the list's own folder) is required; the other columns are those of
`columns.tsv` that are metadata. Without a title the name of the file or folder is taken; what a row leaves empty is as
the command says.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from node.errors import BadInput, Words, ZhicangError, chinese_reason
from node.importers.cell_text import unguarded
from node.importers.columns import COLUMNS, field_of
from node.records.said import COLUMNS as METADATA_COLUMNS
from node.records.said import described
from node.registrar.request import RegisterRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from node.records.metadata import Metadata

HEADINGS = {column.field: column.zh for column in COLUMNS if column.field in ("path", *METADATA_COLUMNS)}
"""Column → its heading in Chinese."""
LARGEST_LIST = 64 << 20
"""Bytes; a larger list is refused before it is read."""


def read_list(
    list_file: Path, *, defaults: Metadata, only: Sequence[Path] = ()
) -> Iterator[RegisterRequest | ZhicangError]:
    """Read a list into requests, a bad row as its error.

    Args:
        list_file: the list.
        defaults: metadata for what a row leaves empty.
        only: take only rows whose source is one of these or lies below one; () takes every row.

    Raises:
        BadInput: the file as a whole cannot be used: unreadable, not UTF-8, no or a wrong heading.
    """
    reader = csv.reader(io.StringIO(_text(list_file)), strict=True)
    fields = _fields(next(_rows(reader, list_file), []), list_file)
    chosen = [path.absolute() for path in only]
    seen: dict[Path, int] = {}
    for cells in _rows(reader, list_file):
        row = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        try:
            request = _request(cells, fields, list_file=list_file, row=row, defaults=defaults)
            if chosen and not any(request.source.absolute().is_relative_to(path) for path in chosen):
                continue
            earlier = seen.setdefault(request.source, row)
            if earlier != row:
                zh, en = f"与第 {earlier} 行路径相同", f"the same path as line {earlier}"
                raise BadInput(zh, en, field="path")
        except ZhicangError as error:
            error.file, error.row = str(list_file), row
            yield error
        else:
            yield request
    if not seen:
        zh = "没有一行与所给路径相符" if chosen else "除表头外没有内容"
        en = "no row for the given paths" if chosen else "nothing below the headings"
        yield BadInput(zh, en, file=str(list_file))


def _text(list_file: Path) -> str:
    try:
        if list_file.stat().st_size > LARGEST_LIST:
            raise BadInput("清单超过 64 MiB", "the list is larger than 64 MiB", file=str(list_file))
        data = list_file.read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        zh, en = f"读不到清单:{chinese_reason(error)}", f"the list cannot be read: {error.strerror}"
        raise BadInput(zh, en, file=str(list_file)) from error
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        mend = Words("在 Excel/WPS 中另存为“CSV UTF-8”", 'save it as "CSV UTF-8"')
        zh, en = "清单不是 UTF-8 编码", "the list is not UTF-8"
        raise BadInput(zh, en, mend=mend, file=str(list_file), row=row) from error


def _rows(reader: Iterator[list[str]], list_file: Path) -> Iterator[list[str]]:
    try:
        for cells in reader:
            yield list(map(unguarded, cells))
    except csv.Error as error:
        row = getattr(reader, "line_num", None)
        chinese = "引号没有闭合" if "unexpected end" in str(error) else "引号或分隔符不对"
        raise BadInput(f"不是合法的 CSV:{chinese}", f"not CSV: {error}", file=str(list_file), row=row) from error


def _fields(headings: list[str], list_file: Path) -> list[str]:
    fields = [field_of(heading) or heading.strip().lower() for heading in headings]
    words = Words("可用的列名:" + "、".join(HEADINGS.values()), "columns: " + ", ".join(HEADINGS))
    for heading, field in zip(headings, fields, strict=True):
        if field not in HEADINGS:
            zh, en = f"不认识列名“{heading}”", f"unknown column {heading!r}"
            raise BadInput(zh, en, mend=words, file=str(list_file), row=1, field=heading)
        if fields.count(field) > 1:
            zh, en = f"列名“{heading}”重复", f"column {heading!r} stands twice"
            raise BadInput(zh, en, file=str(list_file), row=1, field=field)
    if "path" not in fields:
        zh, en = "缺少“路径”一列", "the column path is missing"
        raise BadInput(zh, en, mend=words, file=str(list_file), row=1, field="path")
    return fields


def _request(cells: list[str], fields: list[str], *, list_file: Path, row: int, defaults: Metadata) -> RegisterRequest:
    if len(cells) > len(fields):
        zh, en = f"有 {len(cells)} 格,表头只有 {len(fields)} 列", f"{len(cells)} cells under {len(fields)} headings"
        raise BadInput(zh, en)
    said = {field: cell.strip() for field, cell in zip(fields, cells, strict=False) if cell.strip()}
    path = said.pop("path", "")
    if not path:
        raise BadInput("路径为空", "the path is empty", field="path")
    if "title" in fields and "title" not in said:
        raise BadInput("题名为空", "the title is empty", field="title")
    source = list_file.parent / path
    inside = list_file.absolute().is_relative_to(source.absolute()) and list_file.absolute() != source.absolute()
    left_out = {list_file.absolute().relative_to(source.absolute()).as_posix()} if inside else set()
    return RegisterRequest(
        source=source,
        metadata=described(defaults, {"title": source.name, **said}),
        left_out=frozenset(left_out),
        list_file=str(list_file),
        row=row,
    )
