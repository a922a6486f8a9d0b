"""What an endpoint must show before it is asked anything: its chain, its genesis, a head that is sealed and fresh."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.chain.errors import Ahead, Behind, Forged, NotJsonRpc, OtherChain
from node.errors import Doubtful
from node.receipts.errors import AnchorTooOld
from node.receipts.header import Extra

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from node.chain.checked import Checked
    from node.receipts.header import Header

STALE = 600.0
"""Seconds that a head may lie behind the wall clock: QBFT seals empty headers, so a living network's is never old."""
EMBEDDED_CLIENT = "zhicang/"
"""How an embedded chain's `web3_clientVersion` begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """The chain that is meant.

    Args:
        chain_id: EIP-155 chain id.
        genesis_hash: 32 bytes.
        checked: decodes a header and checks its seals.
        clock: the wall clock, UTC seconds.
        stale: seconds that the head's time may lie behind the clock.
    """

    chain_id: int
    genesis_hash: bytes
    checked: Checked
    clock: Callable[[], float] = time.time
    stale: float = STALE

    async def meet(self, ask: Callable[..., Awaitable[Any]], *, name: str, first: bool) -> None:
        """Look at an endpoint; raise OtherChain, Behind, Ahead or Forged. Its genesis is looked at first alone."""
        said = await ask("eth_chainId")
        if said != hex(self.chain_id):
            zh = f"区块链接口 {name}:链号是 {said},应为 {hex(self.chain_id)}"
            raise OtherChain(zh, f"chain endpoint {name}: chain id {said} instead of {hex(self.chain_id)}")
        if first:
            genesis = await self._block(ask, "0x0", name)
            said = genesis.get("hash")
            if said != "0x" + self.genesis_hash.hex():
                zh = f"区块链接口 {name}:创世区块是 {said},应为 0x{self.genesis_hash.hex()}"
                en = f"chain endpoint {name}: genesis {said} instead of 0x{self.genesis_hash.hex()}"
                raise OtherChain(zh, en)
        said = await self._block(ask, "latest", name)
        try:
            head = await self._head(said)
        except Doubtful as error:
            zh = f"区块链接口 {name}:最新区块头不可信:{error.words.zh}"
            raise Forged(zh, f"chain endpoint {name}: its head cannot be trusted: {error.words.en}") from error
        except AnchorTooOld as error:
            zh, en = f"区块链接口 {name}:{error.words.zh}", f"chain endpoint {name}: {error.words.en}"
            raise Ahead(zh, en, mend=error.mend) from error
        age = self.clock() - head.timestamp
        if head.number > 0 and age > self.stale and not await self._may_rest(ask, head):
            zh = f"区块链接口 {name}:最新区块头(高度 {head.number})已是 {age:.0f} 秒前的,节点落后或全网停顿"
            en = f"chain endpoint {name}: its head (height {head.number}) is {age:.0f} s old: it lags, or all halts"
            raise Behind(zh, en)

    @staticmethod
    async def _may_rest(ask: Callable[..., Awaitable[Any]], head: Header) -> bool:
        """Tell whether an old head is as it should be: an embedded chain makes no header while nobody sends anything.

        That it is one is the engine's word, which is asked for where one validator alone seals. Who says so falsely
        delays what is sent there, and that shows: it does not become final.
        """
        if len(Extra.decode(head.extra_data).validators) > 1:
            return False
        return str(await ask("web3_clientVersion")).startswith(EMBEDDED_CLIENT)

    async def _head(self, said: dict[str, Any]) -> Header:
        try:
            return self.checked.header(said)
        except AnchorTooOld:
            if not await self.checked.renew():
                raise
            return self.checked.header(said)

    @staticmethod
    async def _block(ask: Callable[..., Awaitable[Any]], tag: str, name: str) -> dict[str, Any]:
        block = await ask("eth_getBlockByNumber", tag, False)
        if not isinstance(block, dict):
            zh, en = f"区块链接口 {name}:不给区块头 {tag}", f"chain endpoint {name}: gives no header {tag}"
            raise NotJsonRpc(zh, en)
        return block
