"""A unit file: JSON Lines read to its end, checked line by line, grouped into batches whose lists are staged.

The atom is the whole file: every bad line is reported, and one is enough for nothing to be stored or sent.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.errors import BadInput, Words, ZhicangError
from node.records.unit import Unit, read_unit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST_LINE = 1 << 20
"""Bytes; a longer line is refused before it is parsed."""
MOST_REPORTED = 100
"""Bad lines that are named one by one before the reading stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRequest:
    """A unit file to register; ``resource_id`` serves lines that name none, ``batch`` is the most units in one."""

    file: Path
    id_field: str = "unit_id"
    resource_id: str | None = None
    batch: int = 10_000
    period: int
    programme: str = ""
    lot: str = ""


class BadLines(BadInput):
    """A unit file with bad lines; ``lines`` holds one error each, at most `MOST_REPORTED`."""

    code = "bad-lines"

    def __init__(self, file: Path, lines: list[ZhicangError]) -> None:
        count = f"{len(lines)} 行" if len(lines) < MOST_REPORTED else f"至少 {MOST_REPORTED} 行"
        english = f"{len(lines)} bad line(s)" if len(lines) < MOST_REPORTED else f"at least {MOST_REPORTED} bad lines"
        mend = Words("改好这些行后整个文件重来;此次没有存入或上链任何一条", "mend them and run again; nothing was kept")
        super().__init__(f"有 {count}不合要求", english, mend=mend, file=str(file))
        self.lines = lines


def read_chunks(request: UnitRequest) -> Iterator[list[tuple[int, Unit | ZhicangError]]]:
    """Give the file's lines in chunks of a batch's size, each line as (row from 1, its unit or what is wrong)."""
    with request.file.open("rb") as stream:
        rows = _rows(stream.readline, request)
        while chunk := list(itertools.islice(rows, request.batch)):
            yield chunk


def _rows(readline: object, request: UnitRequest) -> Iterator[tuple[int, Unit | ZhicangError]]:
    for row in itertools.count(1):
        line: bytes = readline(LONGEST_LINE + 1)  # type: ignore[operator]
        if not line:
            return
        if len(line) > LONGEST_LINE:
            zh, en = f"这一行超过 {LONGEST_LINE} 字节", f"the line is longer than {LONGEST_LINE} bytes"
            yield row, BadInput(zh, en, file=str(request.file), row=row)
            return
        if line.strip():
            yield row, _read(line, row, request)


def _read(line: bytes, row: int, request: UnitRequest) -> Unit | ZhicangError:
    try:
        return read_unit(line, id_field=request.id_field, resource_id=request.resource_id)
    except BadInput as error:
        error.file, error.row = str(request.file), row
        return error
