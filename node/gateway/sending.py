"""Sending an answer: its head once its first bytes are known to be good, then the rest as fast as the client reads.

What goes wrong before the head is an error with a status. After it only one thing tells the client the truth: the
connection breaks off, so that what came is not taken for the whole.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from aiohttp import web

from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

PATIENCE = 60.0
"""Seconds that a client has to take one block."""
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
        await _write(response, first)
        async for part in parts:
            await _write(response, part)
        async with asyncio.timeout(PATIENCE):
            await response.write_eof()
    except (StorageError, TimeoutError) as error:
        _LOG.warning("an answer breaks off: %s", error)
        if request.transport is not None:
            request.transport.abort()
    except ConnectionError:
        pass  # the client went away
    return response


async def _write(response: web.StreamResponse, part: bytes | memoryview) -> None:
    """Write a block piece by piece, letting others have their turn between two."""
    whole = memoryview(part)
    async with asyncio.timeout(PATIENCE):
        for place in range(0, len(whole), PIECE):
            await response.write(whole[place : place + PIECE])
            await asyncio.sleep(0)
