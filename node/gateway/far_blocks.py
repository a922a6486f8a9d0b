"""Blocks that lie in very many payloads, most of them closed: a blank page, an empty file; looked for in a thread.

Whether one of 100,000 closed places may be seen takes seconds on a busy machine, which no other request is to wait
for. The first place that is seen wins; it is remembered for as long as it is seen. That there is none is remembered
until journal or index are written, or the day is another. The thread has connections of its own, one look at a time.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from storage.blocks import unknown_block

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.visibility.sight import Sight
    from storage.block_rows import LeafRow, NodeRow
    from storage.blocks import BlockIndex
    from storage.cid import Cid

Result = TypeVar("Result")
_MOST_KEPT = 1000


class FarBlocks:
    """Answers in a thread, out of an index and a sight that are its alone; end it before they are closed."""

    def __init__(self, index: BlockIndex, sight: Sight) -> None:
        self._index = index
        self._sight = sight
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="far-blocks")
        self._kept: dict[Cid, LeafRow | NodeRow | None] = {}
        self._as_of: object = None

    async def get(self, cid: Cid) -> bytes:
        """Give a block's bytes; see the seam."""
        return await self._in_thread(self._get, cid)

    async def has(self, cid: Cid) -> bool:
        """Tell whether a block is there for the caller."""
        return await self._in_thread(self._place, cid) is not None

    async def size(self, cid: Cid) -> int:
        """Give a block's length; raise UnknownBlock."""
        row = await self._in_thread(self._place, cid)
        if row is None:
            raise unknown_block(cid)
        return row.size

    def end(self) -> None:
        """End the thread after the look that is under way."""
        self._thread.shutdown(cancel_futures=True)

    async def _in_thread(self, look: Callable[[Cid], Result], cid: Cid) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, look, cid)

    def _get(self, cid: Cid) -> bytes:
        row = self._place(cid)
        if row is None:
            raise unknown_block(cid)
        data = self._index.read(row)
        return self._index.get(cid, seen=self._sight.payload) if data is None else data

    def _place(self, cid: Cid) -> LeafRow | NodeRow | None:
        """Give the first place that is seen, from memory where that is still true."""
        as_of = self._sight.as_of, self._index.rows.others_wrote
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        if as_of != self._as_of:
            for known, row in list(self._kept.items()):
                if row is None or not self._sight.payload(row.object_id):
                    del self._kept[known]
            self._as_of = as_of
        if cid not in self._kept:
            self._kept[cid] = self._index.place(cid, seen=self._sight.payload)
        return self._kept[cid]
