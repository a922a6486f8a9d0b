"""Storing beside sending: a task that stores one request after the other while its owner sends what is stored.

Copying and hashing run in threads and let go of the interpreter; the journal is touched on the loop's thread alone and
never across a wait, so the two need no lock. A crash leaves what storing and sending leave, each for itself.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from node.registrar.numbering import Stored
    from node.registrar.outcome import Refused
    from node.registrar.store import Step

Told = TypeVar("Told")


class Storing(Generic[Told]):
    """The storing half of a run; use as a context, which on leaving ends what is under way.

    Args:
        steps: what `Store.steps` gives.
        look_at: is called with each outcome before anything else happens; what it gives is kept for `outcomes`.
    """

    def __init__(self, steps: Generator[Step, None, None], look_at: Callable[[Stored | Refused], Told | None]) -> None:
        self._steps = steps
        self._look_at = look_at
        self._told: deque[Told] = deque()
        self._news = asyncio.Event()
        self._more = False
        self._task: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(lambda _: self._news.set())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def has_more(self) -> bool:
        """Tell whether anything was stored since this was last asked; raise what ended the storing before its end."""
        if self._task.done():
            self._task.result()
        more, self._more = self._more, False
        return more

    async def news(self) -> bool:
        """Wait until something was stored; tell whether that was the last. Raise what ended the storing."""
        await self._news.wait()
        self._news.clear()
        if self._task.done():
            self._task.result()
        return self._task.done()

    def outcomes(self) -> Iterator[Told]:
        """Give what has come of the storing since this was last asked."""
        while self._told:
            yield self._told.popleft()

    async def _run(self) -> None:
        with closing(self._steps) as steps:
            for step in steps:
                if isinstance(step, Future):
                    with suppress(Exception):  # it is told when the next step asks for the result
                        await asyncio.wrap_future(step)
                    continue
                if (told := self._look_at(step)) is not None:
                    self._told.append(told)
                self._more = True
                self._news.set()
