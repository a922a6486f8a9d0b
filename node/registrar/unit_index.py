"""The unit index: a folder of segments, derived from the unit lists and made anew from them at any time.

A list gets its segment while it is being registered, before it is acknowledged. Small ones are merged, so that how
many segments a search opens grows with the units and not with the registrations: the new segment first, durable, then
the old ones go. A crash leaves segments of lists that nobody registered (no journal row, so nobody asks them), both the
merged segment and those in it (the larger one counts, the next merge removes the others), or ".partial" ones. A list
without a whole segment is searched line by line. Owned by the process that holds the home's lock, read by any.
"""

from __future__ import annotations

import hashlib
import itertools
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.registrar.unit_indexing import IndexingProcess, index_lists
from storage.errors import told_of
from storage.unit_segment import UnitSegment, head_of
from storage.unit_segment_head import TornSegmentError
from storage.unit_segment_writing import merge_segments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from storage.unit_segment_head import SegmentHead

LARGE = 4096
"""Units from which on a segment is merged no more: rewriting costs more then than opening one file more."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HeldSegment:
    """A segment in the folder, with what its head says; whether the rest is whole shows when it is read."""

    path: Path
    head: SegmentHead


@dataclass(frozen=True, slots=True, kw_only=True)
class ToIndex:
    """A unit list that is to be indexed."""

    file: Path
    digest: bytes
    units: int


class UnitIndex:
    """The folder of segments."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = IndexingProcess()

    def catalogue(self) -> dict[bytes, HeldSegment]:
        """Say for each indexed list which segment has it, the one of most lists; torn heads are passed over."""
        held = sorted(self._held(), key=lambda each: (len(each.head.lists), each.path.name))
        return {digest: each for each in held for digest, _ in each.head.lists}

    def begin(self, list_: ToIndex) -> None:
        """Have a list indexed beside what goes on here."""
        self._folder.mkdir(exist_ok=True)
        self._process.begin(list_.file, list_.digest, self._path([list_.digest]))

    def give_up(self) -> None:
        """End what was begun."""
        self._process.give_up()

    def finish(self, lists: Sequence[ToIndex]) -> None:
        """Wait for what was begun, and index here those of these lists that have no segment then."""
        self._process.finish()
        with told_of(str(self._folder)):
            self._folder.mkdir(exist_ok=True)
            indexed = self.catalogue()
            for some in _in_large(each for each in lists if each.digest not in indexed):
                path = self._path([each.digest for each in some])
                index_lists([(each.file, each.digest) for each in some], path)

    def merge(self, order: Sequence[bytes]) -> None:
        """Merge small neighbours; ``order`` has the digests of all registered lists, oldest first."""
        with told_of(str(self._folder)):
            catalogue = self.catalogue()
            counted = {each.path for each in catalogue.values()}
            for held in self._held():
                if held.path not in counted:
                    held.path.unlink()
            for some in runs_of_small([catalogue.get(digest) for digest in order]):
                self._merge(some)

    def clear(self) -> None:
        """Remove everything, what crashes left included."""
        for path in self._folder.glob("*") if self._folder.is_dir() else ():
            path.unlink()

    def _merge(self, some: Sequence[HeldSegment]) -> None:
        with ExitStack() as stack:
            try:
                segments = [stack.enter_context(closing(UnitSegment(each.path))) for each in some]
                merge_segments(self._path([digest for each in some for digest, _ in each.head.lists]), segments)
            except TornSegmentError:
                return  # its lists are searched line by line, and who does so is told of `units reindex`
        for each in some:
            each.path.unlink()

    def _held(self) -> Iterator[HeldSegment]:
        for path in self._folder.glob("*.units") if self._folder.is_dir() else ():
            try:
                yield HeldSegment(path=path, head=head_of(path))
            except (OSError, TornSegmentError):
                continue

    def _path(self, digests: Sequence[bytes]) -> Path:
        name = digests[0] if len(digests) == 1 else hashlib.sha256(b"".join(digests)).digest()
        return self._folder / f"{name.hex()}.units"


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


def _in_large(lists: Iterable[ToIndex]) -> Iterator[list[ToIndex]]:
    """Give lists together that make a large segment."""
    some: list[ToIndex] = []
    units = 0
    for each in lists:
        some.append(each)
        units += each.units
        if units >= LARGE:
            yield some
            some, units = [], 0
    if some:
        yield some
