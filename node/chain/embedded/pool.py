"""The transactions that wait for a header, in order of arrival, and the next nonce of each sender.

It lives on the event loop alone and is gone with the process: a sender's journal, not the pool, remembers what to send
again. A nonce that leaves a gap is refused, not kept, because the pool could not promise to keep it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.chain.embedded.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from node.receipts.transaction import Transaction

MOST_BYTES = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A transaction with its recovered sender, its hash and its raw bytes."""

    transaction: Transaction
    sender: bytes
    tx_hash: bytes
    raw: bytes


class Pool:
    """Pending transactions; the caller tells it the confirmed nonce of a sender it has not seen yet."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, Pending] = {}
        self._next_nonce: dict[bytes, int] = {}
        self._size = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def find(self, tx_hash: bytes) -> Pending | None:
        """Find a waiting transaction."""
        return self._waiting.get(tx_hash)

    def next_nonce(self, sender: bytes, confirmed: int) -> int:
        """Give the sender's next nonce, waiting transactions counted."""
        return max(self._next_nonce.get(sender, 0), confirmed)

    def add(self, pending: Pending, confirmed: int) -> None:
        """Take a transaction that has the sender's next nonce; raise RefusedError otherwise."""
        transaction = pending.transaction
        expected = self.next_nonce(pending.sender, confirmed)
        if transaction.nonce < expected:
            raise RefusedError(f"nonce too low: next nonce {expected}, tx nonce {transaction.nonce}")
        if transaction.nonce > expected:
            gap = f"next nonce {expected}, tx nonce {transaction.nonce}; gaps are not kept"
            raise RefusedError(f"nonce too high: {gap}")
        if self._size + len(pending.raw) > MOST_BYTES:
            raise RefusedError("txpool is full")
        self._waiting[pending.tx_hash] = pending
        self._next_nonce[pending.sender] = expected + 1
        self._size += len(pending.raw)

    def waiting(self) -> list[Pending]:
        """Give the waiting transactions in order of arrival, which is nonce order for each sender."""
        return list(self._waiting.values())

    def remove(self, hashes: Iterable[bytes]) -> None:
        """Forget transactions that a header now holds."""
        for tx_hash in hashes:
            self._size -= len(self._waiting.pop(tx_hash).raw)
