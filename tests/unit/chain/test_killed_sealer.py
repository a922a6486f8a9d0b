"""SIGKILL at any moment: every acknowledged transaction is in the header that it was acknowledged with."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from node.chain.embedded.seal import is_sealed_by, validator_of

CHILD = Path(__file__).with_name("sealing_child.py")
ROOT = Path(__file__).parents[3]
ROUNDS = 6


def _seal_until_killed(site: Any, keys: Any, chance: Any) -> Any:
    """Run the child until its first acknowledgements, then a little longer, then kill it; give what it acknowledged."""
    arguments = [str(site.path), str(site.watermark), str(site.chain_id), keys.validator.hex(), keys.founder.hex()]
    child = subprocess.Popen(
        [sys.executable, str(CHILD), *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    with child:
        acknowledged = [child.stdout.readline()]
        time.sleep(chance.uniform(0, 0.2))
        os.kill(child.pid, signal.SIGKILL)
        acknowledged += child.stdout.readlines()
    assert child.returncode == -signal.SIGKILL
    return [tuple(line.split()) for line in acknowledged if line.endswith("\n")]


async def test_nothing_acknowledged_is_lost(site: Any, keys: Any) -> None:
    chance, acknowledged = random.Random(11), []
    for _ in range(ROUNDS):
        acknowledged += _seal_until_killed(site, keys, chance)
        if site.watermark.exists():
            assert json.loads(site.watermark.read_bytes())["format"] == 1
        site.clock.now = 4_000_000_000.0
        async with site.open() as chain:  # what the crash interrupted is finished here
            for tx_hash, block_hash in acknowledged:
                receipt = await chain.rpc.call("eth_getTransactionReceipt", [tx_hash])
                assert (receipt["blockHash"], receipt["status"]) == (block_hash, "0x1")
            await _check_links(chain, keys)
        with sqlite3.connect(site.path) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
    assert len(acknowledged) >= ROUNDS * 3


async def _check_links(chain: Any, keys: Any) -> None:
    validator, parent = validator_of(keys.validator), chain.genesis_hash
    for height in range(1, chain.head.height + 1):
        stored = chain._store.at(height)  # noqa: SLF001 - the row itself
        assert stored.header.parent_hash == parent
        assert stored.header.block_hash == stored.block_hash
        assert is_sealed_by(stored.header, validator)
        parent = stored.block_hash
