"""CSV and TSV lists in UTF-8, with or without byte order mark, or gb18030 as Excel and WPS write on Chinese Windows."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from node.errors import BadInput, Words
from node.importers.cell_text import unguarded
from node.importers.heading_row import find_headings, no_headings
from node.importers.table import make_table

if TYPE_CHECKING:
    from node.importers.mapping import Mapping
    from node.importers.table import Table

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_separated(name: str, data: bytes, mapping: Mapping) -> list[Table]:
    """Read a list; the separator is the one that its first line has most of. Raise BadInput."""
    text, encoding = decode(name, data)
    first = text[: text.find("\n") + 1 or len(text)]
    separator = max(",\t;", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    guards = "'" in text
    rows: list[list[str]] = []
    numbers: list[int] = []
    try:
        for row in reader:
            rows.append(list(map(unguarded, row)) if guards else row)
            numbers.append(reader.line_num)
    except csv.Error as error:
        zh = "引号没有闭合" if "unexpected end" in str(error) else "引号、分隔符不对或有不可见字符"
        raise BadInput(f"不是合法的 CSV:{zh}", f"not CSV: {error}", file=name, row=reader.line_num) from error
    found = find_headings(rows, mapping)
    if found is None:
        raise no_headings(f"{name} ({encoding})", first.strip())
    top, headings = found
    table = make_table(
        rows[top + 1 :],
        numbers[top + 1 :],
        headings=headings,
        mapping=mapping,
        file=name,
        encoding=encoding,
        heading_row=numbers[top],
    )
    return [table]


def decode(name: str, data: bytes) -> tuple[str, str]:
    """Give a text file's text and how it was read: utf-8-sig, utf-8 or gb18030; raise BadInput for anything else."""
    mend = Words("在 Excel/WPS 中另存为“CSV UTF-8”", 'save it as "CSV UTF-8"')
    if data.startswith(_UTF_16):
        raise BadInput("是 UTF-16 编码(“Unicode 文本”)", 'it is UTF-16 ("Unicode text")', mend=mend, file=name)
    for encoding in ("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8", "gb18030"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError as error:
            row, last = data.count(b"\n", 0, error.start) + 1, error
    zh, en = "既不是 UTF-8 也不是 gb18030 编码", "neither UTF-8 nor gb18030"
    raise BadInput(zh, en, mend=mend, file=name, row=row) from last
