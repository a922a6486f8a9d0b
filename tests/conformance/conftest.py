"""The engines that the seam's suite runs on. A new engine is one more entry: a provider, a key that may send."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp.test_utils import TestServer
from web3 import AsyncHTTPProvider, AsyncWeb3

from node.chain.embedded import EmbeddedChain
from node.chain.embedded.seal import validator_of
from node.chain.embedded.server import LOOPBACK, rpc_application

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

SENDER_KEY, VALIDATOR_KEY = bytes([2]) * 32, bytes([1]) * 32
CHAIN_ID = 770_002


@dataclass(frozen=True)
class Running:
    """An engine that runs: its provider, its chain id and the key of an account that it takes transactions from."""

    w3: AsyncWeb3
    chain_id: int
    key: bytes
    provider_of_other_kind: Any


@asynccontextmanager
async def embedded(folder: Path, *, over_http: bool) -> AsyncIterator[Running]:
    path = folder / "chain.db"
    founder = validator_of(SENDER_KEY)
    EmbeddedChain.found(path, chain_id=CHAIN_ID, validator=validator_of(VALIDATOR_KEY), founder=founder)
    async with EmbeddedChain.open(path, sealing_key=VALIDATOR_KEY) as chain:
        server = TestServer(rpc_application(chain.rpc), host=LOOPBACK)
        await server.start_server()
        remote = AsyncHTTPProvider(str(server.make_url("/")))
        here, there = (remote, chain.provider) if over_http else (chain.provider, remote)
        yield Running(w3=AsyncWeb3(here), chain_id=CHAIN_ID, key=SENDER_KEY, provider_of_other_kind=there)
        await remote.disconnect()
        await server.close()


ENGINES: dict[str, Callable[[Path], AbstractAsyncContextManager[Running]]] = {
    "embedded in-process": lambda folder: embedded(folder, over_http=False),
    "embedded over HTTP": lambda folder: embedded(folder, over_http=True),
}


@pytest.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Running]:
    async with ENGINES[request.param](tmp_path) as running:
        yield running
