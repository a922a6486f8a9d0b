"""Attaching to a chain of others: provider, engine and what guards them, put together and looked at before use."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from web3 import AsyncWeb3

from node.chain.checked import Checked
from node.chain.engine import OFFER_EVERY, Engine
from node.chain.errors import OtherChain
from node.chain.finality import Finality
from node.chain.remote.endpoint import PATIENCE, Endpoint
from node.chain.remote.introduction import STALE, Introduction
from node.chain.remote.provider import RemoteProvider
from node.errors import BadInput, Words

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from node.chain.checked import Renewal
    from node.chain.incident import IncidentFolder
    from node.receipts.header import Header

POLL = 0.2
OUTAGE = 60.0
"""Seconds that a request goes on asking while nobody answers: an engine that restarts is no failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainIdentity:
    """Which chain is meant, as the trust anchor says it."""

    chain_id: int
    genesis_hash: bytes
    registry: bytes
    registry_code_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A chain of others, ready for use."""

    w3: AsyncWeb3[Any]
    engine: Engine


@asynccontextmanager
async def attached(
    urls: Sequence[str],
    chain: ChainIdentity,
    *,
    validators_at: Callable[[int], Sequence[bytes]],
    known_up_to: int | None = None,
    renew: Renewal | None = None,
    incidents: IncidentFolder,
    known: Callable[[int], Header | None] = lambda _: None,
    newest: Header | None = None,
    gas_price: int = 0,
    clock: Callable[[], float] = time.time,
    stale: float = STALE,
    patience: float = PATIENCE,
    outage: float = OUTAGE,
    offer_every: float = OFFER_EVERY,
) -> AsyncIterator[Attached]:
    """Attach to a chain by URLs that are tried in order.

    Args:
        urls: of engines of one chain.
        chain: which chain is meant.
        validators_at: gives the validators in force at a height, as the trust anchor proves them.
        known_up_to: the last height at which the anchor knows them; None where they never change.
        renew: brings the anchor forward, by proof, when validators appear that it does not know.
        incidents: where evidence of broken finality is kept; while one stands, nothing is attached.
        known: gives the header of a height that the home has proof of.
        newest: the highest header that the home has proof of.
        gas_price: in wei.
        clock: the wall clock, UTC seconds.
        stale: seconds that a head may lie behind the clock.
        patience: seconds for one exchange with one URL.
        outage: seconds to go on asking while nobody answers; the first look has no such patience.
        offer_every: seconds between two offers of a transaction that waits.

    Raises:
        BadInput: no URL, or one that is none.
        EndpointFailure: no URL leads to that chain now.
        BrokenFinality: an incident stands or was found.
    """
    incidents.require_none()
    _require_urls(urls)
    checked = Checked(validators_at, known_up_to=known_up_to, renew=renew)
    meant = Introduction(
        chain_id=chain.chain_id, genesis_hash=chain.genesis_hash, checked=checked, clock=clock, stale=stale
    )
    provider = RemoteProvider([Endpoint(url, patience=patience) for url in urls], introduction=meant)
    finality = Finality(
        chain_id=chain.chain_id, checked=checked, incidents=incidents, known=known, newest=newest, clock=clock,
        elsewhere=provider.distrust,
    )  # fmt: skip
    w3: AsyncWeb3[Any] = AsyncWeb3(provider)
    engine = Engine(
        w3, chain_id=chain.chain_id, gas_price=gas_price, poll=POLL, checked=checked, finality=finality,
        distrust=provider.distrust, offer_every=offer_every,
    )  # fmt: skip
    try:
        await _require_registry(engine, chain)
        await engine.confirm_finality()
        provider.patience = outage
        yield Attached(w3=w3, engine=engine)
    finally:
        await provider.disconnect()


def _require_urls(urls: Sequence[str]) -> None:
    if not urls:
        mend = Words('在设置中写 rpc_urls = ["http://…"]', 'write rpc_urls = ["http://…"] into the settings')
        raise BadInput("没有区块链接口地址", "no URL of a chain endpoint", mend=mend, field="rpc_urls")


async def _require_registry(engine: Engine, chain: ChainIdentity) -> None:
    if await engine.code_hash(chain.registry) != chain.registry_code_hash:
        zh = f"登记合约 0x{chain.registry.hex()} 的代码与信任锚不符"
        raise OtherChain(zh, f"the code of the registry 0x{chain.registry.hex()} is not the trust anchor's")
