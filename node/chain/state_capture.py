"""Capturing what a storage slot of the registry holds under a recent header, as a proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.chain.raw import as_quantity
from node.errors import BadInput, Unavailable
from node.receipts.record import RegisteredRecord
from node.receipts.record_state import slot_of
from node.receipts.state_proof import StateProof, capture_state

if TYPE_CHECKING:
    from node.chain.raw import RawRpc
    from node.receipts.founding import Founding
    from node.receipts.receipt import Receipt


async def capture_slot(rpc: RawRpc, founding: Founding, slot: int, *, height: int | None = None) -> StateProof:
    """Give the proof of a slot under the header of a height, or of the head; whose seals they are is not looked at.

    Raises:
        Unavailable: the engine has no such header or does not make proofs of it (some forget, some never do).
        MismatchedChain: its answers do not come to the header's state root.
    """
    at = as_quantity(await rpc.result("eth_blockNumber")) if height is None else height
    block = await rpc.block(hex(at), whole=False)
    if block is None:
        raise Unavailable(f"链上没有高度 {at} 的区块头", f"the chain has no header at height {at}")
    registry = "0x" + founding.registry.hex()
    proof = await rpc.result("eth_getProof", registry, [f"0x{slot:064x}"], hex(at))
    if not isinstance(proof, dict):
        raise Unavailable("节点不给状态证明", "the engine gives no state proof")
    return capture_state(
        block, proof, registry=founding.registry, code_hash=founding.registry_code_hash, slot=slot
    )


async def capture_record(rpc: RawRpc, founding: Founding, receipt: Receipt) -> StateProof:
    """Give the proof of how the record of a resource's receipt stands as of the head; raise as `capture_slot` does."""
    if not isinstance(receipt.record, RegisteredRecord):
        zh, en = "批次没有可证明的状态", "a batch has no state to be proven"
        raise BadInput(zh, en, field="status")
    return await capture_slot(rpc, founding, slot_of(receipt.record.number))
