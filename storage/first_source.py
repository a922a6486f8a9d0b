"""Several places of blocks asked in order: the home's own first, then others; what one gives is verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.errors import Damaged, StorageError, UnknownBlock, Unreachable, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.block_source import BlockSource
    from storage.cid import Cid


class FirstSource:
    """Blocks from the first of several places that has them; see the seam in `storage.block_source`.

    A block that is damaged in the home's own place is one that it has not. ``refused`` is what others gave that was not
    what they were asked for; nothing of that is ever given on.
    """

    def __init__(self, own: BlockSource, others: Sequence[BlockSource]) -> None:
        self._own = own
        self._others = others
        self.refused: list[Damaged] = []

    async def get(self, cid: Cid) -> bytes:
        """Give a block's bytes; where nobody has them raise what weighs most: a wrong answer, then none."""
        try:
            return await self._own.get(cid)
        except (UnknownBlock, Damaged):
            failure: StorageError = _nobody(cid)
        for source in self._others:
            try:
                return await source.get(cid)
            except Damaged as error:
                self.refused.append(error)
                failure = error
            except Unreachable as error:
                failure = failure if isinstance(failure, Damaged) else error
            except UnknownBlock:
                continue
        raise failure

    async def has(self, cid: Cid) -> bool:
        """Tell whether any place knows a block."""
        for source in (self._own, *self._others):
            if await source.has(cid):
                return True
        return False


def _nobody(cid: Cid) -> UnknownBlock:
    mend = Words(
        "用 --from 指明有这些内容的伙伴网关,或从备份恢复", "name a partner's gateway with --from, or restore a backup"
    )
    return UnknownBlock(f"哪里都没有数据块 {cid}", f"block {cid} is nowhere to be had", mend=mend)
