"""The blocks that a gateway process gives: those of a home that a caller may see, and those of the CARs that it keeps.

Of what lies in a payload of the home only the home's rule decides: no foreign CAR opens what is closed here.

Read where they are asked for, without a thread: the process does nothing else, a block is at most 2 MiB, and handing
each to a thread and back cost more than reading it. Only what lies in more places than can be looked through meanwhile
is left to `far_blocks`. Journal and index are read-only and beside whoever writes.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Protocol, TypeVar

from node.gateway.far_blocks import FarBlocks
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

    Seen = Callable[[str], bool]


Result = TypeVar("Result")
NEAR = 30
"""Places of a block that are looked at in the event loop, in a millisecond or so."""


class GivenBlocks(BlockSource, Protocol):
    """The seam of blocks, and their lengths without reading them."""

    async def size(self, cid: Cid) -> int:
        """Give a block's length; raise UnknownBlock."""
        ...


class HomeBlocks:
    """The blocks of a home for a caller; close it after use."""

    def __init__(self, home: Home, caller: Caller, *, clock: Callable[[], float]) -> None:
        with ExitStack() as opened:
            self._index, sight = _opened(opened, home, caller, clock)
            self._seen = sight.payload
            self._far = FarBlocks(*_opened(opened, home, caller, clock))
            opened.callback(self._far.end)
            self._kept = opened.enter_context(closing(KeptCars(home.cars)))
            self._open = opened.pop_all()

    async def get(self, cid: Cid) -> bytes:
        """Give a block's bytes; see the seam."""
        try:
            data = self._near(lambda seen: self._index.get(cid, seen=seen))
            return await self._far.get(cid) if data is None else data
        except UnknownBlock:
            if self._index.holds(cid.digest):
                raise
            return self._kept.get(cid)

    async def has(self, cid: Cid) -> bool:
        """Tell whether a block is there for the caller."""
        there = self._near(lambda seen: self._index.has(cid, seen=seen))
        if there is None:
            there = await self._far.has(cid)
        return there or (not self._index.holds(cid.digest) and self._kept.has(cid))

    async def size(self, cid: Cid) -> int:
        """Give a block's length; raise UnknownBlock."""
        try:
            size = self._near(lambda seen: self._index.size(cid, seen=seen))
            return await self._far.size(cid) if size is None else size
        except UnknownBlock:
            if self._index.holds(cid.digest):
                raise
            return self._kept.size(cid)

    def close(self) -> None:
        """Close journal, index and CARs."""
        self._open.close()

    def _near(self, look: Callable[[Seen], Result]) -> Result | None:
        """Look at as many places as can be looked through without holding up others; None where there are more."""
        left = NEAR

        def seen(name: str) -> bool:
            nonlocal left
            left -= 1
            if left < 0:
                raise _FarError
            return self._seen(name)

        try:
            return look(seen)
        except _FarError:
            return None


class _FarError(Exception):
    """The block lies in more places than are looked through here."""


def _opened(stack: ExitStack, home: Home, caller: Caller, clock: Callable[[], float]) -> tuple[BlockIndex, Sight]:
    journal = stack.enter_context(closing(Journal.open(home.journal, read_only=True)))
    index = stack.enter_context(closing(BlockIndex.open(home.blocks, root=home.storage, read_only=True)))
    return index, Sight(journal, caller, clock=clock)
