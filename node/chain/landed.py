"""A transaction that a final header holds, with its proof: what the node believes of a chain, it believes by this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.errors import Doubtful, Unavailable

if TYPE_CHECKING:
    from node.receipts.material import ProofMaterial


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """Its place, its outcome and its logs, all read from the proof material."""

    tx_hash: bytes
    height: int
    time: int
    index: int
    succeeded: bool
    logs: tuple[tuple[bytes, tuple[bytes, ...], bytes], ...]
    """Each log as (address, topics, data), in the order of the transaction receipt."""
    material: ProofMaterial

    @classmethod
    def of(cls, tx_hash: bytes, material: ProofMaterial) -> Landed:
        """Read a transaction's fate from its proof; raise Doubtful when it is another transaction's."""
        if material.transaction().tx_hash != tx_hash:
            name = f"0x{tx_hash.hex()}"
            raise Doubtful(f"所指位置上不是交易 {name}", f"transaction {name} is not where it is said to be")
        header, tx_receipt = material.decode_header(), material.tx_receipt()
        return cls(
            tx_hash=tx_hash,
            height=header.number,
            time=header.timestamp,
            index=material.index,
            succeeded=tx_receipt.succeeded,
            logs=tuple((log.address, log.topics, log.data) for log in tx_receipt.logs),
            material=material,
        )


class NonceConsumed(Unavailable):
    """A transaction cannot land any more: the one in `by`, proven, took its nonce. Its owner signs anew."""

    code = "nonce-consumed"

    def __init__(self, by: Landed) -> None:
        tx_hash = by.tx_hash.hex()
        super().__init__(f"交易序号已被交易 {tx_hash} 用去", f"the nonce was consumed by transaction {tx_hash}")
        self.by = by
