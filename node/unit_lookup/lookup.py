"""The look-up itself: the index gives candidates, each is read from its list and compared with what the journal knows.

The order is that of batches and of lines in their lists, which never changes, so a cursor (batch.position) stays good.
Where a list has no whole segment, every line of it is read: slower, never less.
"""

from __future__ import annotations

import itertools
from functools import cached_property
from typing import TYPE_CHECKING, Any

from node.errors import BadInput, Doubtful, Words
from node.records import canonical
from node.registrar.unit_index import UnitIndex
from node.registrar.unit_list import LIST_NAME
from node.registrar.unit_terms import key, taken_back
from node.unit_lookup.found import FoundUnit
from node.unit_lookup.parts import parts_of
from node.unit_lookup.wanted import Wanted
from storage.unit_segment_head import TornSegmentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from node.registrar.unit_index import HeldSegment
    from node.runtime import Reading
    from node.unit_lookup.parts import Part, Place
    from storage.unit_segment import UnitSegment
    from storage.units import UnitBatchRow

    Holds = Callable[[dict[str, Any]], bool]


class UnitLookup:
    """Looks units up in an open home, as its index and its batches were when the first was asked for.

    Attributes:
        read_whole: batches whose lists were read line by line, for want of a whole segment.
    """

    def __init__(self, node: Reading) -> None:
        self._node = node
        self._batches: dict[int, UnitBatchRow] = {}
        self.read_whole: set[int] = set()

    def find(self, wanted: Wanted) -> Iterator[FoundUnit]:
        """Give what is wanted, in order, one at a time; raise Doubtful when a list is damaged."""
        listed = self._node.journal.units.listed(first=wanted.after[0], lot=wanted.lot, batch=wanted.batch)
        for part in parts_of(listed, self._catalogue):
            yield from self._in_part(part, wanted.candidates, wanted.holds, beyond=wanted.after)

    def named(self, name: str) -> list[FoundUnit]:
        """Give the units of an identifier, in full (NUMBER#IDENTIFIER) or as within its resource; BadInput if none."""
        number, _, identifier = name.rpartition("#")
        found = self._one(number, identifier) if number else list(self.find(Wanted(unit=identifier)))
        if not found:
            mend = Words("写全称:登记号#标识;或用 units find 查找", "give NUMBER#IDENTIFIER, or look with units find")
            raise BadInput(f"没有知识单元 {name[:100]}", f"there is no unit {name[:100]}", mend=mend, field="unit")
        return found

    def taken_back_by(self, name: str) -> list[FoundUnit]:
        """Give the units that replace or withdraw one."""
        wanted = key("taken-back", name)
        return [
            unit
            for part in self._taking
            for unit in self._in_part(
                part, lambda segment: segment.with_key(wanted), lambda unit: name in taken_back(unit)
            )
        ]

    @cached_property
    def _catalogue(self) -> dict[bytes, HeldSegment]:
        return UnitIndex(self._node.home.unit_index).catalogue()

    @cached_property
    def _taking(self) -> list[Part]:
        """The parts that may hold units which take others back."""
        parts = parts_of(self._node.journal.units.listed(), self._catalogue)
        return [part for part in parts if part.held is None or part.held.head.taking]

    def _one(self, number: str, identifier: str) -> list[FoundUnit]:
        row = self._node.journal.units.unit(number, identifier)
        return [] if row is None else list(self._lines(row.batch, row.position, row.position + 1, holds=lambda _: True))

    def _in_part(
        self,
        part: Part,
        candidates: Callable[[UnitSegment], set[int]],
        holds: Holds,
        *,
        beyond: tuple[int, int] = (0, -1),
    ) -> Iterator[FoundUnit]:
        """Give the units of a part that hold and stand beyond a place; without a whole segment every line is read."""
        try:
            for found in self._at(part.places(candidates), holds, beyond=beyond):
                beyond = (found.batch.id, found.position)
                yield found
        except (OSError, TornSegmentError):
            for batch in part.batches.values():
                self.read_whole.add(batch)
                if batch >= beyond[0]:
                    first = beyond[1] + 1 if batch == beyond[0] else 0
                    yield from self._lines(batch, first, None, holds=holds)

    def _at(self, places: Iterator[Place], holds: Holds, *, beyond: tuple[int, int]) -> Iterator[FoundUnit]:
        """Read the lines at some places, and give those that hold."""
        wanted = (place for place in places if (place.batch, place.position) > beyond)
        for batch, of_batch in itertools.groupby(wanted, key=lambda place: place.batch):
            row = self._batch(batch)
            with self._node.root.open_payload(row.object_id, LIST_NAME) as stream:
                for place in of_batch:
                    stream.seek(place.first)
                    yield from self._held(row, place.position, stream.read(place.last - place.first), holds)

    def _lines(self, batch: int, first: int, last: int | None, *, holds: Holds) -> Iterator[FoundUnit]:
        """Read the lines of a list from one to before another, and give those that hold."""
        row = self._batch(batch)
        with self._node.root.open_payload(row.object_id, LIST_NAME) as stream:
            for position, line in itertools.islice(enumerate(stream), first, last):
                yield from self._held(row, position, line, holds)

    def _held(self, batch: UnitBatchRow, position: int, line: bytes, holds: Holds) -> Iterator[FoundUnit]:
        """Give the unit of a line if it holds; raise Doubtful unless the line is the one that the journal knows."""
        value = canonical.decode(line)
        if not holds(value):
            return
        row = self._node.journal.units.unit(str(value.get("resource_id")), str(value.get("unit_id")))
        unsalted = {name: part for name, part in value.items() if name != "salt"}
        known = row is not None and (row.batch, row.position, row.source_digest)
        if known != (batch.id, position, canonical.digest(unsalted)):
            zh, en = f"第 {batch.id} 批的清单已损坏", f"the list of batch {batch.id} is damaged"
            raise Doubtful(zh, en, mend=Words("zhicang audit 会说明该怎么办", "zhicang audit says what to do"))
        yield FoundUnit(batch=batch, position=position, value=value)

    def _batch(self, batch: int) -> UnitBatchRow:
        if batch not in self._batches:
            row = self._node.journal.units.batch(batch)
            if row is None:
                raise Doubtful(f"日志中没有第 {batch} 批", f"batch {batch} is not in the journal")
            self._batches[batch] = row
        return self._batches[batch]
