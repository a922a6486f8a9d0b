"""The sorted records of a segment of the unit index: pairs of characters and hashed keys, each with a unit's position.

A word of two characters is one range of the pairs, a single character the range of all pairs that begin with it. A key
is a tag, an identifier and the like, as a whole.
"""

from __future__ import annotations

import hashlib
from array import array
from functools import lru_cache
from typing import TYPE_CHECKING

from storage.unit_segment_head import KEY, PAIR

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_POSITION = 2
_RUN = 500
"""Units whose pairs are sorted at a time: they stay in the processor's cache, and sorted runs merge fast."""
_FEW = 1024
"""Numbers that are made records at a time, for the same cache."""


def pair_records(texts: Sequence[str]) -> bytes:
    """Give the sorted records of the pairs in texts, whose places in the sequence are the positions."""
    numbers: list[float] = []
    for first in range(0, len(texts), _RUN):
        encoded = [(text + "\0").encode("utf-16-be", "surrogatepass") for text in texts[first : first + _RUN]]
        text = b"".join(encoded)
        after = text[2:] + b"\0\0"
        positions = [(first + index, len(each) // 2) for index, each in enumerate(encoded)]
        high = b"".join([bytes((position >> 8,)) * length for position, length in positions])
        low = b"".join([bytes((position & 255,)) * length for position, length in positions])
        run = _numbers((text[0::2], text[1::2], after[0::2], after[1::2], high, low))
        run.sort()
        numbers += run
    numbers.sort()
    return _records(numbers)


def key_records(keys: Iterable[tuple[int, Iterable[str]]]) -> bytes:
    """Give the sorted records of the keys at each position."""
    return b"".join(
        sorted(hashed(key) + position.to_bytes(_POSITION, "big") for position, some in keys for key in some)
    )


def merged_pairs(parts: Iterable[tuple[bytes, int]]) -> bytes:
    """Give the sorted records of several sections of pairs, each with what its positions are raised by."""
    numbers: list[float] = []
    for records, raised in parts:
        numbers += _numbers(_raised(records, PAIR, raised))
    numbers.sort()  # of parts that are sorted: as fast as merging them
    return _records(numbers)


def merged_keys(parts: Iterable[tuple[bytes, int]]) -> bytes:
    """Give the sorted records of several sections of keys, each with what its positions are raised by."""
    found: list[bytes] = []
    for records, raised in parts:
        columns = _raised(records, KEY, raised)
        found += map(bytes, zip(*columns, strict=True))
    return b"".join(sorted(found))


@lru_cache(maxsize=1024)  # a resource or a tag is the key of many units
def hashed(key: str) -> bytes:
    """Hash a key."""
    digest_size = KEY - _POSITION
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=digest_size).digest()


def _raised(records: bytes, width: int, raised: int) -> list[bytes]:
    """Give the columns of records with positions raised; raise OverflowError beyond two bytes."""
    high, low = records[width - 2 :: width], records[width - 1 :: width]
    positions = array("H", [(upper << 8 | lower) + raised for upper, lower in zip(high, low, strict=True)])
    positions.byteswap()
    both = positions.tobytes()
    return [*(records[place::width] for place in range(width - _POSITION)), both[0::2], both[1::2]]


def _numbers(columns: Sequence[bytes]) -> list[float]:
    """Make records of six bytes, given by their columns, the fractions of floating-point numbers between 1 and 2.

    That is the one kind of value that Python sorts in bulk at the speed of C and that holds 48 bits.
    """
    count = len(columns[0])
    raw = bytearray(8 * count)
    raw[7::8], raw[6::8] = b"\x3f" * count, b"\xf0" * count
    for place, column in enumerate(columns):
        raw[5 - place :: 8] = column
    return array("d", bytes(raw)).tolist()


def _records(numbers: list[float]) -> bytes:
    """Give the records in numbers."""
    return b"".join(_few_records(numbers[first : first + _FEW]) for first in range(0, len(numbers), _FEW))


def _few_records(numbers: list[float]) -> bytes:
    raw = array("d", numbers).tobytes()
    records = bytearray(PAIR * len(numbers))
    for place in range(PAIR):
        records[place::PAIR] = raw[PAIR - 1 - place :: 8]
    return bytes(records)
