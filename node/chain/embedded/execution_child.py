"""The process that executes large headers beside the owner's: it reads the chain's file and answers, nothing else.

It gets no key and writes nothing. It ends when the other end of its pipe is closed: a killed owner leaves none behind.
"""

from __future__ import annotations

import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from node.chain.embedded import database
from node.chain.embedded.executor import UnexecutableError, execute
from node.chain.embedded.store import Store


def answer(descriptor: int, path: str, chain_id: int) -> None:
    """Execute what is asked through a pipe, one header at a time, until the pipe is closed.

    A question is (header, raw transactions, parent's state root, fill); the answer an `Outcome`, or the text of an
    `UnexecutableError`. The first thing that is sent, True, says that the EVM is loaded.
    """
    store = Store(database.open_snapshot(Path(path)))
    with Connection(descriptor) as pipe:
        try:
            pipe.send(True)
            while True:
                header, raws, state_root, fill = pipe.recv()
                try:
                    with store.snapshot():
                        outcome = execute(
                            header, raws, parent_state_root=state_root, chain_id=chain_id, read_node=store.node,
                            previous_hash=store.block_hash, fill=fill,
                        )  # fmt: skip
                except UnexecutableError as error:
                    pipe.send(str(error))
                else:
                    pipe.send(outcome)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            os._exit(0)


if __name__ == "__main__":
    answer(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
