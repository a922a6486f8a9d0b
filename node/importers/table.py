"""A table: what every reader makes of a list, columns of text with the rows they stand in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from node.importers.columns import BY_FIELD, MENDING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from node.importers.mapping import Mapping

EXACT = 2**53
"""From here on a number of a spreadsheet cannot hold every digit that was typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a list, whatever it came from: where it stands, and what it says, as field → text."""

    file: str
    sheet: str | None
    number: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A list in columns, because 190,000 rows are checked by the column.

    ``encoding`` is how the text was read; ``fields`` are those of the headings (None: not recognised); ``numbers`` are
    the rows' numbers in the file, counted from 1, and ``heading_row`` is that of the headings (0: it has none);
    ``columns`` hold stripped text, one list a heading, all of a length; ``places`` are the headings' columns from 1;
    ``lossy`` are (row index, column index) of numbers whose digits the spreadsheet has lost; ``surplus`` are indexes
    of rows with more cells than there are headings; ``constants`` are what a mapping file says of every row.
    """

    file: str
    sheet: str | None = None
    encoding: str
    headings: tuple[str, ...]
    fields: tuple[str | None, ...]
    heading_row: int
    numbers: Sequence[int]
    columns: list[list[str]]
    places: tuple[int, ...]
    lossy: tuple[tuple[int, int], ...] = ()
    surplus: tuple[int, ...] = ()
    constants: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)

    def column(self, name: str) -> list[str] | None:
        """Give a field's texts, with the constant where a cell is empty; None when the list does not say it."""
        constant = self.constants.get(name)
        if name in self.fields:
            texts = self.columns[self.fields.index(name)]
            return texts if constant is None else [text or constant for text in texts]
        return None if constant is None else [constant] * len(self)

    def heading(self, name: str) -> str:
        """Give the heading over a field, as the list has it."""
        return self.headings[self.fields.index(name)] if name in self.fields else BY_FIELD[name].zh

    def rows(self) -> Iterator[Row]:
        """Give the rows, each with its non-empty values."""
        named = [(name, texts) for name, texts in zip(self.fields, self.columns, strict=True) if name is not None]
        for index, number in enumerate(self.numbers):
            values = self.constants | {name: texts[index] for name, texts in named if texts[index]}
            yield Row(file=self.file, sheet=self.sheet, number=number, values=values)


def make_table(
    rows: Sequence[Sequence[Any]],
    numbers: Sequence[int],
    *,
    headings: Sequence[str],
    mapping: Mapping,
    file: str,
    encoding: str,
    sheet: str | None = None,
    heading_row: int = 0,
) -> Table:
    """Make a table of rows of cells; rows without content fall away, the pre-check's own column too."""
    if MENDING in headings:
        mending = list(headings).index(MENDING)
        rows = [[*row[:mending], "", *row[mending + 1 :]] for row in rows]
    if not all(map(any, rows)):
        kept = [index for index, row in enumerate(rows) if any(row)]
        rows, numbers = [rows[index] for index in kept], [numbers[index] for index in kept]
    width = len(headings)
    surplus = tuple(index for index, row in enumerate(rows) if len(row) > width and any(row[width:]))
    if any(len(row) != width for row in rows):
        rows = [[*row[:width], *[""] * (width - len(row))] for row in rows]
    raw = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in headings]
    left_out = mapping.ignored | {MENDING}
    kept_columns = [
        i for i, heading in enumerate(headings) if heading.strip() not in left_out and (heading or any(raw[i]))
    ]
    columns, lossy = [], []
    for place, index in enumerate(kept_columns):
        lossy += [(row, place) for row in _lossy(raw[index])]
        columns.append(texts_of(raw[index]))
    named = tuple(headings[index].strip() for index in kept_columns)
    return Table(
        file=file,
        sheet=sheet,
        encoding=encoding,
        headings=named,
        fields=tuple(map(mapping.field, named)),
        heading_row=heading_row,
        numbers=numbers,
        columns=columns,
        places=tuple(index + 1 for index in kept_columns),
        lossy=tuple(lossy),
        surplus=surplus,
        constants=mapping.constants,
    )


def texts_of(cells: Sequence[Any]) -> list[str]:
    """Give cells as stripped text."""
    if set(map(type, cells)) <= {str}:
        return list(map(str.strip, cells))
    return [cell.strip() if isinstance(cell, str) else text_of(cell) for cell in cells]


def text_of(cell: Any) -> str:
    """Give a spreadsheet's value as a person would write it."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return "" if cell is None else str(cell).strip()


def _lossy(cells: Sequence[Any]) -> list[int]:
    if set(map(type, cells)) <= {str}:
        return []
    return [index for index, cell in enumerate(cells) if isinstance(cell, float) and abs(cell) >= EXACT]
