"""Finding the row of headings: processing companies put a title and a date above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.errors import BadInput, Words
from node.importers.columns import COLUMNS
from node.importers.table import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.importers.mapping import Mapping

HIGHEST = 15
"""Rows from the top among which the headings are looked for."""


def find_headings(rows: Sequence[Sequence[Any]], mapping: Mapping) -> tuple[int, list[str]] | None:
    """Give the index of the row with the most recognised headings, and its texts; None when no row has one."""
    best: tuple[int, int, list[str]] | None = None
    for index, row in enumerate(rows[:HIGHEST]):
        texts = [" ".join(text_of(cell).split()) for cell in row]
        known = len(set(map(mapping.field, texts)) - {None})
        if known and (best is None or known > best[0]):
            best = known, index, texts
    if best is None:
        return None
    while best[2] and not best[2][-1]:
        best[2].pop()
    return best[1], best[2]


def no_headings(file: str, seen: str) -> BadInput:
    """Give the error for a list in which no heading is recognised."""
    known = Words("、".join(column.zh for column in COLUMNS[:12]), ", ".join(column.field for column in COLUMNS[:12]))
    mend = Words(
        f"用 zhicang import template 的表头({known.zh}……),或用 --mapping 映射文件说明各列",
        f"use the headings of zhicang import template ({known.en}, …), or explain the columns with --mapping",
    )
    zh = f"前 {HIGHEST} 行里没有认得的列名(看到的是“{seen[:60]}”)"
    en = f"no heading recognised in the first {HIGHEST} rows (seen: {seen[:60]!r})"
    return BadInput(zh, en, mend=mend, file=file)
