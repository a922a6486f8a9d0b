"""Writing segments of the unit index: of unit lists, or of several segments merged into one.

A segment is durable before it has its name, so a crash leaves it whole or not there, and perhaps a ".partial" one.
Its name is no part of it: which lists it is of stands in its head.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.durable import write_durably
from storage.unit_records import key_records, merged_keys, merged_pairs, pair_records
from storage.unit_segment_head import KEY, OFFSET, PAIR, SegmentHead, checks_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from storage.unit_segment import UnitSegment


@dataclass(frozen=True, slots=True, kw_only=True)
class ListContent:
    """What is written of one list: of each unit its text and its keys, offsets of the lines and of the end.

    ``taking`` is how many units take others back, so that a list without any is not asked for them.
    """

    digest: bytes
    texts: Sequence[str]
    keys: Sequence[Iterable[str]]
    offsets: Sequence[int]
    taking: int


def write_segment(path: Path, lists: Sequence[ListContent]) -> None:
    """Write the segment of lists of together at most 65,536 units, durable when this returns."""
    lines = array("I", [offset for each in lists for offset in each.offsets])
    lines.byteswap()
    pairs = pair_records([text for each in lists for text in each.texts])
    keys = key_records(enumerate(keys for each in lists for keys in each.keys))
    named = tuple((each.digest, len(each.texts)) for each in lists)
    sections = (lines.tobytes(), OFFSET), (pairs, PAIR), (keys, KEY)
    _write(path, named, sections, taking=sum(each.taking for each in lists))


def merge_segments(path: Path, segments: Sequence[UnitSegment]) -> None:
    """Write the segment of all lists of some, in this order, durable when this returns; raise TornSegmentError."""
    firsts, units = [], 0
    for segment in segments:
        firsts.append(units)
        units += segment.head.units
    lists = tuple(each for segment in segments for each in segment.head.lists)
    offsets = b"".join(segment.offsets.all() for segment in segments)
    pairs = merged_pairs(zip((segment.pairs.all() for segment in segments), firsts, strict=True))
    keys = merged_keys(zip((segment.keys.all() for segment in segments), firsts, strict=True))
    taking = sum(segment.head.taking for segment in segments)
    _write(path, lists, ((offsets, OFFSET), (pairs, PAIR), (keys, KEY)), taking=taking)


def _write(
    path: Path, lists: tuple[tuple[bytes, int], ...], sections: Sequence[tuple[bytes, int]], *, taking: int
) -> None:
    """Write a segment of sections: offsets, pairs and keys, each its bytes and the bytes of a record."""
    _, pairs, keys = (len(data) // width for data, width in sections)
    head = SegmentHead(lists=lists, pairs=pairs, keys=keys, taking=taking, checks=checks_of(sections))
    write_durably(path, b"".join((head.encode(), *(data for data, _ in sections))))
