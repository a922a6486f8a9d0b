"""The seam of blocks by CID: what every place that gives blocks guarantees, and the block index as such a place.

One conformance suite runs on every implementation: the index over the storage root, kubo over its RPC API, a CAR file.
"""

from __future__ import annotations

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Protocol

from storage.blocks import everything
from storage.errors import Damaged, Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.blocks import BlockIndex
    from storage.cid import Cid

LARGEST_BLOCK = 2 << 20
"""Bytes that other IPFS software takes as one block; nothing larger is read, written or believed."""


class BlockSource(Protocol):
    """Blocks by CID, each hashed again before it is given out.

    `get` raises UnknownBlock when it is not here, at once and without asking the swarm; Damaged when what lies here is
    not what the CID names; another StorageError when the place does not answer. CIDs of version 0 name the block of
    version 1.
    """

    async def get(self, cid: Cid) -> bytes:
        """Give a block's bytes."""
        ...

    async def has(self, cid: Cid) -> bool:
        """Tell whether a block is known here; its bytes are not looked at."""
        ...


class IndexBlocks:
    """The block index as a source. It owns one thread, in which alone the index is used; close it before the index.

    Args:
        seen: tells whether a payload, by its name, is seen by whom the blocks are for; called in that thread.
    """

    def __init__(self, index: BlockIndex, *, seen: Callable[[str], bool] = everything) -> None:
        self._get = partial(index.get, seen=seen)
        self._has = partial(index.has, seen=seen)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="blocks")

    async def get(self, cid: Cid) -> bytes:
        """Give a block's bytes; see the seam."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._get, cid)

    async def has(self, cid: Cid) -> bool:
        """Tell whether the index has rows of a block."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._has, cid)

    def close(self) -> None:
        """End the thread when it is idle."""
        self._thread.shutdown()


async def block_of(source: BlockSource, cid: Cid) -> bytes:
    """Give a block's bytes: out of the CID itself where it holds them, else of a source; see the seam."""
    return await source.get(cid) if cid.inline is None else cid.inline


def check_block(cid: Cid, data: bytes, *, source: str) -> bytes:
    """Give a block's bytes back; raise Damaged, naming the source, when they are not what the CID names."""
    if len(data) > LARGEST_BLOCK or hashlib.sha256(data).digest() != cid.digest:
        mend = Words("不要使用这一来源,并通知它的管理者", "do not use this source, and tell whoever runs it")
        zh, en = f"{source} 给出的不是数据块 {cid}", f"what {source} gave is not block {cid}"
        raise Damaged(zh, en, mend=mend, file=source)
    return data
