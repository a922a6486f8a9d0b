"""The parts in which lists are searched: a segment of the index with its batches, or a list that has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.unit_segment import UnitSegment
from storage.unit_segment_head import TornSegmentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from node.registrar.unit_index import HeldSegment


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a batch's list that may be what is wanted, and where in the list it begins and ends."""

    batch: int
    position: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Batches, by the digests of their lists in the order of ids, that one segment has, or one batch that none has."""

    batches: dict[bytes, int]
    held: HeldSegment | None

    def places(self, candidates: Callable[[UnitSegment], set[int]]) -> Iterator[Place]:
        """Give the candidates of the segment, in order; raise TornSegmentError, or OSError when it is gone."""
        if self.held is None:
            raise TornSegmentError("not indexed")
        segment = UnitSegment(self.held.path)
        try:
            for candidate in sorted(candidates(segment)):
                of, position = segment.place(candidate)
                batch = self.batches.get(segment.head.lists[of][0])
                if batch is not None:
                    first, last = segment.line(of, position)
                    yield Place(batch=batch, position=position, first=first, last=last)
        finally:
            segment.close()


def parts_of(listed: Iterable[tuple[int, bytes]], catalogue: Mapping[bytes, HeldSegment]) -> list[Part]:
    """Give the parts that batches (id, digest of the list) fall into, in order: segments are of neighbours."""
    parts: list[Part] = []
    by_segment: dict[HeldSegment, Part] = {}
    for batch, digest in listed:
        held = catalogue.get(digest)
        part = None if held is None else by_segment.get(held)
        if part is None:
            part = Part(batches={}, held=held)
            parts.append(part)
            if held is not None:
                by_segment[held] = part
        part.batches[digest] = batch
    return parts
