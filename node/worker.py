"""The worker: the thread in which a serving node carries out acts, one at a time.

Storing copies and hashes files for minutes; in a thread with a loop of its own that keeps neither JSON-RPC nor /healthz
waiting. The writing node is opened, used and closed in this thread alone.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextlib import AbstractAsyncContextManager
    from typing import Any

    from node.runtime import Writing

Result = TypeVar("Result")


class Worker:
    """Owns the thread and the turn of those who wait for it; use as a context on the serving loop."""

    def __init__(self, open_node: Callable[[], AbstractAsyncContextManager[Writing]]) -> None:
        self._open_node = open_node
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="acts")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._node: Writing | None = None
        self._life: asyncio.Future[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether an act is under way."""
        return self._turn.locked()

    async def run(self, act: Callable[[Writing], Coroutine[Any, Any, Result]]) -> Result:
        """Carry out an act when its turn has come; a cancelled caller cancels it at its next wait."""
        async with self._turn:
            return await self.look(act)

    async def look(self, question: Callable[[Writing], Coroutine[Any, Any, Result]]) -> Result:
        """Ask something beside an act, whenever that waits, without a turn; it changes nothing that acts decide."""
        if self._loop is None or self._node is None:
            raise RuntimeError("the worker has ended")
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(question(self._node), self._loop))

    async def __aenter__(self) -> Self:
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        serving = asyncio.get_running_loop()

        async def live() -> None:
            async with self._open_node() as node:
                self._node, self._loop, self._end = node, asyncio.get_running_loop(), asyncio.Event()
                serving.call_soon_threadsafe(opened.set_result, None)
                await self._end.wait()
                cut_short = asyncio.all_tasks() - {asyncio.current_task()}
                for task in cut_short:
                    task.cancel()
                await asyncio.gather(*cut_short, return_exceptions=True)

        self._life = serving.run_in_executor(self._thread, asyncio.run, live())
        await asyncio.wait([opened, self._life], return_when=asyncio.FIRST_COMPLETED)
        if self._life.done():
            self._thread.shutdown()
            await self._life
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._loop is None or self._end is None or self._life is None:
            return
        self._loop.call_soon_threadsafe(self._end.set)
        await self._life
        self._thread.shutdown()
