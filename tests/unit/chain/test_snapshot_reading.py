"""Reading without lock or key: beside a writer, without one, and where the reader may not write."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from node.chain.embedded import EmbeddedChain
from node.chain.embedded.errors import RefusedError
from node.errors import BadInput, Unavailable

ROOT = Path(__file__).parents[3]
READ_HEAD = """
import sys
from pathlib import Path
from node.chain.embedded import EmbeddedChain
print(EmbeddedChain.open(Path(sys.argv[1])).head.height)
"""


async def test_a_reader_sees_what_the_writer_committed(site, keys, signed):
    async with site.open() as chain:
        reader = site.open(sealing_key=None)
        assert reader.head.height == 0
        (receipt,) = await site.send_all(chain, signed(keys.founder, 0, calldata=b"\0"))
        assert await reader.rpc.call("eth_getTransactionReceipt", [receipt["transactionHash"]]) == receipt
        with pytest.raises(RefusedError, match="reading only"):
            await reader.send(signed(keys.founder, 1, calldata=b"\0"))
        await reader.close()


async def test_an_answer_comes_from_one_state(site, keys, signed):
    async with site.open() as chain:
        reader = site.open(sealing_key=None)
        with reader._store.snapshot():  # noqa: SLF001 - what every answer is wrapped in
            before = reader.head
            await site.send_all(chain, signed(keys.founder, 0, calldata=b"\0"))
            assert reader.head == before
        assert reader.head == chain.head
        await reader.close()


async def test_closing_leaves_one_file(site, keys, signed):
    async with site.open() as chain:
        await site.send_all(chain, signed(keys.founder, 0, calldata=b"\0"))
    assert os.listdir(site.path.parent) == ["chain.db"]  # noqa: PTH208 - names alone


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user takes root")
async def test_a_reader_who_may_not_write_the_folder(site, keys, signed):
    async with site.open() as chain:
        await site.send_all(chain, signed(keys.founder, 0, calldata=b"\0"))
    for folder in [site.path.parent, *site.path.parents]:
        if folder.stat().st_uid == os.geteuid() and folder.is_relative_to("/tmp"):  # noqa: S108
            folder.chmod(0o755)
    site.path.chmod(0o644)
    found = subprocess.run(
        [sys.executable, "-c", READ_HEAD, str(site.path)], cwd=ROOT, user=65534, group=65534, extra_groups=[],
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if "Permission denied" in found.stderr and "chain.db" not in found.stderr:
        pytest.skip("the interpreter itself is not readable for another user")
    assert found.stdout == "1\n", found.stderr
    assert os.listdir(site.path.parent) == ["chain.db"]  # noqa: PTH208


def test_founding_takes_no_file_that_is_there(site):
    with pytest.raises(BadInput, match="exists already"):
        EmbeddedChain.found(site.path, chain_id=1, validator=bytes(20), founder=bytes(20))


def test_no_file_no_chain(site):
    with pytest.raises(Unavailable, match="cannot be opened"):
        EmbeddedChain.open(site.path.with_name("other.db"))
    assert not site.path.with_name("other.db").exists()


def test_another_file_is_no_chain(site):
    site.path.write_bytes(b"not a database" * 1000)
    with pytest.raises(Unavailable, match="not a database"):
        EmbeddedChain.open(site.path)


def test_another_format_is_named(site):
    import sqlite3

    connection = sqlite3.connect(site.path)
    connection.execute("UPDATE meta SET value = '9' WHERE name = 'format'")
    connection.commit()
    connection.close()
    with pytest.raises(BadInput, match="not of format 1"):
        EmbeddedChain.open(site.path)


async def test_opening_is_quick(site):
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        reader = site.open(sealing_key=None)
        assert reader.head.height == 0
        times.append(time.perf_counter() - begun)
        await reader.close()
    assert min(times) < 0.020
