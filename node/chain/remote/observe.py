"""Observing a chain of others by its URLs: for those who have its anchor, and neither a home nor anything to send.

An endpoint is met as one of that chain (chain id, genesis, a head that is sealed by the validators it lists). More is
not believed: what is taken from it carries its own proof.
"""

from __future__ import annotations

import math
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from web3 import AsyncWeb3

from node.chain.checked import Checked
from node.chain.raw import RawRpc
from node.chain.remote.endpoint import Endpoint
from node.chain.remote.introduction import Introduction
from node.chain.remote.provider import RemoteProvider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from node.receipts.founding import Founding


@asynccontextmanager
async def observed(urls: Sequence[str], founding: Founding) -> AsyncIterator[RawRpc]:
    """Give the way to ask a chain, by URLs that are tried in order; raise BadInput for one that is none.

    A head may be old: whoever asks is told its time.
    """
    meant = Introduction(
        chain_id=founding.chain_id, genesis_hash=founding.genesis_hash, checked=Checked(), stale=math.inf
    )
    provider = RemoteProvider([Endpoint(url) for url in urls], introduction=meant)
    try:
        yield RawRpc(AsyncWeb3(provider))
    finally:
        await provider.disconnect()
