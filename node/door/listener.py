"""The listener: takes requests at the door and streams what their acts say.

A client that goes away cancels nothing: what it asked for is carried out, and what is said is dropped. A client that
reads too slowly is such a one. A bad or huge frame, a request that takes too long to arrive, another user, and one
client too many are turned away before anything is done.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from node.door import frames
from node.door.caller import peer_uid
from node.door.request import Request
from node.door.voice import Voice

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable

    Answer = Callable[[Request, Voice], Awaitable[int]]

PATIENCE = 10.0
"""Seconds that a request may take to arrive."""
MOST_CLIENTS = 64
"""Clients that wait or are served at once."""


class Listener:
    """Owns the clients of a listening socket; `answer` carries one request out and gives its exit code."""

    def __init__(self, listening: socket.socket, *, answer: Answer) -> None:
        self._listening = listening
        self._answer = answer
        self._clients: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Begin to take clients."""
        self._server = await asyncio.start_unix_server(self._take, sock=self._listening)

    async def stop(self, *, grace: float) -> None:
        """Take no more clients; give the act under way `grace` seconds, then cancel. The journal has what is open."""
        if self._server is not None:
            self._server.close()
        if self._clients:
            await asyncio.wait(self._clients, timeout=grace)
        for task in self._clients:
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._clients) >= MOST_CLIENTS or not _is_own(writer):
            writer.transport.abort()
            return
        self._clients.add(task)
        try:
            request = await asyncio.wait_for(_request(reader), PATIENCE)
            voice = Voice(writer, terminal=request.terminal)
            await voice.end(await self._answer(request, voice))
        except (frames.BadFrameError, EOFError, TimeoutError, ConnectionError):
            pass  # the client is told by the end of the connection: nothing was begun
        finally:
            self._clients.discard(task)
            writer.transport.abort()


async def _request(reader: asyncio.StreamReader) -> Request:
    length = frames.length_of(await reader.readexactly(frames.HEAD), most=frames.MOST_REQUEST)
    return Request.from_json(frames.decode(await reader.readexactly(length)))


def _is_own(writer: asyncio.StreamWriter) -> bool:
    return peer_uid(writer.get_extra_info("socket")) == os.getuid()
