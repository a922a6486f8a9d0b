"""The two clocks that sealing looks at, and the rule that refuses to seal when they disagree.

A header's time is what everyone later reads as "when". So it comes from the wall clock, never runs ahead of it, and is
not taken from a wall clock that jumped: the steady clock, which nobody can set, says how much time really passed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.errors import Unavailable, Words

if TYPE_CHECKING:
    from collections.abc import Callable

TOLERANCE = 5.0
"""Seconds between the clocks that pass: an NTP daemon steps by less, a wrong time zone or year by more."""


def boot_time() -> float:
    """Give the seconds since the machine started, sleep included.

    CLOCK_MONOTONIC stands still while a laptop sleeps, and every waking would look like a jump.
    """
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A wall clock (UTC seconds) and a steady one (seconds from any origin); both are called, never stored."""

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = boot_time


class ClockRule:
    """Watch the wall clock against the steady one from the moment that a chain is opened; owned by its sealer."""

    def __init__(self, clock: Clock, *, tolerance: float = TOLERANCE) -> None:
        self._clock = clock
        self._tolerance = tolerance
        self._offset = self._seen = clock.wall() - clock.steady()

    def now(self, parent_time: int) -> float:
        """Give the wall clock's time, once it is known to be good for a header after `parent_time`.

        It may still be before the header's second; then the caller waits and asks again.

        Raises:
            Unavailable: the wall clock jumped, or stands further behind the parent than the tolerance.
        """
        wall = self._clock.wall()
        seen = wall - self._clock.steady()
        jump = seen - self._offset
        if abs(jump) > self._tolerance:
            raise _refusal(
                f"系统时钟跳变了 {jump:+.0f} 秒,停止封块", f"the wall clock jumped by {jump:+.0f} s; sealing stops"
            )
        if parent_time - wall > self._tolerance:
            behind = parent_time - wall
            raise _refusal(
                f"系统时钟比上一区块头晚了 {behind:.0f} 秒(落后),停止封块",
                f"the wall clock is {behind:.0f} s behind the last header; sealing stops",
            )
        self._seen = seen
        return wall

    def settle(self) -> None:
        """Go on from the clocks as they were when the sealed header took its time, so that small steps do not add up.

        They are not read again: a jump during the sealing would pass unseen.
        """
        self._offset = self._seen


def _refusal(zh: str, en: str) -> Unavailable:
    mend = Words("请校准系统时钟(NTP)后重新启动", "set the system clock (NTP), then start again")
    return Unavailable(zh, en, mend=mend)
