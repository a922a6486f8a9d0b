"""What an engine's pool says to a transaction that it is offered, in the words of the engines that are known.

JSON-RPC gives one code (-32000) to all of it, so the message decides. Words: GoQuorum and geth, Besu, anvil, and the
embedded chain, which borrows geth's.
"""

from __future__ import annotations

from enum import Enum
from typing import Any


class PoolAnswer(Enum):
    """What becomes of the transaction."""

    TAKEN = "it waits in the pool now"
    KNOWN = "it waited there already, or a header holds it"
    LATER = "not now: the pool is full, a nonce below is missing, or another transaction waits with this one"
    SPENT = "its nonce is consumed: by itself, or by another transaction"
    REFUSED = "it will never be taken as it is"


_WORDS = (
    (PoolAnswer.KNOWN, ("already known", "already exists", "known transaction", "already imported")),
    (PoolAnswer.SPENT, ("nonce too low", "nonce_too_low", "nonce below", "old nonce")),
    (
        PoolAnswer.LATER,
        (
            "pool is full", "pool full", "pool limit", "nonce too high", "too distant", "nonce_too_far",
            "replacement transaction underpriced", "replacement_underpriced", "gapped", "in-flight",
        ),
    ),
)  # fmt: skip


def pool_answer(error: Any) -> PoolAnswer:
    """Read the error object of ``eth_sendRawTransaction``; None is a transaction that was taken."""
    if error is None:
        return PoolAnswer.TAKEN
    message = str(error.get("message", error) if isinstance(error, dict) else error).lower()
    for answer, words in _WORDS:
        if any(word in message for word in words):
            return answer
    return PoolAnswer.REFUSED
