"""Payloads made of blocks alone, and something that pretends to be a kubo."""

from __future__ import annotations

import hashlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web

from storage.cid import RAW, Cid
from storage.errors import UnknownBlock
from storage.unixfs import FileTree

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


def blocks_of(seed: str, count: int) -> tuple[Cid, dict[Cid, bytes]]:
    """Give a file of so many leaves of 1 MiB as blocks, its root last."""
    blocks: dict[Cid, bytes] = {}
    tree = FileTree(lambda digest, data: blocks.__setitem__(Cid(0x70, digest), data))
    for i in range(count):
        leaf = hashlib.sha256(f"{seed}:{i}".encode()).digest() * 32768
        digest = hashlib.sha256(leaf).digest()
        blocks[Cid(RAW, digest)] = leaf
        tree.add(digest, len(leaf))
    return tree.finish().cid, blocks


class Shelf:
    """Blocks in memory as a source; before each is given, `before` is called with its place in the order of asking."""

    def __init__(self, blocks: dict[Cid, bytes], before: Callable[[int], Awaitable[None]] | None = None) -> None:
        self._blocks = blocks
        self._before = before
        self.asked = 0

    async def get(self, cid: Cid) -> bytes:
        self.asked += 1
        if self._before is not None:
            await self._before(self.asked)
        if cid not in self._blocks:
            raise UnknownBlock("没有", "none")
        return self._blocks[cid]

    async def has(self, cid: Cid) -> bool:
        return cid in self._blocks


@asynccontextmanager
async def pretender(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """Something that listens where a kubo is expected."""
    application = web.Application()
    application.router.add_post("/api/v0/{call:.*}", answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
