"""A meter on stderr for long work: bytes and resources done, and how long the rest will take; nothing in a pipe."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Self

from node.cli.progress import INTERVAL, WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.cli.progress import Stream

WINDOW = 60.0
"""Seconds back from now by which the speed is judged: a disk that has become slow shows within a minute."""
SOONEST = 5.0
"""Seconds before anything is said of the rest: earlier it would be a guess."""
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_STEP = 1024


class Meter:
    """Counts bytes and resources of a known total; use as a context so that the line is cleared at the end.

    Any thread may count. Storing and registering go on side by side, each with a speed of its own: the rest takes as
    long as the slower of the two will need.
    """

    def __init__(
        self, label: str, *, size: int, count: int, stream: Stream, language: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._label = label
        self._size, self._count = size, count
        self._bytes = self._resources = 0
        self._stream = stream
        self._zh = language == "zh"
        self._clock = clock
        self._on = stream.isatty()
        self._lock = threading.Lock()
        self._drawn = 0.0
        self._marks: deque[tuple[float, int, int]] = deque([(clock(), 0, 0)])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._on and self._drawn:
            print("\r\x1b[K", end="", file=self._stream, flush=True)

    def taken(self, size: int) -> None:
        """Count bytes."""
        with self._lock:
            self._bytes += size
            self._draw()

    def done(self) -> None:
        """Count a resource."""
        with self._lock:
            self._resources += 1
            self._draw()

    def skip(self, size: int) -> None:
        """Take bytes out of the total that need not be done."""
        self._size -= size

    def remaining(self) -> float | None:
        """Give the seconds that the rest will take at the speed of the last minute; None while nobody can tell."""
        now = self._clock()
        then, size, count = self._marks[0]
        if now - then < SOONEST:
            return None
        left = []
        for total, done, before in ((self._size, self._bytes, size), (self._count, self._resources, count)):
            if done >= total:
                left.append(0.0)
            elif done > before:
                left.append((total - done) * (now - then) / (done - before))
            else:
                return None
        return max(left)

    def text(self) -> str:
        """Give the line as it is drawn."""
        share = min(self._bytes, self._size) / max(self._size, 1)
        filled = int(WIDTH * share)
        bar = "█" * filled + "·" * (WIDTH - filled)
        rest = self.remaining()
        said = "" if rest is None else (" · 约剩 " if self._zh else " · about ") + self._duration(rest)
        items = f"{self._resources}/{self._count} 件" if self._zh else f"{self._resources}/{self._count} resources"
        return f"{self._label} {bar} {_shown(self._bytes)}/{_shown(self._size)} · {items}{said}"

    def _duration(self, seconds: float) -> str:
        minutes, hours = round(seconds / 60), int(seconds // 3600)
        if hours:
            rest = int(seconds % 3600 // 60)
            return f"{hours} 小时 {rest} 分" if self._zh else f"{hours} h {rest} min left"
        if minutes:
            return f"{minutes} 分钟" if self._zh else f"{minutes} min left"
        return f"{int(seconds)} 秒" if self._zh else f"{int(seconds)} s left"

    def _draw(self) -> None:
        now = self._clock()
        if not self._on or now - self._drawn < INTERVAL:
            return
        self._drawn = now
        if now - self._marks[-1][0] >= 1:
            self._marks.append((now, self._bytes, self._resources))
        while len(self._marks) > 1 and now - self._marks[0][0] > WINDOW:
            self._marks.popleft()
        print(f"\r{self.text()}\x1b[K", end="", file=self._stream, flush=True)


def _shown(size: float) -> str:
    unit = 0
    while size >= _STEP and unit < len(_UNITS) - 1:
        size, unit = size / _STEP, unit + 1
    return f"{size:.0f} {_UNITS[unit]}" if unit == 0 else f"{size:.1f} {_UNITS[unit]}"
