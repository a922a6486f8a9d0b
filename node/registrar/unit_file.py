"""A unit file as the registrar takes it: read to its end, line by line, in chunks of a batch's size.

The atom is the whole file: every bad line is reported, and one is enough for nothing to be stored or sent.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from node.errors import BadInput, Words, ZhicangError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_REPORTED = 100
"""Bad lines that are named one by one before the reading stops."""


class UnitLine(NamedTuple):
    """One unit, or what is wrong with it, and where it stands; rows count from 1, only workbooks have sheets."""

    row: int
    sheet: str | None
    unit: Any


class Source(Protocol):
    """Whatever gives units that keep to the published schema."""

    file: Path

    def lines(self) -> Iterator[UnitLine]:
        """Give every line, a `Unit` or a ZhicangError that says its place; raise BadInput when no reading on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRequest:
    """Units to register; ``batch`` is the most of them in one transaction."""

    source: Source
    batch: int = 10_000
    period: int
    programme: str = ""
    lot: str = ""

    @property
    def file(self) -> Path:
        """The file that they come from."""
        return self.source.file

    def chunks(self) -> Iterator[list[UnitLine]]:
        """Give the lines in chunks of a batch's size."""
        lines = self.source.lines()
        while chunk := list(itertools.islice(lines, self.batch)):
            yield chunk


class BadLines(BadInput):
    """A unit file with bad lines; ``lines`` holds one error each, at most `MOST_REPORTED`."""

    code = "bad-lines"

    def __init__(self, file: Path, lines: list[ZhicangError]) -> None:
        rows = len({line.row for line in lines})
        least, at_least = ("至少 ", "at least ") if len(lines) == MOST_REPORTED else ("", "")
        count = f"{least}{rows} 行、{len(lines)} 处"
        english = f"{at_least}{len(lines)} fault(s) in {rows} line(s)"
        mend = Words("改好这些行后整个文件重来;此次没有存入或上链任何一条", "mend them and run again; nothing was kept")
        super().__init__(f"有 {count}不合要求", english, mend=mend, file=str(file))
        self.lines = lines
