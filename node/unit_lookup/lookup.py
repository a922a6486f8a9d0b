"""The look-up itself: the index gives candidates, each is read from its list and compared with what the journal knows.

The order is that of batches and of lines in their lists, which never changes, so a cursor (batch.position) stays good.
Where a list has no whole segment, every line of it is read: slower, never less. What may be wanted and is not as it was
registered is told, not passed over: a candidate's line is compared with the journal, a list read whole with its digest.
"""

from __future__ import annotations

import hashlib
import io
import itertools
from functools import cached_property
from typing import TYPE_CHECKING, Any

from node.errors import BadInput, Doubtful, Words
from node.records import canonical
from node.registrar.unit_index import UnitIndex
from node.registrar.unit_list import LIST_NAME, damaged_list
from node.registrar.unit_terms import key, taken_back
from node.unit_lookup.found import FoundUnit
from node.unit_lookup.parts import parts_of
from node.unit_lookup.wanted import Wanted
from storage.unit_segment_head import TornSegmentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from node.registrar.unit_merging import HeldSegment
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
    def _catalogue_again(self) -> dict[bytes, HeldSegment]:
        """The catalogue as a merge has left it that went on beside this."""
        return UnitIndex(self._node.home.unit_index).catalogue()

    @cached_property
    def _taking(self) -> list[Part]:
        """The parts that may hold units which take others back."""
        parts = parts_of(self._node.journal.units.listed(), self._catalogue)
        return [part for part in parts if part.held is None or part.held.head.taking]

    def _one(self, number: str, identifier: str) -> list[FoundUnit]:
        row = self._node.journal.units.unit(number, identifier)
        if row is None:
            return []
        batch = self._batch(row.batch)
        with self._node.root.open_payload(batch.object_id, LIST_NAME) as stream:
            line = next(itertools.islice(stream, row.position, None), b"")
        return [self._known(batch, row.position, line)]

    def _in_part(
        self,
        part: Part,
        candidates: Callable[[UnitSegment], set[int]],
        holds: Holds,
        *,
        beyond: tuple[int, int] = (0, -1),
        again: bool = True,
    ) -> Iterator[FoundUnit]:
        """Give the units of a part that hold and stand beyond a place.

        Without a whole segment the catalogue is read once more, for one that came meanwhile; then every line is read.
        """
        try:
            for found in self._at(part.places(candidates), holds, beyond=beyond):
                beyond = (found.batch.id, found.position)
                yield found
        except (OSError, TornSegmentError):
            if again:
                listed = [(batch, digest) for digest, batch in part.batches.items() if batch >= beyond[0]]
                for other in parts_of(listed, self._catalogue_again):
                    yield from self._in_part(other, candidates, holds, beyond=beyond, again=False)
                return
            for batch in part.batches.values():
                self.read_whole.add(batch)
                if batch >= beyond[0]:
                    first = beyond[1] + 1 if batch == beyond[0] else 0
                    yield from self._lines(batch, first, holds)

    def _at(self, places: Iterator[Place], holds: Holds, *, beyond: tuple[int, int]) -> Iterator[FoundUnit]:
        """Read the lines at some places, and give those that hold."""
        wanted = (place for place in places if (place.batch, place.position) > beyond)
        for batch, of_batch in itertools.groupby(wanted, key=lambda place: place.batch):
            row = self._batch(batch)
            with self._node.root.open_payload(row.object_id, LIST_NAME) as stream:
                for place in of_batch:
                    stream.seek(place.first)
                    found = self._known(row, place.position, stream.read(place.last - place.first))
                    if holds(found.value):
                        yield found

    def _lines(self, batch: int, first: int, holds: Holds) -> Iterator[FoundUnit]:
        """Read the lines of a list from one on, and give those that hold; raise Doubtful when it is not that list."""
        row = self._batch(batch)
        with self._node.root.open_payload(row.object_id, LIST_NAME) as stream:
            data = stream.read()
        if hashlib.sha256(data).digest() != row.list_digest:
            raise damaged_list(batch)
        for position, line in itertools.islice(enumerate(io.BytesIO(data)), first, None):
            if holds(canonical.decode(line)):
                yield self._known(row, position, line)

    def _known(self, batch: UnitBatchRow, position: int, line: bytes) -> FoundUnit:
        """Give the unit of a line; raise Doubtful unless the line is the one that the journal knows."""
        try:
            value = canonical.decode(line)
            unit = value if isinstance(value, dict) else {}
            digest = canonical.digest({name: part for name, part in unit.items() if name != "salt"})
        except BadInput as error:
            raise damaged_list(batch.id) from error
        row = self._node.journal.units.unit(str(unit.get("resource_id")), str(unit.get("unit_id")))
        known = row is not None and (row.batch, row.position, row.source_digest)
        if known != (batch.id, position, digest):
            raise damaged_list(batch.id)
        return FoundUnit(batch=batch, position=position, value=unit)

    def _batch(self, batch: int) -> UnitBatchRow:
        if batch not in self._batches:
            row = self._node.journal.units.batch(batch)
            if row is None:
                raise Doubtful(f"日志中没有第 {batch} 批", f"batch {batch} is not in the journal")
            self._batches[batch] = row
        return self._batches[batch]
