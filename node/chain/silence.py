"""The silence of a network: for how long it has made no header while one is waited for, and who is told of it."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SILENCE = 10.0
"""Seconds without a new header after which it is said for the first time; then after twice as many, and so on."""
_TICK = 0.5


class Silence:
    """Counts by its own clock, so that endpoints which answer nothing at all cannot hide it.

    Attributes:
        tell: gets the height of the last header, None while no endpoint has said one, and the seconds since; 0 seconds
            when headers come again.
    """

    def __init__(self) -> None:
        self.tell: Callable[[int | None, int], None] | None = None
        self._height: int | None = None
        self._since = 0.0
        self._next = SILENCE
        self._told = False

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch while somebody waits for a header; nothing happens in here unless somebody wants to be told."""
        if self.tell is None:
            yield
            return
        loop = asyncio.get_running_loop()
        self._start(loop.time())

        async def look() -> None:
            while True:
                await asyncio.sleep(_TICK)
                self._look(loop.time())

        looking = loop.create_task(look())
        try:
            yield
        finally:
            looking.cancel()

    def hear(self, height: int) -> None:
        """Take note of a header: the head's height, or that of what was waited for."""
        if self._height is not None and height <= self._height:
            return
        self._height = height
        self._start(asyncio.get_running_loop().time())
        if self._told and self.tell is not None:
            self._told = False
            self.tell(height, 0)

    def _start(self, now: float) -> None:
        self._since, self._next = now, SILENCE

    def _look(self, now: float) -> None:
        if self.tell is not None and now - self._since >= self._next:
            self._next, self._told = 2 * self._next, True
            self.tell(self._height, round(now - self._since))
