"""Where units come from: a file of JSON Lines, an Excel or CSV list, each unit held to the published schema.

What is wrong with a line is told with its place: file, sheet, row, column as the list heads it, value, and the mend.
JSON Lines are read as a stream; a list of rows is read whole.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from node.counting.unit_record import check_unit
from node.errors import BadInput, Words, chinese_reason
from node.importers.lists import read_list_file
from node.importers.mapping import Mapping
from node.importers.unit_columns import UNIT_COLUMNS, unit_field_of
from node.importers.unit_mapping import mapped_unit
from node.importers.unit_table import PLACES, SELECTOR, unit_of
from node.records.unit import make_unit, read_object
from node.registrar.unit_file import UnitLine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.importers.table import Table
    from node.records.unit import Unit

JSON_LINES = (".jsonl", ".ndjson")
LONGEST_LINE = 1 << 20
"""Bytes; a longer line is refused before it is parsed."""
_LONGEST_VALUE = 60
_MEANINGS = {column.field: column.meaning for column in UNIT_COLUMNS}
_SEVERAL = frozenset(column.field for column in UNIT_COLUMNS if column.kind == "texts")
_ARRAY = Words('JSON 里写成数组,如 ["甲","乙"]', 'in JSON write an array, such as ["a","b"]')


class UnitSource:
    """A file of units; ``resource_id`` serves units that name none; without a mapping JSON must be in our own form."""

    def __init__(self, file: Path, *, mapping: Mapping | None = None, resource_id: str | None = None) -> None:
        self.file = file
        self._mapping = mapping
        self._resource_id = resource_id

    def lines(self) -> Iterator[UnitLine]:
        """Give every unit with its place, and an error for everything that is wrong; raise BadInput for the file."""
        for line in self.objects():
            if not isinstance(line.unit, dict):
                yield line
                continue
            try:
                unit: Unit | BadInput = make_unit(line.unit, resource_id=self._resource_id)
            except BadInput as error:
                unit = self._at(error, line.row, line.sheet)
            yield UnitLine(line.row, line.sheet, unit)

    def objects(self) -> Iterator[UnitLine]:
        """Give the units as objects that keep to the schema, and the errors; none is asked for its resource."""
        if self.file.suffix.lower() in JSON_LINES:
            for row, value in self._json_lines():
                yield from self._checked(value, row, None, None)
            return
        for table in read_list_file(self.file, self._mapping or Mapping(vocabulary=unit_field_of)):
            yield from self._rows(table)

    def _checked(self, value: Any, row: int, sheet: str | None, table: Table | None) -> Iterator[UnitLine]:
        if isinstance(value, BadInput):
            found, unit = [value], {}
        else:
            found, unit = check_unit(value), value
        for error in found:
            yield UnitLine(row, sheet, _told(self._at(error, row, sheet), unit, table))
        if not found:
            yield UnitLine(row, sheet, value)

    def _at(self, error: BadInput, row: int, sheet: str | None) -> BadInput:
        error.file, error.row, error.sheet = str(self.file), row, sheet
        return error

    def _json_lines(self) -> Iterator[tuple[int, Any]]:
        try:
            stream = self.file.open("rb")
        except OSError as error:
            zh, en = f"读不到:{chinese_reason(error)}", f"cannot be read: {error.strerror}"
            raise BadInput(zh, en, file=str(self.file)) from error
        with stream:
            for row in itertools.count(1):
                line = stream.readline(LONGEST_LINE + 1)
                if row == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                if not line:
                    return
                if len(line) > LONGEST_LINE:
                    zh, en = f"这一行超过 {LONGEST_LINE} 字节", f"the line is longer than {LONGEST_LINE} bytes"
                    yield row, BadInput(zh, en)
                    return
                if line.strip():
                    yield row, self._read(line)

    def _read(self, line: bytes) -> dict[str, Any] | BadInput:
        try:
            value = read_object(line)
            return value if self._mapping is None else mapped_unit(value, self._mapping)
        except BadInput as error:
            return error

    def _rows(self, table: Table) -> Iterator[UnitLine]:
        for heading, field in zip(table.headings, table.fields, strict=True):
            if field is None:
                mend = Words(
                    "删去这一列,或写进映射文件(--mapping)",
                    "delete the column, or name it in a mapping file (--mapping)",
                )
                zh, en = f"不认识列名“{heading[:60]}”", f"column {heading[:60]!r} is not recognised"
                unknown = self._at(BadInput(zh, en, mend=mend), table.heading_row, table.sheet)
                unknown.column = heading[:60]
                yield UnitLine(table.heading_row, table.sheet, unknown)
        spoilt, surplus = dict(table.lossy), frozenset(table.surplus)
        for index, row in enumerate(table.rows()):
            if index in spoilt:
                mend = Words("把这一列设为文本格式后重填", "format the column as text and type it again")
                error = BadInput(
                    "数字太长,Excel 已丢掉末位", "a number so long that Excel has lost its last digits", mend=mend
                )
                error.column = table.headings[spoilt[index]]
                yield UnitLine(row.number, table.sheet, self._at(error, row.number, table.sheet))
            elif index in surplus:
                zh, en = "单元格比列名多", "more cells than there are headings"
                yield UnitLine(row.number, table.sheet, self._at(BadInput(zh, en), row.number, table.sheet))
            else:
                try:
                    value: Any = unit_of(row)
                except BadInput as bad:
                    value = bad
                yield from self._checked(value, row.number, table.sheet, table)


def _told(error: BadInput, unit: Any, table: Table | None) -> BadInput:
    """Say the column and the value that an error's field stands for, and what the column is meant for."""
    if error.field is None:
        return error
    name = error.field.partition("[")[0].partition(".")[0]
    if error.mend is None and name in _MEANINGS:
        error.mend = _ARRAY if table is None and name in _SEVERAL else _MEANINGS[name]
    value: Any = unit.get(name) if isinstance(unit, dict) else None
    if isinstance(value, (str, int)):
        error.value = str(value)[:_LONGEST_VALUE]
    if table is not None:
        wanted = PLACES | {SELECTOR} if name == SELECTOR else {name}
        heads = [head for head, field in zip(table.headings, table.fields, strict=True) if field in wanted]
        error.column = "、".join(heads) or None
    return error
