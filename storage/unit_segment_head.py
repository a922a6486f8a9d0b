"""The head of a segment, a file of the unit index: what it holds, of which lists, and checks over all of it.

    "zhicang-units-2", line end; SHA-256 of the rest of the head
    units, pairs, keys, units that take others back, lists 5 × 4 bytes
    of each list: its SHA-256, its units                   32 + 4 bytes
    CRC-32 of each page of 1,024 records behind the head   4 bytes
    offset of each line, and of the end, list by list      4 bytes
    (pair of UTF-16 units, position)                       4 + 2 bytes, sorted
    (hash of a key, position)                              6 + 2 bytes, sorted

The digest is seen on opening, so a torn or zeroed file is told whatever its length is; a page's check when the page is
first read, so that opening stays cheap. Both find accidents; who can write into the home needs no index to deceive.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Sequence

OFFSET, PAIR, KEY = 4, 6, 8
"""Bytes of a record in each section."""
PAGE = 1024
"""Records that share a check."""
_MAGIC = b"zhicang-units-2\n"
_DIGEST = 32
_COUNTS = struct.Struct(">IIIII")
_LIST = struct.Struct(">32sI")
_START = len(_MAGIC) + _DIGEST


class TornSegmentError(ValueError):
    """A file of the unit index that is not what was written; the lists that it was made of are what counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentHead:
    """What a segment says of itself: its lists (SHA-256, units) in their order, counts, and the pages' checks."""

    lists: tuple[tuple[bytes, int], ...]
    pairs: int
    keys: int
    taking: int
    checks: tuple[int, ...]

    @property
    def units(self) -> int:
        """How many units it holds; their positions go on from list to list."""
        return sum(units for _, units in self.lists)

    @property
    def sections(self) -> tuple[tuple[int, int], ...]:
        """The records and the bytes of a record of the three sections: offsets, pairs, keys."""
        return (self.units + len(self.lists), OFFSET), (self.pairs, PAIR), (self.keys, KEY)

    @property
    def size(self) -> int:
        """Bytes of the head itself."""
        return _START + _COUNTS.size + _LIST.size * len(self.lists) + 4 * len(self.checks)

    def firsts(self) -> list[int]:
        """Give the position of each list's first unit."""
        return list(accumulate((units for _, units in self.lists[:-1]), initial=0))

    def encode(self) -> bytes:
        """Write the head."""
        counts = _COUNTS.pack(self.units, self.pairs, self.keys, self.taking, len(self.lists))
        lists = b"".join(_LIST.pack(*each) for each in self.lists)
        said = counts + lists + _checks(len(self.checks)).pack(*self.checks)
        return _MAGIC + hashlib.sha256(said).digest() + said

    @classmethod
    def read(cls, stream: BinaryIO, size: int) -> SegmentHead:
        """Read the head of a file of so many bytes; raise TornSegmentError."""
        start = stream.read(_START + _COUNTS.size)
        if len(start) < _START + _COUNTS.size or not start.startswith(_MAGIC):
            raise TornSegmentError("no head")
        units, pairs, keys, taking, lists = _COUNTS.unpack_from(start, _START)
        pages = sum(map(pages_of, (units + lists, pairs, keys)))
        more = _LIST.size * lists + 4 * pages
        if len(start) + more + OFFSET * (units + lists) + PAIR * pairs + KEY * keys != size:
            raise TornSegmentError("not of the length that its head says")
        said = stream.read(more)
        if hashlib.sha256(start[_START:] + said).digest() != start[len(_MAGIC) : _START]:
            raise TornSegmentError("another head than was written")
        checks = _checks(pages).unpack_from(said, _LIST.size * lists)
        named = tuple(_LIST.iter_unpack(said[: _LIST.size * lists]))
        return cls(lists=named, pairs=pairs, keys=keys, taking=taking, checks=checks)


def pages_of(records: int) -> int:
    """Count the pages that so many records take."""
    return -(-records // PAGE)


def checks_of(sections: Sequence[tuple[bytes, int]]) -> tuple[int, ...]:
    """Give the checks of the pages of sections, each its bytes and the bytes of its records."""
    return tuple(
        zlib.crc32(data[first : first + PAGE * width])
        for data, width in sections
        for first in range(0, len(data), PAGE * width)
    )


def _checks(pages: int) -> struct.Struct:
    return struct.Struct(f">{pages}I")
