"""A file of the unit index: which units of one list hold which pairs of characters, and which keys.

    "zhicang-units-1", line end; units, pairs, keys, units that take others back (4 × 4 bytes)
    offset of each line in the list        4 bytes a unit and one more for the end
    (pair of UTF-16 units, position)       4 + 2 bytes, sorted: a word of two characters is one range of them, a single
                                           character is the range of all pairs that begin with it
    (hash of a key, position)              6 + 2 bytes, sorted; a key is a tag, an identifier and the like, as a whole

Derived from the list alone and named by its digest, so that a file is right or not there, whatever batch it was for; a
torn one (a crash before the sync that acknowledges its batch) does not have the length that its head says. Answers are
candidates: whoever asks compares with the unit, which also disposes of equal hashes and of neighbours that are no word.
"""

from __future__ import annotations

import bisect
import hashlib
import mmap
import struct
from array import array
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

MOST_UNITS = 1 << 16
_MAGIC = b"zhicang-units-1\n"
_HEAD = struct.Struct(">16sIIII")
_PAIR, _KEY, _OFFSET = 6, 8, 4
_RUN = 500
"""Units whose pairs are sorted at a time: they stay in the processor's cache, and sorted runs merge fast."""
_FEW = 1024
"""Numbers that are made records at a time, for the same cache."""


def write_index(
    path: Path, texts: Sequence[str], keys: Iterable[tuple[str, int]], offsets: Sequence[int], *, taking: int
) -> None:
    """Write the index of a list: of each unit its text, keys with positions, offsets of the lines and of the end.

    ``taking`` is how many units take others back, so that a list without any is not asked for them.
    Not durable before the next sync of its file system.
    """
    pairs = _pairs(texts)
    hashed = sorted(_hash(key) + position.to_bytes(2, "big") for key, position in keys)
    lines = array("I", offsets)
    lines.byteswap()
    new = path.with_name(path.name + ".partial")
    with new.open("wb") as stream:
        stream.write(_HEAD.pack(_MAGIC, len(texts), len(pairs) // _PAIR, len(hashed), taking))
        stream.write(lines.tobytes())
        stream.write(pairs)
        stream.write(b"".join(hashed))
    new.replace(path)


def _pairs(texts: Sequence[str]) -> bytes:
    """Give the sorted records (pair, position) of texts.

    A record is made the fraction of a floating-point number between 1 and 2, the one kind of value that Python sorts in
    bulk at the speed of C and that holds 48 bits.
    """
    numbers: list[float] = []
    for first in range(0, len(texts), _RUN):
        encoded = [(text + "\0").encode("utf-16-be", "surrogatepass") for text in texts[first : first + _RUN]]
        text = b"".join(encoded)
        count = len(text) // 2
        after = text[2:] + b"\0\0"
        positions = [(first + index, len(each) // 2) for index, each in enumerate(encoded)]
        records = bytearray(8 * count)
        records[7::8], records[6::8] = b"\x3f" * count, b"\xf0" * count
        records[5::8], records[4::8] = text[0::2], text[1::2]
        records[3::8], records[2::8] = after[0::2], after[1::2]
        records[1::8] = b"".join([bytes((position >> 8,)) * length for position, length in positions])
        records[0::8] = b"".join([bytes((position & 255,)) * length for position, length in positions])
        run = array("d", bytes(records)).tolist()
        run.sort()
        numbers += run
    numbers.sort()
    return b"".join(_records(numbers[first : first + _FEW]) for first in range(0, len(numbers), _FEW))


def _records(numbers: list[float]) -> bytes:
    """Give the records in a few numbers."""
    raw = array("d", numbers).tobytes()
    records = bytearray(_PAIR * len(numbers))
    for place in range(_PAIR):
        records[place::_PAIR] = raw[_PAIR - 1 - place :: 8]
    return bytes(records)


@lru_cache(maxsize=1024)  # a resource or a tag is the key of many units
def _hash(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=6).digest()


class UnitIndexFile:
    """An open index file; close it after use. Raises ValueError when the file is torn or of another format."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as stream:
            self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        self.units: int
        self.taking: int
        whole = len(self._map) >= _HEAD.size
        magic, self.units, pairs, keys, self.taking = _HEAD.unpack_from(self._map) if whole else (b"", 0, 0, 0, 0)
        self._pairs = _HEAD.size + _OFFSET * (self.units + 1)
        self._keys = self._pairs + _PAIR * pairs
        self._end = self._keys + _KEY * keys
        if magic != _MAGIC or len(self._map) != self._end:
            self._map.close()
            raise ValueError(f"{path} is torn")

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()

    def line(self, position: int) -> tuple[int, int]:
        """Give where a unit's line begins and ends in the list."""
        first, last = struct.unpack_from(">II", self._map, _HEAD.size + _OFFSET * position)
        return first, last

    def with_word(self, word: str) -> set[int]:
        """Give the positions of the units that may hold a word."""
        units = word.encode("utf-16-be", "surrogatepass")
        if len(units) == 2:  # noqa: PLR2004 - one UTF-16 unit
            return self._range(self._pairs, self._keys, _PAIR, units)
        found: set[int] | None = None
        for place in range(0, len(units) - 2, 2):
            some = self._range(self._pairs, self._keys, _PAIR, units[place : place + 4])
            found = some if found is None else found & some
            if not found:
                break
        return found or set()

    def with_key(self, key: str) -> set[int]:
        """Give the positions of the units that may have a key."""
        return self._range(self._keys, self._end, _KEY, _hash(key))

    def _range(self, start: int, end: int, width: int, prefix: bytes) -> set[int]:
        """Give the positions in the sorted records of a width that begin with a prefix."""
        records = range(start, end, width)

        def beginning(offset: int) -> bytes:
            return self._map[offset : offset + len(prefix)]

        first = bisect.bisect_left(records, prefix, key=beginning)
        last = bisect.bisect_right(records, prefix, lo=first, key=beginning)
        found = self._map[start + first * width : start + last * width]
        high, low = found[width - 2 :: width], found[width - 1 :: width]
        return {upper << 8 | lower for upper, lower in zip(high, low, strict=True)}
