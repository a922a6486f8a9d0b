"""The blocks that a gateway process gives: those of a home that a caller may see, and those of the CARs that it keeps.

Of what lies in a payload of the home only the home's rule decides: no foreign CAR opens what is closed here.

Read where they are asked for, without a thread: the process does nothing else, a block is at most 2 MiB, and handing
each to a thread and back cost more than reading it. Journal and index are read-only and beside whoever writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from node.visibility.sight import Sight
from storage.block_source import BlockSource
from storage.blocks import BlockIndex
from storage.errors import UnknownBlock
from storage.journal import Journal
from storage.kept_cars import KeptCars

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
        self._kept = KeptCars(home.cars)

    async def get(self, cid: Cid) -> bytes:
        """Give a block's bytes; see the seam."""
        try:
            return self._index.get(cid, seen=self._seen)
        except UnknownBlock:
            if self._index.holds(cid.digest):
                raise
            return self._kept.get(cid)

    async def has(self, cid: Cid) -> bool:
        """Tell whether a block is there for the caller."""
        if self._index.has(cid, seen=self._seen):
            return True
        return not self._index.holds(cid.digest) and self._kept.has(cid)

    async def size(self, cid: Cid) -> int:
        """Give a block's length; raise UnknownBlock."""
        try:
            return self._index.size(cid, seen=self._seen)
        except UnknownBlock:
            if self._index.holds(cid.digest):
                raise
            return self._kept.size(cid)

    def close(self) -> None:
        """Close journal and index."""
        self._journal.close()
        self._index.close()
        self._kept.close()
