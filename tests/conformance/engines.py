"""The engines that the seam's suite runs on. A new engine is one more entry of ENGINES."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp.test_utils import TestServer
from unsealed import Unsealed
from web3 import AsyncWeb3

from node.chain.checked import Checked
from node.chain.embedded import EmbeddedChain
from node.chain.embedded.seal import validator_of
from node.chain.embedded.server import LOOPBACK, rpc_application
from node.chain.remote.endpoint import Endpoint
from node.chain.remote.introduction import Introduction
from node.chain.remote.provider import RemoteProvider

# What starts networks is a script and no package of the product; it lies where scripts/network finds it.
sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from network_parts.engines import ENGINES as RECIPES
from network_parts.network import Network, random_keys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

SENDER_KEY, VALIDATOR_KEY = bytes([2]) * 32, bytes([1]) * 32
EMBEDDED_CHAIN_ID, ANVIL_CHAIN_ID, QBFT_CHAIN_ID = 770_002, 770_005, 770_006
OUTAGE = 60.0


@dataclass(frozen=True, kw_only=True)
class Running:
    """An engine that runs: the way to it, the key of an account that nobody else uses, and how it is restarted."""

    w3: AsyncWeb3
    chain_id: int
    key: bytes
    checked: Checked
    restart: Callable[[], Awaitable[None]] | None = None
    lacks: frozenset[str] = field(default_factory=frozenset)
    """What node/chain/README.md says that this engine has not."""


@asynccontextmanager
async def embedded(folder: Path, *, over_http: bool) -> AsyncIterator[Running]:
    """Found a chain and open it here: in-process, or behind its own HTTP server."""
    path = folder / "chain.db"
    founder, validator = validator_of(SENDER_KEY), validator_of(VALIDATOR_KEY)
    EmbeddedChain.found(path, chain_id=EMBEDDED_CHAIN_ID, validator=validator, founder=founder)
    opened: list[EmbeddedChain] = []

    async def open_again() -> None:
        if opened:
            await opened.pop().close()
        chain = EmbeddedChain.open(path, sealing_key=VALIDATOR_KEY)
        await chain.start()
        opened.append(chain)

    class Standing:
        """Answers with whatever chain is open now, as a server does that outlives its engine."""

        async def answer_bytes(self, body: bytes) -> bytes | None:
            return await opened[0].rpc.answer_bytes(body)

    await open_again()
    checked = Checked(lambda _: [validator])
    server = TestServer(rpc_application(Standing()), host=LOOPBACK)  # type: ignore[arg-type]
    await server.start_server()
    provider = remote(str(server.make_url("/")), EMBEDDED_CHAIN_ID, opened[0].genesis_hash, checked)
    w3: AsyncWeb3 = AsyncWeb3(provider if over_http else opened[0].provider)
    try:
        yield Running(
            w3=w3, chain_id=EMBEDDED_CHAIN_ID, key=SENDER_KEY, checked=checked,
            restart=open_again if over_http else None,
        )  # fmt: skip
    finally:
        await provider.disconnect()
        await server.close()
        await opened[0].close()


@asynccontextmanager
async def anvil(folder: Path) -> AsyncIterator[Running]:
    """Start foundry's anvil with the rules of Berlin and gas for nothing."""
    program = RECIPES["anvil"].installed()
    if program is None:
        pytest.skip("anvil is not installed: run scripts/install-engines anvil")
    log = (folder / "anvil.log").open("wb")
    process = subprocess.Popen(  # noqa: ASYNC220 - it is started at once, and ended in the finally below
        [program, "--host", LOOPBACK, "--port", "0", "--chain-id", str(ANVIL_CHAIN_ID), "--hardfork", "berlin",
         "--gas-price", "0", "--base-fee", "0", "--accounts", "1", "--order", "fifo", "--gas-limit", "100000000"],
        stdout=log, stderr=log, env={"PATH": os.defpath, "HOME": str(folder)},
    )  # fmt: skip
    try:
        url = await anvil_url(folder / "anvil.log")
        genesis = await genesis_of(url)
        provider = remote(url, ANVIL_CHAIN_ID, genesis, Unsealed())
        yield Running(
            w3=AsyncWeb3(provider), chain_id=ANVIL_CHAIN_ID, key=os.urandom(32), checked=Unsealed(),
            lacks=frozenset({"seals", "restart", "refusals"}),
        )  # fmt: skip
        await provider.disconnect()
    finally:
        process.kill()
        process.wait()
        log.close()


def found_network(folder: Path) -> Iterator[Network]:
    """Found and start four GoQuorum validators; the caller goes on with the iterator to stop them."""
    if RECIPES["qbft"].installed() is None:
        pytest.skip("GoQuorum is not installed: run scripts/install-engines qbft")
    network = Network.found(
        folder, node_keys=random_keys(4, os.urandom), chain_id=QBFT_CHAIN_ID, timestamp=int(time.time())
    )
    try:
        network.start()
        yield network
    finally:
        network.stop()


@asynccontextmanager
async def qbft(network: Network) -> AsyncIterator[Running]:
    """Reach a network through its first validator, which alone is killed and started again."""
    validators = [bytes.fromhex(validator.address[2:]) for validator in network.validators]
    checked = Checked(lambda _: validators)
    provider = remote(network.urls[0], QBFT_CHAIN_ID, bytes.fromhex(network.genesis_hash[2:]), checked)

    async def kill_and_start() -> None:
        first = network.validators[0]
        await asyncio.to_thread(first.kill)
        await asyncio.to_thread(first.start)

    try:
        yield Running(
            w3=AsyncWeb3(provider), chain_id=QBFT_CHAIN_ID, key=os.urandom(32), checked=checked,
            restart=kill_and_start, lacks=frozenset({"eth_getBlockReceipts"}),
        )  # fmt: skip
    finally:
        await provider.disconnect()


def remote(url: str, chain_id: int, genesis_hash: bytes, checked: Checked) -> RemoteProvider:
    meant = Introduction(chain_id=chain_id, genesis_hash=genesis_hash, checked=checked)
    return RemoteProvider([Endpoint(url)], introduction=meant, patience=OUTAGE)


async def anvil_url(log: Path) -> str:
    """Wait until anvil says on which port it listens: the system chose it, so no other process can have it."""
    for _ in range(600):
        if found := re.search(rf"Listening on {LOOPBACK}:(\d+)", log.read_text()):
            return f"http://{LOOPBACK}:{found[1]}/"
        await asyncio.sleep(0.1)
    raise AssertionError(log.read_text())


async def genesis_of(url: str) -> bytes:
    """Wait until an engine answers, and give the hash of its genesis as it says it."""
    import aiohttp

    asked = {"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": ["0x0", False]}
    async with aiohttp.ClientSession() as session:
        for _ in range(300):
            try:
                async with session.post(url, json=asked) as answer:
                    block: dict[str, Any] = (await answer.json())["result"]
                    return bytes.fromhex(block["hash"][2:])
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
    raise AssertionError("the engine does not answer")


ENGINES: dict[str, Callable[[Path, Network | None], AbstractAsyncContextManager[Running]]] = {
    "embedded": lambda folder, _: embedded(folder, over_http=False),
    "embedded over HTTP": lambda folder, _: embedded(folder, over_http=True),
    "anvil": lambda folder, _: anvil(folder),
    "QBFT": lambda _, network: qbft(network),  # type: ignore[arg-type]
}
