"""Progress on stderr: a bar on a terminal, nothing in a pipe."""

from __future__ import annotations

import time
from typing import Protocol, Self

WIDTH = 30
INTERVAL = 0.1
"""Seconds between two drawings."""


class Stream(Protocol):
    """Where text goes: a standard stream, or the client of a serving process."""

    def write(self, text: str, /) -> int:
        """Take a text."""
        ...

    def flush(self) -> None:
        """Pass on what was taken."""
        ...

    def isatty(self) -> bool:
        """Tell whether a person sees it."""
        ...


class Progress:
    """A bar of `total` steps; use as a context so that the line is cleared at the end."""

    def __init__(self, label: str, total: int, *, stream: Stream) -> None:
        self._label = label
        self._total = max(total, 1)
        self._done = 0
        self._stream = stream
        self._drawn = 0.0
        self._on = self._stream.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._on and self._drawn:
            print("\r\x1b[K", end="", file=self._stream, flush=True)

    def step(self, count: int = 1) -> None:
        """Count steps that are done."""
        self._done += count
        now = time.monotonic()
        if self._on and now - self._drawn >= INTERVAL:
            self._drawn = now
            filled = WIDTH * min(self._done, self._total) // self._total
            bar = "█" * filled + "·" * (WIDTH - filled)
            print(f"\r{self._label} {bar} {self._done}/{self._total}\x1b[K", end="", file=self._stream, flush=True)
