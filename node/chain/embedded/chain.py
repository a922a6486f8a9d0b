"""The embedded chain as its owner holds it: founded, opened, started, asked, closed.

Threads: the event loop keeps the pool and the clock rule; one writing thread executes, seals and commits; one reading
thread answers. Each thread has a SQLite connection of its own, so a header that takes three seconds to execute keeps
nobody from reading the head before it. Long headers are executed by a child process (see ``execution``).
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Self

from node.chain.embedded import database
from node.chain.embedded.admission import Admission
from node.chain.embedded.clock import Clock
from node.chain.embedded.errors import RefusedError
from node.chain.embedded.execution import Execution
from node.chain.embedded.founding import found_chain
from node.chain.embedded.interface import dispatcher
from node.chain.embedded.message import Call
from node.chain.embedded.methods import HeaderMethods
from node.chain.embedded.pool import Pool
from node.chain.embedded.sealer import Sealer
from node.chain.embedded.sealing import Sealing
from node.chain.embedded.state_methods import StateMethods
from node.chain.embedded.store import Store
from node.chain.embedded.watermark import Watermark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from node.chain.embedded.provider import EmbeddedProvider
    from node.chain.embedded.rpc import Dispatcher
    from node.chain.embedded.store import StoredHeader
    from node.errors import ZhicangError


def no_crash(_: str) -> None:
    """Go on: the crash point of a chain in earnest."""


def nobody(_: bytes) -> bool:
    """Admit no sender but the founder."""
    return False


class EmbeddedChain:
    """A QBFT chain of one validator in one SQLite file. Made by `found` and `open`.

    Guarantees: a header that any method reports is durable and final; its time is not ahead of the wall clock and after
    its parent's; history once sealed on this machine is never sealed otherwise (see ``watermark``).
    """

    def __init__(self, *, store: Store, writable: Store | None, sealer: Sealer | None, admission: Admission) -> None:
        self._store = store
        self._writable = writable
        self._sealer = sealer
        self._admission = admission
        self._sealing: Sealing | None = None
        self._execution: Execution | None = None
        self._clock = Clock()
        self._writing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chain-write")
        self._reading = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chain-read")
        self.chain_id = admission.chain_id
        self.founder = admission.founder
        self.genesis_hash = store.meta("genesis_hash")

    @staticmethod
    def found(
        path: Path, *, chain_id: int, validator: bytes, founder: bytes, clock: Callable[[], float] = time.time
    ) -> bytes:
        """Make a new chain's database and give the genesis hash (32 bytes).

        Args:
            path: the database's file; BadInput when it exists.
            chain_id: EIP-155 chain id.
            validator: the 20-byte address that seals.
            founder: the 20-byte address that may send before the registry knows anyone.
            clock: the wall clock, UTC seconds.
        """
        return found_chain(path, chain_id=chain_id, validator=validator, founder=founder, timestamp=int(clock()))

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        sealing_key: bytes | None = None,
        admits: Callable[[bytes], bool] = nobody,
        watermark: Path | None = None,
        clock: Clock | None = None,
        crash_point: Callable[[str], None] = no_crash,
    ) -> Self:
        """Open a chain; `start` it (or enter it) before sending.

        Args:
            path: the database's file.
            sealing_key: the validator's 32-byte key; None opens a snapshot for reading, which needs no lock.
            admits: says whether a 20-byte sender is known to the registry; called in the reading thread and may use
                `read`. The founder is admitted without asking.
            watermark: a file outside the home; None (demonstrations) remembers nothing.
            clock: wall and steady clock.
            crash_point: called with "executed", "sealed", "intended", "committed", "settled" after each step.

        Raises:
            Unavailable: the file cannot be opened.
            BadInput: it has another format.
        """
        store = Store(database.open_snapshot(path) if sealing_key is None else database.open_writable(path))
        if sealing_key is not None:
            # py-evm's packages import each other in a circle: two threads must not be the first to import them at once
            for name in ("evm", "executor", "call"):
                importlib.import_module(f"node.chain.embedded.{name}")
        chain_id = int(store.meta("chain_id"))
        writable = sealer = execution = None
        if sealing_key is not None:
            writable, store = store, Store(database.open_snapshot(path))
            execution = Execution(path=path, store=writable, chain_id=chain_id)
            sealer = Sealer(
                store=writable,
                key=sealing_key,
                execution=execution,
                watermark=Watermark(watermark, store.meta("genesis_hash")),
                crash_point=crash_point,
            )
        admission = Admission(store=store, chain_id=chain_id, founder=store.meta("founder"), admits=admits)
        chain = cls(store=store, writable=writable, sealer=sealer, admission=admission)
        chain._execution = execution
        chain._clock = clock or Clock()
        return chain

    async def start(self) -> None:
        """Begin to seal, on the running event loop; nothing for a chain opened for reading.

        Raises:
            Unavailable: an older copy of the home was put back, or the key is not this chain's.
        """
        if self._sealer is not None and self._sealing is None:
            sealing = Sealing(sealer=self._sealer, clock=self._clock, thread=self._writing)
            await sealing.start()
            self._sealing = sealing

    async def close(self) -> None:
        """End after the header that is being sealed, and close the files."""
        if self._sealing is not None:
            await self._sealing.stop()
        await asyncio.to_thread(self._shut)

    def _shut(self) -> None:
        self._writing.shutdown()
        if self._execution is not None:
            self._execution.close()
        self._reading.shutdown()
        self._store.close()
        if self._writable is not None:
            self._writable.close()

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def head(self) -> StoredHeader:
        """The highest header, as committed."""
        return self._store.head()

    @property
    def pool(self) -> Pool:
        """The transactions that wait."""
        return Pool() if self._sealing is None else self._sealing.pool

    @property
    def stopped(self) -> ZhicangError | None:
        """Why nothing is sealed any more; None while all is well."""
        return None if self._sealing is None else self._sealing.stopped

    @functools.cached_property
    def rpc(self) -> Dispatcher:
        """The JSON-RPC dispatcher, for the HTTP server."""
        return dispatcher(self, self._store, self._run)

    @functools.cached_property
    def provider(self) -> EmbeddedProvider:
        """The web3 provider: ``AsyncWeb3(chain.provider)``."""
        from node.chain.embedded.provider import EmbeddedProvider

        return EmbeddedProvider(self.rpc)

    async def send(self, raw: bytes) -> bytes:
        """Take a signed transaction and give its hash; it is durable when it has a transaction receipt, not before.

        Raises:
            RefusedError: it may not wait for a header; the message says why.
            Unavailable, OwnFault: sealing has stopped.
        """
        if self._sealing is None:
            raise RefusedError("this chain is open for reading only")
        if self._sealing.knows(raw):
            raise RefusedError("already known")
        pending, nonce = await self._run(self._admission.check, raw)
        self._sealing.add(pending, nonce)
        return bytes(pending.tx_hash)

    def read(self, to: bytes, calldata: bytes) -> bytes:
        """Call a contract at the head, from any thread; raise RevertError or RefusedError."""
        with self._store.snapshot():
            states = StateMethods(self._store, HeaderMethods(self._store), self.chain_id)
            return states.caller("latest").call(Call(to=to, calldata=calldata))

    async def _run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._reading, function, *arguments)
