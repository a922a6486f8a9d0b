"""The parts in which lists are searched: a segment of the index with its batches, or a list that has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.unit_segment import UnitSegment
from storage.unit_segment_head import TornSegmentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from node.registrar.unit_merging import HeldSegment


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a batch's list that may be what is wanted, and where in the list it begins and ends."""

    batch: int
    position: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Neighbouring batches, by the digests of their lists, that one segment has, or one batch that none has."""

    batches: dict[bytes, int]
    held: HeldSegment | None

    def places(self, candidates: Callable[[UnitSegment], set[int]]) -> Iterator[Place]:
        """Give the candidates of the segment, by batches; raise TornSegmentError, or OSError when it is gone."""
        if self.held is None:
            raise TornSegmentError("not indexed")
        segment = UnitSegment(self.held.path)
        try:
            batches = [self.batches.get(digest) for digest, _ in segment.head.lists]
            found = [(batches[of], position, of) for of, position in map(segment.place, candidates(segment))]
            for batch, position, of in sorted((batch, *at) for batch, *at in found if batch is not None):
                first, last = segment.line(of, position)
                yield Place(batch=batch, position=position, first=first, last=last)
        finally:
            segment.close()


def parts_of(listed: Iterable[tuple[int, bytes]], catalogue: Mapping[bytes, HeldSegment]) -> list[Part]:
    """Give the parts that batches (id, digest of the list) fall into, in order.

    A part is of neighbours, whatever its segment holds: what is found comes in the order of batches, on which cursors
    rest. So a segment that has lists further on is searched for them again, where they stand.
    """
    parts: list[Part] = []
    for batch, digest in listed:
        held = catalogue.get(digest)
        if not parts or held is None or parts[-1].held is not held:
            parts.append(Part(batches={}, held=held))
        parts[-1].batches[digest] = batch
    return parts
