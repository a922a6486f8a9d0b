"""Which segments of the unit index are merged: small neighbours, by a rule that leaves few and seldom rewrites."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from storage.unit_segment_head import SegmentHead

LARGE = 4096
"""Units from which on a segment is merged no more: rewriting costs more then than opening one file more."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HeldSegment:
    """A segment in the folder, with what its head says; whether the rest is whole shows when it is read."""

    path: Path
    head: SegmentHead


def in_order(order: Sequence[bytes], catalogue: Mapping[bytes, HeldSegment]) -> Iterator[HeldSegment | None]:
    """Give the segments of lists that are in this order; None for those that do not stand as in their segment.

    That happens where a crash left a segment of lists that came again one by one; merged, it would have lists twice.
    """
    for held, digests in itertools.groupby(order, key=catalogue.get):
        as_held = held is not None and [digest for digest, _ in held.head.lists] == list(digests)
        yield held if as_held else None


def runs_of_small(order: Sequence[HeldSegment | None]) -> list[list[HeldSegment]]:
    """Give the runs of neighbours that are to become one each; None stands for a list without a segment.

    A small segment goes with the one before it unless that is larger. So a unit is rewritten as often as its segment
    doubles, and of neighbours that stay small each is larger than the next: there are never many.
    """
    runs: list[list[HeldSegment]] = []
    sizes: list[int] = []
    for held, _ in itertools.groupby(order):
        runs.append([] if held is None else [held])
        sizes.append(LARGE if held is None else held.head.units)
        while len(runs) > 1 and max(sizes[-2:]) < LARGE and sizes[-2] <= sizes[-1]:
            runs[-2:], sizes[-2:] = [runs[-2] + runs[-1]], [sizes[-2] + sizes[-1]]
    return [run for run in runs if len(run) > 1]
