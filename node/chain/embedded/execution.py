"""Where headers are executed: in this process, or for work of some length in a child that keeps a core of its own busy.

Execution is pure (see ``executor``), so it does not matter where it runs, nor that a child may die: what it does not
answer is executed here. The child has neither key nor lock, and a crash of this process ends it.
"""

from __future__ import annotations

import logging
import os
import subprocess
from multiprocessing.connection import Pipe
from typing import TYPE_CHECKING

from node.interpreter import command_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection
    from pathlib import Path

    from node.chain.embedded.executor import Outcome
    from node.chain.embedded.store import Store
    from node.receipts.header import Header

WORTH_A_CHILD = 16 << 10
"""Bytes of transactions in a header from which on a child is started: it takes a second to load the EVM."""
PATIENCE = 120.0
"""Seconds that a child has for a header; the longest of ten thousand units takes three. After that it is given up."""
_LOG = logging.getLogger(__name__)


class Execution:
    """Executes headers on the state that the chain's file holds; used from the writing thread alone."""

    def __init__(self, *, path: Path, store: Store, chain_id: int) -> None:
        self._path = path
        self._store = store
        self._chain_id = chain_id
        self._child: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._ready = False

    @property
    def child(self) -> int | None:
        """The child's process id; None where headers are executed here."""
        return None if self._child is None or self._pipe is None else self._child.pid

    def run(self, header: Header, raws: Sequence[bytes], *, parent_state_root: bytes, fill: bool) -> Outcome:
        """Execute transactions as `executor.execute` does; raise UnexecutableError as it does."""
        from node.chain.embedded.executor import UnexecutableError, execute

        if sum(map(len, raws)) >= WORTH_A_CHILD and self.has_child():
            answer = self._ask(header, raws, parent_state_root, fill=fill)
            if isinstance(answer, str):
                raise UnexecutableError(answer)
            if answer is not None:
                return answer
        return execute(
            header, raws, parent_state_root=parent_state_root, chain_id=self._chain_id, read_node=self._store.node,
            previous_hash=self._store.block_hash, fill=fill,
        )  # fmt: skip

    def has_child(self) -> bool:
        """Tell whether a child is there and has loaded the EVM; start one where there was none yet."""
        if self._child is None:
            self._start()
        if self._pipe is None:
            return False
        try:
            if not self._ready and self._pipe.poll():
                self._ready = bool(self._pipe.recv())
        except (EOFError, OSError) as error:
            self._give_up(error)
        return self._ready and self._pipe is not None

    def close(self) -> None:
        """End the child, if there is one."""
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        if self._child is not None:
            self._end(self._child)
            self._child = None

    @staticmethod
    def _end(child: subprocess.Popen[bytes]) -> None:
        child.kill()  # it owns nothing that could be half done
        child.wait()

    def _give_up(self, error: Exception) -> None:
        """Do without a child from now on; it stays known, so that none is started again and again."""
        _LOG.warning("the executing process ended (%r); headers are executed here from now on", error)
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        if self._child is not None:
            self._end(self._child)

    def _start(self) -> None:
        self._pipe, far = Pipe()
        arguments = str(far.fileno()), os.fspath(self._path.absolute()), str(self._chain_id)
        with far:
            self._child = subprocess.Popen(  # noqa: S603 - this interpreter, our own module
                command_of("node.chain.embedded.execution_child", *arguments),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[far.fileno()], process_group=0,
            )  # fmt: skip

    def _ask(
        self, header: Header, raws: Sequence[bytes], parent_state_root: bytes, *, fill: bool
    ) -> Outcome | str | None:
        if self._pipe is None:
            return None
        try:
            self._pipe.send((header, list(raws), parent_state_root, fill))
            if not self._pipe.poll(PATIENCE):
                raise TimeoutError(PATIENCE)
            found: Outcome | str = self._pipe.recv()
        except (EOFError, OSError) as error:
            self._give_up(error)
            return None
        return found
