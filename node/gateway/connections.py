"""The connections of one gateway process: no more than it can hold, and none that stays without asking anything.

A client costs at most one block of 2 MiB on its way to it, so 256 of them hold what a small server can spare.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator

    from node.gateway.answering import Gateway

_BACKLOG = 512
_PAUSE = 0.1
_LOG = logging.getLogger(__name__)
MOST = 256
IDLE = 30.0
"""Seconds that a connection may stand without a whole request."""
GRACE = 5.0
"""Seconds that answers under way have when the gateway stops."""


@asynccontextmanager
async def listening(gateway: Gateway, place: socket.socket) -> AsyncIterator[None]:
    """Answer what comes in at a bound socket, until the context ends."""
    connections = _Connections(gateway)
    place.listen(_BACKLOG)
    tasks = [asyncio.create_task(connections.accept(place)), asyncio.create_task(connections.watch())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        place.close()
        await connections.end()


class _Connections:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._server = web.Server(self._answer, access_log=None, keepalive_timeout=IDLE)
        self._busy: set[object] = set()
        self._since: dict[object, float] = {}
        """Since when a connection has stood without a whole request."""

    async def accept(self, place: socket.socket) -> None:
        """Take connections one by one, so that several processes share them: asyncio's own server takes all at once."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(place)
                await loop.connect_accepted_socket(self.take, connection)
            except OSError as error:  # no descriptor left, or the client has gone
                _LOG.warning("a connection was not taken: %s", error)
                await asyncio.sleep(_PAUSE)

    def take(self) -> asyncio.Protocol:
        """Give the protocol of a new connection; beyond the limit one that says so and hangs up."""
        return self._server() if len(self._server.connections) < MOST else _Refusing()

    async def watch(self) -> None:
        """Hang up on those who connected and do not ask."""
        while True:
            await asyncio.sleep(IDLE / 3)
            now = time.monotonic()
            waiting = [each for each in self._server.connections if each not in self._busy]
            self._since = {each: self._since.get(each, now) for each in waiting}
            for each in waiting:
                if now - self._since[each] > IDLE:
                    _hang_up(each)

    async def end(self) -> None:
        """Let answers under way finish for a moment, then hang up."""
        await self._server.shutdown(GRACE)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = request.protocol
        self._busy.add(connection)
        self._since.pop(connection, None)
        try:
            return await self._gateway.answer(request)
        finally:
            self._busy.discard(connection)


def _hang_up(connection: web.RequestHandler) -> None:
    """End a connection now: closing alone would wait until the client has read what was written to it."""
    transport = connection.transport
    connection.force_close()
    if isinstance(transport, asyncio.Transport):
        transport.abort()


class _Refusing(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a socket it is
        transport.write(
            b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 10\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        transport.close()
