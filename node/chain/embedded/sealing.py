"""When headers are sealed: at once if the second has moved on, else as soon as it has; never without transactions.

It owns the pool, the clock rule and the head, all on the event loop; the sealer itself works in the writing thread. The
first failure stops it for good, because its cause (a clock that jumped, a full disk, another history) is not one that
trying again mends, and every later request is told that cause.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from node.chain.embedded.clock import ClockRule
from node.chain.embedded.pool import Pool
from node.errors import OwnFault, ZhicangError
from node.receipts.keccak import keccak

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from node.chain.embedded.clock import Clock
    from node.chain.embedded.pool import Pending
    from node.chain.embedded.sealer import Sealer
    from node.chain.embedded.store import StoredHeader

_LOG = logging.getLogger(__name__)


class Sealing:
    """The task that turns waiting transactions into headers."""

    def __init__(self, *, sealer: Sealer, clock: Clock, thread: Executor) -> None:
        self.pool = Pool()
        self.stopped: ZhicangError | None = None
        self._sealer = sealer
        self._thread = thread
        self._rule = ClockRule(clock)
        self._awake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._head: StoredHeader | None = None

    async def start(self) -> None:
        """Open the sealer and begin; raise what it raises."""
        self._head = await asyncio.get_running_loop().run_in_executor(self._thread, self._sealer.open)
        self._thread.submit(self._sealer.load)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End after the header that is being sealed; waiting transactions are left to their owners' journals."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def add(self, pending: Pending, confirmed_nonce: int) -> None:
        """Take a transaction; raise RefusedError, or the error that stopped the sealing."""
        if self.stopped is not None:
            raise self.stopped
        self.pool.add(pending, confirmed_nonce)
        self._awake.set()

    def knows(self, raw: bytes) -> bool:
        """Say whether a raw transaction waits already."""
        return self.pool.find(keccak(raw)) is not None

    async def _run(self) -> None:
        try:
            while True:
                await self._awake.wait()
                self._awake.clear()
                while len(self.pool):
                    await self._seal_when_due()
        except ZhicangError as error:
            self.stopped = error
            _LOG.error("sealing stopped: %s", error)
        except Exception as error:  # noqa: BLE001 - kept as the reason why nothing is sealed any more
            self.stopped = OwnFault(f"封块失败:{error}", f"sealing failed: {error}")
            _LOG.exception("sealing failed")

    async def _seal_when_due(self) -> None:
        """Seal one header if its second has come, else sleep until then; the second is the wall clock's, cut off."""
        if self._head is None:
            raise OwnFault("封块未启动", "sealing was not started")
        parent_time = self._head.header.timestamp
        now = self._rule.now(parent_time)
        if int(now) <= parent_time:
            await asyncio.sleep(parent_time + 1 - now)
            return
        waiting = self.pool.waiting()
        call = asyncio.get_running_loop().run_in_executor(self._thread, self._sealer.seal, waiting, int(now))
        self._head, taken = await call
        self.pool.remove(item.tx_hash for item in waiting[:taken])
        self._rule.settle()
