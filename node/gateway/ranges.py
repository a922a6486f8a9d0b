"""Ranges of bytes: the Range header of a file or block, and the entity-bytes of a CAR.

Source: RFC 9110 section 14 (Range, If-Range), IPIP-402 (entity-bytes).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from node.gateway.refusal import Refusal, bad

_RANGES = re.compile(r"bytes\s*=\s*(.+)", re.IGNORECASE)
_RANGE = re.compile(r"([0-9]{0,18})-([0-9]{0,18})")
_ENTITY = re.compile(r"(-?[0-9]{1,18}):(\*|-?[0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes first … end - 1."""

    first: int
    end: int


def asked_range(header: str | None, size: int) -> Span | None:
    """Give the bytes that a Range header asks for, None where it is to be ignored, as of nothing; raise Refusal 416.

    Of several ranges the first that has bytes is given, as its answer says. What is malformed or in another unit is
    ignored.
    """
    match = _RANGES.fullmatch(header.strip()) if header and size else None
    if match is None:
        return None
    some = False
    for part in match[1].split(","):
        one = _RANGE.fullmatch(part.strip())
        if one is None or one[0] == "-" or (one[1] and one[2] and int(one[1]) > int(one[2])):
            return None
        some = True
        first = int(one[1]) if one[1] else max(0, size - int(one[2]))
        end = min(size, int(one[2]) + 1) if one[1] and one[2] else size
        if first < end:
            return Span(first, end)
    if not some:
        return None
    headers = {"Content-Range": f"bytes */{size}"}
    raise Refusal(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "没有这一范围", "no such range", headers)


@dataclass(frozen=True, slots=True)
class EntityBytes:
    """The range from:to of an entity, both included; negative ones from its end, no end for ``*``."""

    first: int
    last: int | None

    @classmethod
    def read(cls, text: str) -> EntityBytes:
        """Read the parameter; raise Refusal 400."""
        match = _ENTITY.fullmatch(text)
        if match is None:
            raise bad("entity-bytes 应为 from:to", "entity-bytes must be from:to, such as 0:* or -1024:*")
        first, last = int(match[1]), None if match[2] == "*" else int(match[2])
        if last is not None and (first < 0) == (last < 0) and first > last:
            raise bad("entity-bytes 的起点在终点之后", "entity-bytes begins behind its end")
        return cls(first, last)

    def span(self, size: int) -> Span:
        """Give the bytes of an entity of a size; an empty span when none of them are in it."""
        first = max(0, size + self.first) if self.first < 0 else self.first
        last = size - 1 if self.last is None else size + self.last if self.last < 0 else self.last
        end = min(size, last + 1)
        return Span(first, end) if first < end else Span(0, 0)

    def __str__(self) -> str:
        return f"{self.first}:{'*' if self.last is None else self.last}"
