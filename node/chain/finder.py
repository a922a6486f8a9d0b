"""Finding a transaction in a header: what the engine says of it is believed with its proof alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.chain.landed import Landed
from node.errors import Doubtful
from node.receipts.json_rpc import quantity

if TYPE_CHECKING:
    from node.chain.checked import Checked
    from node.chain.finality import Finality
    from node.chain.raw import RawRpc
    from node.receipts.material import CapturedBlock


class Finder:
    """Finds transactions and checks them."""

    def __init__(self, rpc: RawRpc, *, checked: Checked, finality: Finality | None) -> None:
        self._rpc = rpc
        self._checked = checked
        self._finality = finality
        self._whole: tuple[str, CapturedBlock] | None = None
        """The last header whose content was checked, by its hash as said: acts that follow each other share headers."""

    async def find(self, tx_hash: bytes) -> Landed | None:
        """Give a final transaction with its proof, None while no header has it.

        Raises:
            Doubtful: what the engine says does not hold.
            AnchorTooOld: validators sealed it that the anchor does not know yet.
            BrokenFinality: it holds, and contradicts what was proven before.
        """
        said = await self._rpc.result("eth_getTransactionReceipt", "0x" + tx_hash.hex())
        if said is None:
            return None
        if not isinstance(said, dict):
            raise Doubtful("交易回执不是对象", "a tx_receipt that is no object")
        whole = await self._whole_header(str(said.get("blockHash")), quantity(said, "blockNumber"))
        if whole is None:
            return None  # an engine may know a receipt just before its header is counted
        material = whole.material(quantity(said, "transactionIndex"))
        landed = Landed.of(tx_hash, material)
        if self._finality is not None:
            await self._finality.hold(material.decode_header(), self._rpc)
        return landed

    async def _whole_header(self, name: str, height: int) -> CapturedBlock | None:
        if self._whole is not None and self._whole[0] == name:
            return self._whole[1]
        block = await self._rpc.block(hex(height), whole=True)
        if block is None or (receipts := await self._rpc.tx_receipts(block)) is None:
            return None
        whole = self._checked.whole(block, receipts)
        self._whole = (str(block.get("hash")), whole)
        return whole
