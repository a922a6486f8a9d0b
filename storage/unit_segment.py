"""A segment of the unit index, open for reading: which units of its lists hold which pairs of characters, which keys.

Derived from the lists alone, which its head names by their digests, so it is right or not there, whatever batch a list
was for. Answers are candidates: whoever asks compares with the unit, which also disposes of equal hashes and of
neighbours that are no word. What is not as it was written is told by `TornSegmentError`, on opening or on reading.
"""

from __future__ import annotations

import bisect
import mmap
import struct
import zlib
from typing import TYPE_CHECKING

from storage.unit_records import hashed
from storage.unit_segment_head import PAGE, SegmentHead, TornSegmentError, pages_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def head_of(path: Path) -> SegmentHead:
    """Read the head of a segment alone; raise TornSegmentError, or OSError when it is not there."""
    with path.open("rb") as stream:
        return SegmentHead.read(stream, path.stat().st_size)


class Section:
    """Records of one width in an open segment; a page is checked when it is first read."""

    def __init__(self, data: mmap.mmap, *, start: int, records: int, width: int, checks: Sequence[int]) -> None:
        self._data = data
        self._start = start
        self._records = records
        self._width = width
        self._checks = checks
        self._seen: set[int] = set()

    def part(self, first: int, last: int) -> bytes:
        """Give the records from one to before another; raise TornSegmentError."""
        for page in range(first // PAGE, pages_of(last)):
            if page not in self._seen:
                begin = self._start + page * PAGE * self._width
                end = self._start + min((page + 1) * PAGE, self._records) * self._width
                if zlib.crc32(self._data[begin:end]) != self._checks[page]:
                    raise TornSegmentError("a page of it is damaged")
                self._seen.add(page)
        return self._data[self._start + first * self._width : self._start + last * self._width]

    def all(self) -> bytes:
        """Give every record."""
        return self.part(0, self._records)

    def beginning(self, prefix: bytes) -> set[int]:
        """Give the positions at the end of those sorted records that begin with a prefix."""

        def beginning(record: int) -> bytes:
            return self.part(record, record + 1)[: len(prefix)]

        every = range(self._records)
        first = bisect.bisect_left(every, prefix, key=beginning)
        last = bisect.bisect_right(every, prefix, lo=first, key=beginning)
        found = self.part(first, last)
        high, low = found[self._width - 2 :: self._width], found[self._width - 1 :: self._width]
        return {upper << 8 | lower for upper, lower in zip(high, low, strict=True)}


class UnitSegment:
    """An open segment; close it after use. Raises TornSegmentError, or OSError when it is not there.

    Attributes:
        head: its lists and counts.
        offsets, pairs, keys: its sections.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as stream:
            self.head = SegmentHead.read(stream, path.stat().st_size)
            self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        self._firsts = self.head.firsts()
        sections, start, page = [], self.head.size, 0
        for records, width in self.head.sections:
            checks = self.head.checks[page : page + pages_of(records)]
            sections.append(Section(self._map, start=start, records=records, width=width, checks=checks))
            start, page = start + records * width, page + len(checks)
        self.offsets, self.pairs, self.keys = sections

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()

    def place(self, position: int) -> tuple[int, int]:
        """Give of which list a unit is, by the list's place in the head, and its line there from 0."""
        of = bisect.bisect_right(self._firsts, position) - 1
        return of, position - self._firsts[of]

    def line(self, of: int, line: int) -> tuple[int, int]:
        """Give where a line begins and ends in a list."""
        entry = self._firsts[of] + of + line  # each list before has one more offset than units
        first, last = struct.unpack(">II", self.offsets.part(entry, entry + 2))
        return first, last

    def with_word(self, word: str) -> set[int]:
        """Give the positions of the units that may hold a word."""
        units = word.encode("utf-16-be", "surrogatepass")
        found = self.pairs.beginning(units[:4])
        for place in range(2, len(units) - 2, 2):
            if not found:
                break
            found &= self.pairs.beginning(units[place : place + 4])
        return found

    def with_key(self, key: str) -> set[int]:
        """Give the positions of the units that may have a key."""
        return self.keys.beginning(hashed(key))
