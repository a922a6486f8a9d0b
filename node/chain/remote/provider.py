"""A web3 provider over several URLs of one chain, tried in order.

Guarantees, shared with the embedded provider and tested by one suite: a refusal comes as a JSON-RPC error object;
requests of one batch are answered in their order. Moreover: no answer is taken from an endpoint that was not met, that
is, looked at and found to be the chain that is meant, at a head that is fresh (`introduction`). What an endpoint then
says of transactions is still only said; `node.chain.checked` decides whether it holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import aiohttp
from web3.providers.async_base import AsyncJSONBaseProvider

from node.chain.errors import EndpointFailure, NoEndpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from web3.types import RPCEndpoint, RPCResponse

    from node.chain.remote.endpoint import Endpoint
    from node.chain.remote.introduction import Introduction

MEET_EVERY = 10.0
"""Seconds after which an endpoint in use is looked at again."""
MEET_PATIENCE = 5.0
"""Seconds for an answer while it is looked at: one that hangs and is tried again every while must not cost more."""
COSTLY = 4
"""Times the seconds that a failure cost are what its endpoint rests at least: hanging costs a fifth of the time."""
CAUGHT = 60.0
"""Seconds of rest for an endpoint whose answer did not hold."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 5.0


class RemoteProvider(AsyncJSONBaseProvider):
    """Asks the first endpoint that is well; one that fails rests, and the next one is asked.

    Args:
        endpoints: in the order of preference.
        introduction: looks at an endpoint before it is used.
        patience: seconds to go on asking while no endpoint answers; 0 asks each of them once. An engine that restarts
            is so no failure of the act that needs it.
    """

    def __init__(self, endpoints: Sequence[Endpoint], *, introduction: Introduction, patience: float = 0.0) -> None:
        super().__init__()
        self._endpoints = endpoints
        self._introduction = introduction
        self.patience = patience
        self._session: aiohttp.ClientSession | None = None
        self._last: Endpoint | None = None

    async def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Answer one request; raise an EndpointFailure when no endpoint can."""
        response: RPCResponse = await self._answer(_plain(self.form_request(method, params)))
        return response

    async def make_batch_request(self, requests: list[tuple[RPCEndpoint, Any]]) -> list[RPCResponse] | RPCResponse:
        """Answer a batch; raise an EndpointFailure when no endpoint can."""
        batch = [_plain(self.form_request(method, params)) for method, params in requests]
        responses: list[RPCResponse] = await self._answer(batch)
        return responses

    async def is_connected(self, show_traceback: bool = False) -> bool:  # noqa: FBT001, FBT002 - web3's signature
        """Tell whether an endpoint of this chain answers."""
        try:
            await self._answer(_plain(self.form_request("web3_clientVersion", [])))  # type: ignore[arg-type]
        except EndpointFailure:
            if show_traceback:
                raise
            return False
        return True

    async def disconnect(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def distrust(self) -> bool:
        """Pass over the endpoint that answered last, since it was caught; tell whether there is another one."""
        if self._last is not None:
            self._last.rest(_now(), least=CAUGHT)
        return any(endpoint.rests_until <= _now() for endpoint in self._endpoints)

    async def _answer(self, request: Any) -> Any:
        deadline, pause = _now() + self.patience, SHORTEST_PAUSE
        while True:
            try:
                return await self._first_answer(request)
            except EndpointFailure:
                if _now() + pause > deadline:
                    raise
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _first_answer(self, request: Any) -> Any:
        failures: list[EndpointFailure] = []
        for endpoint in self._in_order():
            begun = _now()
            try:
                await self._meet(endpoint)
                answer = await endpoint.ask(self._connections(), request)
            except EndpointFailure as error:
                endpoint.rest(_now(), least=COSTLY * (_now() - begun))
                failures.append(error)
            else:
                endpoint.recover()
                self._last = endpoint
                return answer
        raise failures[0] if len(failures) == 1 else NoEndpoint(failures)

    def _in_order(self) -> list[Endpoint]:
        """Give the endpoints that do not rest, in the order of preference; all of them when all rest."""
        awake = [endpoint for endpoint in self._endpoints if endpoint.rests_until <= _now()]
        return awake or sorted(self._endpoints, key=lambda endpoint: endpoint.rests_until)

    async def _meet(self, endpoint: Endpoint) -> None:
        async with endpoint.meeting:
            if endpoint.met is not None and _now() - endpoint.met < MEET_EVERY:
                return
            first = endpoint.met is None

            async def ask(method: str, *parameters: Any) -> Any:
                request = _plain(self.form_request(method, list(parameters)))  # type: ignore[arg-type]
                answer = await endpoint.ask(self._connections(), request, patience=MEET_PATIENCE)
                return answer.get("result")

            await self._introduction.meet(ask, name=endpoint.name, first=first)
            endpoint.met = _now()

    def _connections(self) -> aiohttp.ClientSession:
        if self._session is None:
            # an answer that was packed could unpack to any size: nothing is asked for packed, nothing is unpacked
            self._session = aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar())
        return self._session


def _now() -> float:
    return asyncio.get_running_loop().time()


def _plain(value: Any) -> Any:
    """Give what can be written as JSON: web3 puts bytes, tuples and read-only maps into a request."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return "0x" + value.hex() if isinstance(value, (bytes, bytearray)) else value
