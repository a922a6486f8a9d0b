"""Reading without lock or key: beside a writer, without one, and where the reader may not write."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from node.chain.embedded import EmbeddedChain
from node.chain.embedded.errors import RefusedError
from node.errors import BadInput, Unavailable


async def test_a_reader_sees_what_the_writer_committed(site: Any, keys: Any, signed: Any) -> None:
    async with site.open() as chain:
        reader = site.open(sealing_key=None)
        assert reader.head.height == 0
        (receipt,) = await site.send_all(chain, signed(keys.founder, 0, calldata=b"\0"))
        assert await reader.rpc.call("eth_getTransactionReceipt", [receipt["transactionHash"]]) == receipt
        with pytest.raises(RefusedError, match="reading only"):
            await reader.send(signed(keys.founder, 1, calldata=b"\0"))
        await reader.close()


async def test_an_answer_comes_from_one_state(site: Any, keys: Any, signed: Any) -> None:
    async with site.open() as chain:
        reader = site.open(sealing_key=None)
        with reader._store.snapshot():  # noqa: SLF001 - what every answer is wrapped in
            before = reader.head
            await site.send_all(chain, signed(keys.founder, 0, calldata=b"\0"))
            assert reader.head == before
        assert reader.head == chain.head
        await reader.close()


async def test_closing_leaves_one_file(site: Any, keys: Any, signed: Any) -> None:
    async with site.open() as chain:
        await site.send_all(chain, signed(keys.founder, 0, calldata=b"\0"))
    assert os.listdir(site.path.parent) == ["chain.db"]  # noqa: PTH208 - names alone


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user takes root")
async def test_a_reader_who_may_not_write_the_folder(site: Any, keys: Any, signed: Any) -> None:
    async with site.open() as chain:
        await site.send_all(chain, signed(keys.founder, 0, calldata=b"\0"))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(shutil.copy(site.path, folder))
        path.chmod(0o644)
        child = os.fork()
        if child == 0:
            _report_head_as_nobody(path)
        _, status = await asyncio.to_thread(os.waitpid, child, 0)
        assert os.waitstatus_to_exitcode(status) == 1  # the height of the head
        assert os.listdir(folder) == ["chain.db"]  # noqa: PTH208


def _report_head_as_nobody(path: Path) -> None:
    """End this process with the head's height, or 99, having become a user who owns nothing here."""
    height = 99
    try:
        os.setgroups([])
        os.setgid(65_534)
        os.setuid(65_534)
        height = EmbeddedChain.open(path).head.height
    finally:
        os._exit(height)


def test_founding_takes_no_file_that_is_there(site: Any) -> None:
    with pytest.raises(BadInput, match="exists already"):
        EmbeddedChain.found(site.path, chain_id=1, validator=bytes(20), founder=bytes(20))


def test_no_file_no_chain(site: Any) -> None:
    with pytest.raises(Unavailable, match="cannot be opened"):
        EmbeddedChain.open(site.path.with_name("other.db"))
    assert not site.path.with_name("other.db").exists()


def test_another_file_is_no_chain(site: Any) -> None:
    site.path.write_bytes(b"not a database" * 1000)
    with pytest.raises(Unavailable, match="not a database"):
        EmbeddedChain.open(site.path)


def test_another_format_is_named(site: Any) -> None:
    import sqlite3

    connection = sqlite3.connect(site.path)
    connection.execute("UPDATE meta SET value = '9' WHERE name = 'format'")
    connection.commit()
    connection.close()
    with pytest.raises(BadInput, match="not of format 1"):
        EmbeddedChain.open(site.path)


async def test_opening_is_quick(site: Any) -> None:
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        reader = site.open(sealing_key=None)
        assert reader.head.height == 0
        times.append(time.perf_counter() - begun)
        await reader.close()
    assert min(times) < 0.020
