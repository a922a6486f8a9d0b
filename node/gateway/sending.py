"""Sending an answer: its head once its first bytes are known to be good, then the rest as fast as the client reads.

What goes wrong before the head is an error with a status. After it only one thing tells the client the truth: the
connection breaks off, so that what came is not taken for the whole.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from aiohttp import web

from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Mapping

PATIENCE = 60.0
"""Seconds that a client may be waited for while it takes a piece, however many blocks that is."""
PIECE = 1 << 18
"""Bytes that are handed to the system at once: of larger ones the event loop copies what is left again and again."""
_LOG = logging.getLogger(__name__)


async def send(
    request: web.BaseRequest,
    headers: Mapping[str, str],
    parts: AsyncIterator[bytes] | AsyncIterator[memoryview],
    *,
    status: int = 200,
    size: int | None = None,
) -> web.StreamResponse:
    """Send parts as they come; raise StorageError only before anything was sent."""
    response = web.StreamResponse(status=status, headers=headers)
    if size is not None:
        response.content_length = size
    first: bytes | memoryview = b"" if request.method == "HEAD" else await anext(parts, b"")
    try:
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        client = _Client(response)
        await client.write(first)
        async for part in parts:
            await client.write(part)
        await client.end()
    except (StorageError, TimeoutError) as error:
        _LOG.warning("an answer breaks off: %s", error)
        if request.transport is not None:
            request.transport.abort()
    except ConnectionError:
        pass  # the client went away
    return response


class _Client:
    """Writes to a client, and waits no longer than PATIENCE for each PIECE bytes: reading the disk does not count."""

    def __init__(self, response: web.StreamResponse) -> None:
        self._response = response
        self._left = PATIENCE
        self._taken = 0

    async def write(self, part: bytes | memoryview) -> None:
        """Write a block piece by piece, letting others have their turn between two; raise TimeoutError."""
        whole = memoryview(part)
        for place in range(0, len(whole), PIECE):
            piece = whole[place : place + PIECE]
            await self._waited_for(self._response.write(piece))
            self._taken += len(piece)
            if self._taken >= PIECE:
                self._left, self._taken = PATIENCE, 0
            await asyncio.sleep(0)

    async def end(self) -> None:
        """Write the end; raise TimeoutError."""
        await self._waited_for(self._response.write_eof())

    async def _waited_for(self, writing: Awaitable[None]) -> None:
        began = time.monotonic()
        async with asyncio.timeout(self._left):
            await writing
        self._left -= time.monotonic() - began
