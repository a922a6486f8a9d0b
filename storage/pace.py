"""A pace that several threads keep together: so many bytes a second, so that other users of the disk get theirs."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Pace:
    """Holds whoever has read ahead of the pace; 0 bytes a second holds nobody."""

    def __init__(
        self,
        rate: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = rate
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._free = 0.0

    def keep(self, length: int) -> None:
        """Say that so many bytes were read; return when the next may be."""
        if self._rate == 0:
            return
        with self._lock:
            now = self._clock()
            self._free = max(self._free, now) + length / self._rate
            wait = self._free - now
        self._sleep(wait)
