"""The columns of a list of knowledge units (`unit_columns.tsv`), and which heading means which."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from node.errors import Words
from node.importers.columns import folded

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitColumn:
    """A column: its field and heading, and what its cells are.

    ``kind`` is text, texts (separated by semicolons), count, or a way of giving a place: page, xywh, t, char, quote,
    json.
    """

    field: str
    zh: str
    kind: str
    meaning: Words
    also: tuple[str, ...]


def _read() -> Iterator[UnitColumn]:
    with Path(__file__).with_name("unit_columns.tsv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            meaning, also = Words(row["meaning_zh"], row["meaning_en"]), tuple(row["also"].split())
            yield UnitColumn(field=row["field"], zh=row["zh"], kind=row["kind"], meaning=meaning, also=also)


UNIT_COLUMNS: tuple[UnitColumn, ...] = tuple(_read())


@lru_cache(maxsize=1024)  # the same few headings come with every unit
def unit_field_of(heading: str) -> str | None:
    """Give the field of a unit that a heading means, in Chinese or English, or None."""
    return _HEADINGS.get(folded(heading))


def _headings() -> dict[str, str]:
    known: dict[str, str] = {}
    for own in (True, False):  # a column's own headings go before what others are also called
        for column in UNIT_COLUMNS:
            for heading in (column.field, column.zh) if own else column.also:
                known.setdefault(folded(heading), column.field)
    return known


_HEADINGS = _headings()
