"""A home's way to its chain: its own sealing chain, that chain beside its writer, or the network that it joined."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from contracts import views
from node.attachment import attachment
from node.home import NETWORK
from node.keys import load_key
from node.own_anchor import OwnAnchor
from node.settings import read_settings
from node.wiring import no_crash

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from web3.providers import AsyncBaseProvider

    from node.chain.embedded import EmbeddedChain
    from node.chain.engine import Engine
    from node.home import Home, Identity


@asynccontextmanager
async def acting_engine(
    home: Home, passphrase: bytes, *, environment: Mapping[str, str], clock: Callable[[], float] = time.time
) -> AsyncIterator[Engine]:
    """Open the way through which a home acts; the caller holds the home's lock."""
    identity = home.identity()
    if identity.chain == NETWORK:
        async with attachment(home, own=OwnAnchor(home), clock=clock) as engine:
            yield engine
        return
    async with sealing_chain(home, identity, passphrase, environment) as chain:
        yield embedded_engine(home, provider=chain.provider, stopped=lambda: chain.stopped)


@asynccontextmanager
async def asking(home: Home) -> AsyncIterator[Engine]:
    """Open a way to ask the home's chain, beside a writer if there is one; nothing is sent through it."""
    from node.chain.embedded import EmbeddedChain

    if home.identity().chain == NETWORK:
        async with attachment(home, own=OwnAnchor(home)) as engine:
            yield engine
        return
    chain = EmbeddedChain.open(home.chain)
    try:
        yield embedded_engine(home, provider=chain.provider)
    finally:
        await chain.close()


def embedded_engine(
    home: Home, *, provider: AsyncBaseProvider, stopped: Callable[[], Exception | None] = lambda: None
) -> Engine:
    """Give the engine of an embedded chain behind its provider."""
    from web3 import AsyncWeb3

    from node.chain.engine import Engine

    gas_price = read_settings(home.settings).gas_price
    return Engine(AsyncWeb3(provider), chain_id=home.identity().chain_id, gas_price=gas_price, stopped=stopped)


@asynccontextmanager
async def sealing_chain(
    home: Home,
    identity: Identity,
    passphrase: bytes,
    environment: Mapping[str, str],
    *,
    crash_point: Callable[[str], None] = no_crash,
) -> AsyncIterator[EmbeddedChain]:
    """Open the embedded chain with its sealing key; the caller holds the home's lock."""
    from node.chain.embedded import EmbeddedChain

    chain: EmbeddedChain

    def admits(sender: bytes) -> bool:
        answer = chain.read(bytes.fromhex(identity.registry), views.encode_is_known(sender))
        return views.decode_is_known(answer)

    chain = EmbeddedChain.open(
        home.chain,
        sealing_key=load_key(home.keystores / "validator.json", passphrase).to_bytes(),
        admits=admits,
        watermark=None if identity.demonstration else watermark_path(identity, environment),
        crash_point=crash_point,
    )
    async with chain:
        yield chain


def watermark_path(identity: Identity, environment: Mapping[str, str]) -> Path:
    """Give the watermark's path: in the user's state directory, outside the home, one for each chain."""
    state = environment.get("XDG_STATE_HOME") or str(Path(environment.get("HOME", "/")) / ".local" / "state")
    return Path(state) / "zhicang" / f"watermark-{identity.genesis_hash[:16]}.json"
