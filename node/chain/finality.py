"""Finality held against what was proven: QBFT promises one header a height for ever, and this is where it is seen to.

What is known comes from the home's proofs (every confirmed transaction has a header there) and from this run. A header
proven anew must be the known one of its height, and the newest known one must still stand. The engine's word alone
breaks nothing: a head that is lower may merely lag, so it has GRACE seconds to come.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from node.chain.errors import Behind
from node.chain.incident import HEAD_BELOW, TWO_HEADERS, Incident
from node.chain.raw import as_quantity

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.chain.checked import Checked
    from node.chain.incident import IncidentFolder
    from node.chain.raw import RawRpc
    from node.receipts.header import Header

GRACE = 30.0
_POLL = 0.5


class Finality:
    """What was final must stay.

    Args:
        chain_id: EIP-155 chain id.
        checked: decodes a header and checks its seals.
        incidents: where evidence is kept.
        known: gives the header of a height that the home has proof of, or None.
        newest: the highest header that the home has proof of, or None.
        clock: the wall clock, UTC seconds.
        elsewhere: called when a head stays below; tells whether another endpoint can be asked.
        grace: seconds that a lower head has to come up.
    """

    def __init__(
        self,
        *,
        chain_id: int,
        checked: Checked,
        incidents: IncidentFolder,
        known: Callable[[int], Header | None],
        newest: Header | None,
        clock: Callable[[], float],
        elsewhere: Callable[[], bool] = lambda: False,
        grace: float = GRACE,
    ) -> None:
        self._chain_id = chain_id
        self._checked = checked
        self._incidents = incidents
        self._known = known
        self._newest = newest
        self._clock = clock
        self._elsewhere = elsewhere
        self._grace = grace
        self._seen: dict[int, Header] = {}

    async def hold(self, header: Header, rpc: RawRpc) -> None:
        """Hold a header that was just proven against all that is known; raise BrokenFinality."""
        height = header.number
        if height not in self._seen:
            known = self._known(height)
            self._seen[height] = header if known is None else known
        if self._seen[height].block_hash != header.block_hash:
            raise self._two_headers(self._seen[height], header, head=height)
        if self._newest is None or height > self._newest.number:
            self._newest = header
        elif height < self._newest.number:
            await self.confirm(rpc)

    async def confirm(self, rpc: RawRpc) -> None:
        """See that the newest known header still stands.

        Raises:
            BrokenFinality: another one stands there, properly sealed, or the head stays below it.
            Behind: the head is below it, and the engine says that it is catching up.
        """
        newest = self._newest
        if newest is None:
            return
        head = await self._head(newest.number, rpc)
        if head < newest.number and self._elsewhere():
            head = await self._head(newest.number, rpc)
        if head < newest.number:
            raise await self._below(newest, head, rpc)
        block = await rpc.block(hex(newest.number), whole=False)
        if block is None:
            zh, en = f"节点不给高度 {newest.number} 的区块头", f"the engine gives no header at height {newest.number}"
            raise Behind(zh, en)
        standing = self._checked.header(block)
        if standing.block_hash != newest.block_hash:
            raise self._two_headers(newest, standing, head=head)

    async def _head(self, wanted: int, rpc: RawRpc) -> int:
        """Give the head's height when it has come up to the wanted one, or when its grace is over."""
        now = asyncio.get_running_loop().time
        deadline = now() + self._grace
        while True:
            head = as_quantity(await rpc.result("eth_blockNumber"))
            if head >= wanted or now() > deadline:
                return head
            await asyncio.sleep(_POLL)

    async def _below(self, newest: Header, head: int, rpc: RawRpc) -> Exception:
        if await rpc.result("eth_syncing") is not False:
            zh = f"节点正在同步,高度 {head},低于已有证明的 {newest.number}"
            return Behind(zh, f"the engine is catching up: height {head}, below {newest.number}, which is proven here")
        now = self._checked.header(await rpc.block("latest", whole=False) or {})
        return self._report(HEAD_BELOW, newest, now, head=head)

    def _two_headers(self, known: Header, other: Header, *, head: int) -> Exception:
        return self._report(TWO_HEADERS, known, other, head=head)

    def _report(self, kind: str, known: Header, now: Header, *, head: int) -> Exception:
        incident = Incident(
            kind=kind,
            found=int(self._clock()),
            chain_id=self._chain_id,
            height=known.number,
            proven="0x" + known.encode().hex(),
            now="0x" + now.encode().hex(),
            head=head,
        )
        return self._incidents.report(incident)
