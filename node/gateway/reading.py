"""The blocks that a gateway process gives: those of a home that a caller may see.

Read where they are asked for, without a thread: the process does nothing else, a block is at most 2 MiB, and handing
each to a thread and back cost more than reading it. Journal and index are read-only and beside whoever writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from node.visibility.sight import Sight
from storage.block_source import BlockSource
from storage.blocks import BlockIndex
from storage.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.home import Home
    from node.visibility.rule import Caller
    from storage.cid import Cid


class GivenBlocks(BlockSource, Protocol):
    """The seam of blocks, and their lengths without reading them."""

    async def size(self, cid: Cid) -> int:
        """Give a block's length; raise UnknownBlock."""
        ...


class HomeBlocks:
    """The blocks of a home for a caller; close it after use."""

    def __init__(self, home: Home, caller: Caller, *, clock: Callable[[], float]) -> None:
        self._journal = Journal.open(home.journal, read_only=True)
        try:
            self._index = BlockIndex.open(home.blocks, root=home.storage, read_only=True)
        except BaseException:
            self._journal.close()
            raise
        self._seen = Sight(self._journal, caller, clock=clock).payload

    async def get(self, cid: Cid) -> bytes:
        """Give a block's bytes; see the seam."""
        return self._index.get(cid, seen=self._seen)

    async def has(self, cid: Cid) -> bool:
        """Tell whether a block is there for the caller."""
        return self._index.has(cid, seen=self._seen)

    async def size(self, cid: Cid) -> int:
        """Give a block's length; raise UnknownBlock."""
        return self._index.size(cid, seen=self._seen)

    def close(self) -> None:
        """Close journal and index."""
        self._journal.close()
        self._index.close()
