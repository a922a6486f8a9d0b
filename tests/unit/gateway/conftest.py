from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from gateway_shelf import Asking, Shelf

from node.gateway.answering import Gateway
from node.gateway.connections import listening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def ask() -> AsyncIterator[Asking]:
    """A gateway over an empty shelf, and a client of it without headers of its own."""
    shelf = Shelf()
    place = socket.create_server(("127.0.0.1", 0))
    place.setblocking(False)
    url = f"http://127.0.0.1:{place.getsockname()[1]}"
    skipped = ["Accept", "User-Agent", "Accept-Encoding"]
    async with (
        listening(Gateway(shelf, public=True), place),
        aiohttp.ClientSession(skip_auto_headers=skipped) as session,
    ):
        yield Asking(session, url, shelf)
