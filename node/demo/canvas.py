"""A sheet of black and white pixels, and the TIFF file that it becomes."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from node.demo.strokes import GRID, polylines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WHITE, _BLACK = ord("0"), b"1"
_SHORT, _LONG, _RATIONAL, _ASCII = 3, 4, 5, 2


@dataclass(frozen=True, slots=True)
class Canvas:
    """One sheet; x runs to the right and y downwards, in pixels. What falls outside is not drawn."""

    width: int
    height: int
    rows: list[bytearray] = field(init=False)

    def __post_init__(self) -> None:
        blank = bytes([_WHITE]) * self.width
        object.__setattr__(self, "rows", [bytearray(blank) for _ in range(self.height)])

    def fill(self, x: int, y: int, width: int, height: int) -> None:
        """Blacken a rectangle."""
        left, right = max(x, 0), min(x + width, self.width)
        for row in self.rows[max(y, 0) : max(y + height, 0)]:
            row[left:right] = _BLACK * (right - left)

    def frame(self, x: int, y: int, width: int, height: int, *, pen: int) -> None:
        """Draw the outline of a rectangle, `pen` pixels thick to its inside."""
        self.fill(x, y, width, pen)
        self.fill(x, y + height - pen, width, pen)
        self.fill(x, y, pen, height)
        self.fill(x + width - pen, y, pen, height)

    def line(self, points: Sequence[tuple[int, int]], *, pen: int) -> None:
        """Draw a polyline with a square pen; whole-number arithmetic, so that every machine draws the same."""
        for (x0, y0), (x1, y1) in pairwise(points):
            steps = max(abs(x1 - x0), abs(y1 - y0), 1)
            for step in range(steps + 1):
                self.fill(x0 + (x1 - x0) * step // steps, y0 + (y1 - y0) * step // steps, pen, pen)

    def write(self, text: Iterable[str], x: int, y: int, *, size: int, pen: int) -> None:
        """Write characters of `size` pixels from left to right."""
        for place, character in enumerate(text):
            for points in polylines(character):
                self.line([(x + place * size + px * size // GRID, y + py * size // GRID) for px, py in points], pen=pen)

    def to_tiff(self, *, description: str, dots_per_inch: int) -> bytes:
        """Give the sheet as a baseline bilevel TIFF (TIFF 6.0, section 3): one strip, not compressed."""
        pixels = b"".join(_pack(row) for row in self.rows)
        words = description.encode("ascii") + b"\x00"
        words += b"\x00" * (len(words) % 2)
        entries = 13
        words_at = 8 + 2 + entries * 12 + 4
        resolution_at = words_at + len(words)
        pixels_at = resolution_at + 8
        directory = [
            _entry(256, _LONG, 1, self.width), _entry(257, _LONG, 1, self.height), _entry(258, _SHORT, 1, 1),
            _entry(259, _SHORT, 1, 1), _entry(262, _SHORT, 1, 0), _entry(270, _ASCII, len(words), words_at),
            _entry(273, _LONG, 1, pixels_at), _entry(277, _SHORT, 1, 1), _entry(278, _LONG, 1, self.height),
            _entry(279, _LONG, 1, len(pixels)), _entry(282, _RATIONAL, 1, resolution_at),
            _entry(283, _RATIONAL, 1, resolution_at), _entry(296, _SHORT, 1, 2),
        ]  # fmt: skip
        header = struct.pack("<2sHIH", b"II", 42, 8, len(directory))
        resolution = struct.pack("<II", dots_per_inch, 1)
        return header + b"".join(directory) + bytes(4) + words + resolution + pixels


def _entry(tag: int, kind: int, count: int, value: int) -> bytes:
    return struct.pack("<HHIHxx" if kind == _SHORT else "<HHII", tag, kind, count, value)


def _pack(row: bytearray) -> bytes:
    padded = bytes(row) + bytes([_WHITE]) * (-len(row) % 8)
    return int(padded, 2).to_bytes(len(padded) // 8, "big")
