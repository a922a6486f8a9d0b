"""Who and what may wait for a header: the checks that a raw transaction passes before the pool sees it.

They are complete: what passes here can always be executed, so no transaction can make a header fail.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from node.chain.embedded.errors import RefusedError
from node.chain.embedded.pool import Pending
from node.chain.embedded.state import State
from node.receipts.errors import BadProof
from node.receipts.keccak import keccak
from node.receipts.transaction import LEGACY, decode_transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.chain.embedded.store import Store
    from node.receipts.transaction import Transaction

MOST_BYTES = 64 * 1024
"""Length of a raw transaction, as QBFT networks set it by default."""
_HIGHEST_NONCE = (1 << 64) - 2
_BASE_GAS, _CREATION_GAS, _ZERO_BYTE_GAS, _BYTE_GAS = 21_000, 32_000, 4, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The checks of one chain; ``admits`` says whether the registry knows a sender.

    The founder is always admitted: before it has deployed the registry there is none to ask.
    """

    store: Store
    chain_id: int
    founder: bytes
    admits: Callable[[bytes], bool]
    answers: dict[tuple[bytes, bytes], bool] = field(default_factory=dict)
    """What ``admits`` said, by head and sender: a state does not change, so it is asked once for each."""

    def check(self, raw: bytes) -> tuple[Pending, int]:
        """Give a transaction with its sender, and the sender's nonce in the head's state; raise RefusedError."""
        if len(raw) > MOST_BYTES:
            raise RefusedError(f"oversized data: transaction size {len(raw)}, limit {MOST_BYTES}")
        try:
            transaction = decode_transaction(raw)
            sender = transaction.sender()
        except BadProof as error:
            raise RefusedError(str(error)) from error
        tx_hash = keccak(raw)
        with self.store.snapshot():
            stored = self.store.head()
            head = stored.header
            self._check_fields(transaction, head.gas_limit)
            if self.store.transaction(tx_hash) is not None:
                raise RefusedError("already known")
            account = State(self.store.node, head.state_root).account(sender)
            if account.balance < transaction.value:
                raise RefusedError("insufficient funds for gas * price + value")
        if not self._is_admitted(sender, stored.block_hash):
            raise RefusedError(f"sender 0x{sender.hex()} is not known to the registry")
        return Pending(transaction=transaction, sender=sender, tx_hash=tx_hash, raw=raw), account.nonce

    def _is_admitted(self, sender: bytes, head_hash: bytes) -> bool:
        if sender == self.founder:
            return True
        if (head_hash, sender) not in self.answers:
            answer = self.admits(sender)
            for old in [key for key in self.answers if key[0] != head_hash]:
                del self.answers[old]
            self.answers[head_hash, sender] = answer
        return self.answers[head_hash, sender]

    def _check_fields(self, transaction: Transaction, gas_limit: int) -> None:
        if transaction.kind != LEGACY:
            raise RefusedError(f"transaction type not supported: {transaction.kind}, this chain takes legacy ones")
        if transaction.chain_id != self.chain_id:
            raise RefusedError(f"invalid chain id: have {transaction.chain_id}, want {self.chain_id}")
        if transaction.gas_price != 0:
            raise RefusedError("gas price must be 0 on this chain")
        if transaction.nonce > _HIGHEST_NONCE:
            raise RefusedError("nonce has max value")
        if transaction.gas > gas_limit:
            raise RefusedError(f"exceeds block gas limit: {transaction.gas}, limit {gas_limit}")
        if transaction.gas < (needed := intrinsic_gas(transaction)):
            raise RefusedError(f"intrinsic gas too low: have {transaction.gas}, want {needed}")


def intrinsic_gas(transaction: Transaction) -> int:
    """Give what a transaction costs before its first instruction (Berlin: EIP-2028 prices)."""
    zeros = transaction.calldata.count(0)
    creation = 0 if transaction.to else _CREATION_GAS
    return _BASE_GAS + creation + zeros * _ZERO_BYTE_GAS + (len(transaction.calldata) - zeros) * _BYTE_GAS
