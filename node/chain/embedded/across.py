"""The embedded chain for a thread with an event loop of its own: requests go over to the chain's loop and back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from web3.providers.async_base import AsyncJSONBaseProvider

if TYPE_CHECKING:
    from web3.types import RPCEndpoint, RPCResponse

    from node.chain.embedded.provider import EmbeddedProvider


class ProviderAcross(AsyncJSONBaseProvider):
    """Asks a provider on the loop that it belongs to; the guarantees are that provider's."""

    def __init__(self, provider: EmbeddedProvider, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._provider = provider
        self._loop = loop

    async def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Answer one request."""
        call = self._provider.make_request(method, params)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(call, self._loop))

    async def make_batch_request(self, requests: list[tuple[RPCEndpoint, Any]]) -> list[RPCResponse] | RPCResponse:
        """Answer a batch."""
        call = self._provider.make_batch_request(requests)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(call, self._loop))
