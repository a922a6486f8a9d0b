"""A message that is called, not sent: no signature, no nonce, no price."""

from __future__ import annotations

from dataclasses import dataclass

MOST_GAS = 30_000_000
"""Gas of one call: twice what one transaction of this node takes at most; a hostile loop of it runs for six seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What eth_call and eth_estimateGas run; ``to`` is empty for a creation."""

    sender: bytes = bytes(20)
    to: bytes = b""
    gas: int = MOST_GAS
    value: int = 0
    calldata: bytes = b""
