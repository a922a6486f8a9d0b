"""What was offered to an engine's pool and stands in no header yet; it is offered again, since pools forget.

What an engine says of its pool decides nothing but that. The owner is one engine of one process; a crash forgets all of
it, and the journal, which has every signed attempt, sends it anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eth_hash.auto import keccak

from node.chain.pool_words import PoolAnswer, pool_answer
from node.chain.raw import refused

if TYPE_CHECKING:
    from node.chain.raw import RawRpc


class Offered:
    """Signed transactions by their hashes, in the order of sending."""

    def __init__(self, rpc: RawRpc) -> None:
        self._rpc = rpc
        self._sent: dict[bytes, bytes] = {}

    async def add(self, raw: bytes) -> None:
        """Offer a transaction for the first time; raise Refused where the engine will never take it."""
        self._sent[keccak(raw)] = raw
        await self._offer(raw)

    async def again(self, tx_hashes: tuple[bytes, ...]) -> bytes | None:
        """Offer what was sent, in order, until the pool knows one; give the last of those awaited, if it was sent here.

        A pool that knows the lowest either holds those above it as well, or is asked about them when their turn comes.
        """
        known = False
        for tx_hash, raw in list(self._sent.items()):
            if known and tx_hash not in tx_hashes:
                continue
            answer = await self._offer(raw)
            known = known or answer is PoolAnswer.KNOWN
            if answer is PoolAnswer.SPENT and tx_hash not in tx_hashes:
                self.forget(tx_hash)
        return self._sent.get(tx_hashes[-1])

    def forget(self, *tx_hashes: bytes) -> None:
        """Offer these no more."""
        for tx_hash in tx_hashes:
            self._sent.pop(tx_hash, None)

    async def _offer(self, raw: bytes) -> PoolAnswer:
        response = await self._rpc.response("eth_sendRawTransaction", "0x" + raw.hex())
        answer = pool_answer(response.get("error"))
        if answer is PoolAnswer.REFUSED:
            self.forget(keccak(raw))
            raise refused("eth_sendRawTransaction", response["error"])
        return answer
