"""Transactions that were signed elsewhere: by a reviewer, an auditor or a governor, whose key never enters the node."""

from __future__ import annotations

from dataclasses import dataclass

from node.errors import BadInput
from node.receipts.errors import BadProof
from node.receipts.transaction import Transaction, decode_transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedElsewhere:
    """A signed transaction that travels to the node, and what it is in a person's words."""

    kind: str
    subject: str
    raw: bytes

    def read(self, *, chain_id: int, registry: bytes) -> tuple[Transaction, bytes]:
        """Give the transaction and its sender; raise BadInput unless it is one for this registry on this chain."""
        try:
            transaction = decode_transaction(self.raw)
            sender = transaction.sender()
        except BadProof as error:
            raise BadInput("不是已签名的交易", "no signed transaction") from error
        if (transaction.to, transaction.value, transaction.chain_id) != (registry, 0, chain_id):
            zh, en = "交易不是发给本链登记合约的", "the transaction is not for the registry of this chain"
            raise BadInput(zh, en)
        return transaction, sender
