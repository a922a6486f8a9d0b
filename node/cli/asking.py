"""Asking a chain without owning a home: by URLs that were given, or as the home is set up; nothing is sent."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from node.home import EMBEDDED
from node.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from node.chain.raw import RawRpc
    from node.home import Home
    from node.receipts.founding import Founding


def urls_of(text: str) -> list[str]:
    """Read URL[,URL…]."""
    return [url.strip() for url in text.split(",")]


@asynccontextmanager
async def asking_home(home: Home, founding: Founding) -> AsyncIterator[RawRpc]:
    """Give the way to ask the chain of a home: its own, as of now, or the network's engines of its settings."""
    if home.identity().chain != EMBEDDED:
        from node.chain.remote.observe import observed

        async with observed(read_settings(home.settings).rpc_urls, founding) as rpc:
            yield rpc
        return
    from web3 import AsyncWeb3

    from node.chain.embedded import EmbeddedChain
    from node.chain.raw import RawRpc

    async with EmbeddedChain.open(home.chain) as chain:
        yield RawRpc(AsyncWeb3(chain.provider))
