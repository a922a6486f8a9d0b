"""The embedded chain as a web3 provider: AsyncWeb3 over it does not know that no network is between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from web3.providers.async_base import AsyncJSONBaseProvider

if TYPE_CHECKING:
    from web3.types import RPCEndpoint, RPCResponse

    from node.chain.embedded.rpc import Dispatcher


class EmbeddedProvider(AsyncJSONBaseProvider):
    """Hands requests to the dispatcher that also answers over HTTP.

    Guarantees, shared with every provider of this node and tested by one suite: an error comes as a JSON-RPC error
    object, not as an exception; a transaction receipt is given only for what is durable and final; requests of one
    batch are answered in their order.
    """

    def __init__(self, dispatcher: Dispatcher) -> None:
        super().__init__()
        self._dispatcher = dispatcher

    async def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Answer one request."""
        response: RPCResponse = await self._dispatcher.answer(_plain(self.form_request(method, params)))
        return response

    async def make_batch_request(self, requests: list[tuple[RPCEndpoint, Any]]) -> list[RPCResponse] | RPCResponse:
        """Answer a batch."""
        batch = [_plain(self.form_request(method, params)) for method, params in requests]
        responses: list[RPCResponse] | RPCResponse = await self._dispatcher.answer(batch)
        return responses


def _plain(value: Any) -> Any:
    """Give what JSON would have made of a request: web3 puts bytes, tuples and read-only maps into it."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (bytes, bytearray)):
        return "0x" + value.hex()
    return value
