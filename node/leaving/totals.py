"""How many resources there are of each kind: totals by a column of the metadata."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from node.listing.rows import status
from node.records import canonical
from node.records.metadata import Metadata
from node.records.said import WORDS, texts_of

if TYPE_CHECKING:
    from storage.journal import Journal

BY = ("region", "institution", "period", "programme", "lot", "contractor", *WORDS)
"""Columns by which there are totals."""


def totals(journal: Journal, column: str) -> list[tuple[str, int, int, int]]:
    """Give for each value of a column, largest first: the value ("" where it is not said), resources, files, bytes.

    Withdrawn resources and those that are not final do not count.
    """
    resources: Counter[str] = Counter()
    files: Counter[str] = Counter()
    size: Counter[str] = Counter()
    for row in journal.resources.all():
        if status(row) != "registered":
            continue
        value = texts_of(Metadata.from_json(canonical.decode(row.metadata))).get(column, "")
        resources[value] += 1
        files[value] += row.files
        size[value] += row.size
    return [(value, count, files[value], size[value]) for value, count in sorted(resources.items(), key=_largest)]


def _largest(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]
