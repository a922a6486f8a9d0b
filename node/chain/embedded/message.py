"""A message that is called, not sent: no signature, no nonce, no price."""

from __future__ import annotations

from dataclasses import dataclass

MOST_GAS = 30_000_000
"""Gas of one call: twice what one of this node's transactions takes at most; a hostile loop of it runs for 7 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What eth_call and eth_estimateGas run; ``to`` is empty for a creation."""

    sender: bytes = bytes(20)
    to: bytes = b""
    gas: int = MOST_GAS
    value: int = 0
    calldata: bytes = b""
