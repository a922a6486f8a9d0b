"""A real engine whose pool holds next to nothing: it refuses and silently drops, and every act lands all the same."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
from engines import RECIPES, genesis_of, remote
from eth_keys.datatypes import PrivateKey
from network_parts import validator as running
from network_parts.network import Network, random_keys
from web3 import AsyncWeb3

from node.chain.checked import Checked
from node.chain.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACTS, CHAIN_ID = 15, 770_007
CREATION = bytes.fromhex("6006600c60003960066000f360006000a000")
LIMITS = {f"--txpool.{name}": "1" for name in ("accountslots", "accountqueue", "globalslots", "globalqueue")}


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    """One validator with room for one transaction, and no favour for those that come by JSON-RPC."""
    program = RECIPES["qbft"].installed()
    if program is None:
        pytest.skip("GoQuorum is not installed: run scripts/install-engines qbft")
    network = Network.found(
        tmp_path / "network", node_keys=random_keys(1, os.urandom), chain_id=CHAIN_ID, timestamp=int(time.time())
    )
    one = network.validators[0]
    flags = list(running._FLAGS)  # noqa: SLF001 - the network's own, but for the pool
    for place, flag in enumerate(flags):
        if flag in LIMITS:
            flags[place + 1] = LIMITS[flag]
    with (tmp_path / "engine.log").open("wb") as log:
        process = subprocess.Popen(
            [program, "--datadir", one.folder, "--config", one.folder / "config.toml", "--networkid", str(CHAIN_ID),
             "--http.port", str(one.rpc_port), *flags, "--txpool.nolocals"],
            stdout=log, stderr=log,
            env={"PATH": os.defpath, "HOME": str(tmp_path), "PRIVATE_CONFIG": "ignore"},
        )  # fmt: skip
        try:
            yield network
        finally:
            process.terminate()
            process.wait(timeout=30)


async def test_acts_land_though_the_pool_is_full(network: Network) -> None:
    checked = Checked(lambda _: [bytes.fromhex(network.validators[0].address[2:])])
    provider = remote(network.urls[0], CHAIN_ID, await genesis_of(network.urls[0]), checked)
    w3: Any = AsyncWeb3(provider)
    engine = Engine(w3, chain_id=CHAIN_ID, checked=checked, poll=0.05, offer_every=0.3)
    key = PrivateKey(os.urandom(32))
    made = [engine.sign(key, to=None, calldata=CREATION, nonce=nonce, gas=200_000) for nonce in range(ACTS)]
    for _, raw in made:
        await engine.send(raw)
    pool = (await w3.provider.make_request("txpool_status", []))["result"]
    assert int(pool["pending"], 16) + int(pool["queued"], 16) < ACTS, "the pool has dropped some"
    landed = [await engine.wait(tx_hash, limit=120) for tx_hash, _ in made]
    assert all(each.succeeded for each in landed)
    assert await engine.next_nonce(key.public_key.to_canonical_address()) == ACTS
    await provider.disconnect()
