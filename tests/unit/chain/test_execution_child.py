"""Long headers are executed by a child process: with the same outcome, without a trace, and dispensable."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contracts import calls
from node.chain.embedded import database
from node.chain.embedded.execution import Execution
from node.chain.embedded.executor import UnexecutableError, execute
from node.chain.embedded.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from node.receipts.header import Header

ROOT = Path(__file__).parents[3]
PATIENCE = 60.0
OWNER = """
import sys, time
from pathlib import Path
from node.chain.embedded.execution import Execution
execution = Execution(path=Path(sys.argv[1]), store=None, chain_id=1)
while not execution.has_child():
    time.sleep(0.05)
print(execution.child, flush=True)
time.sleep(600)
"""


@pytest.fixture
async def governed(site: Any) -> Any:
    async with site.open() as chain:
        await site.send_all(chain, *site.founding_transactions())
    return site


@pytest.fixture
def store(governed: Any) -> Iterator[Store]:
    store = Store(database.open_snapshot(governed.path))
    yield store
    store.close()


@pytest.fixture
def execution(governed: Any, store: Store) -> Iterator[Execution]:
    execution = Execution(path=governed.path, store=store, chain_id=governed.chain_id)
    yield execution
    execution.close()


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def long_header(governed: Any, store: Store, signed: Any, keys: Any, make_entry: Any) -> tuple[Header, list[bytes]]:
    """Give a header's context and a transaction long enough to be worth a child."""
    data = calls.encode_register_many([make_entry(serial) for serial in range(1, 45)])
    return store.head().header, [signed(keys.registrar, 0, to=governed.registry, calldata=data, gas=10_000_000)]


async def test_it_gives_what_execution_here_gives(
    governed: Any, store: Store, execution: Execution, long_header: tuple[Header, list[bytes]]
) -> None:
    header, raws = long_header
    root = header.state_root
    here = execute(
        header, raws, parent_state_root=root, chain_id=governed.chain_id, read_node=store.node,
        previous_hash=store.block_hash,
    )  # fmt: skip
    assert execution.run(header, raws, parent_state_root=root, fill=True) == here  # the child is not loaded yet
    until(execution.has_child)
    assert execution.run(header, raws, parent_state_root=root, fill=True) == here
    with pytest.raises(UnexecutableError, match="transaction 1"):
        execution.run(header, raws * 2, parent_state_root=root, fill=True)


async def test_a_child_that_dies_is_done_without(execution: Execution, long_header: tuple[Header, list[bytes]]) -> None:
    header, raws = long_header
    until(execution.has_child)
    assert execution.child is not None
    os.kill(execution.child, signal.SIGKILL)
    outcome = execution.run(header, raws, parent_state_root=header.state_root, fill=True)
    assert [receipt.succeeded for receipt in outcome.tx_receipts] == [True]
    assert execution.child is None


async def test_a_child_that_hangs_is_given_up_and_ended(
    execution: Execution, long_header: tuple[Header, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    header, raws = long_header
    until(execution.has_child)
    child = execution.child
    assert child is not None
    monkeypatch.setattr("node.chain.embedded.execution.PATIENCE", 0.2)
    os.kill(child, signal.SIGSTOP)
    outcome = execution.run(header, raws, parent_state_root=header.state_root, fill=True)
    assert [receipt.succeeded for receipt in outcome.tx_receipts] == [True]
    assert not Path(f"/proc/{child}").exists()
    assert not execution.has_child()


def test_a_killed_owner_leaves_no_child(site: Any) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(site.path)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    with owner:
        child = int(owner.stdout.readline())  # type: ignore[union-attr]
        assert _runs(child)
        owner.kill()
    until(lambda: not _runs(child))


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
