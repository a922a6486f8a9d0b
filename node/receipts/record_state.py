"""The state of a record as the registry's storage holds it: in which slot, and how it is packed there.

Source: Solidity's storage layout, as the artefact states it; a test holds these figures against it. The code hash in
the account fixes the layout, so a state proof cannot be read by another one.
"""

from __future__ import annotations

from contracts.records import RecordState
from node.receipts.keccak import keccak

RECORDS_SLOT = 8
"""Slot of the mapping from numbers to states."""
_FIELDS = (("status", 8), ("frozen", 8), ("kind", 8), ("version", 32), ("height", 64), ("time", 64))
"""Names and bits, from the lowest on."""
_WORD = 32


def slot_of(number: str) -> int:
    """Give the slot of a registration number's state."""
    key = number.encode().ljust(_WORD, b"\0")
    return int.from_bytes(keccak(key + RECORDS_SLOT.to_bytes(_WORD, "big")), "big")


def read_state(word: int) -> RecordState:
    """Read what that slot holds."""
    values: dict[str, int] = {}
    for name, bits in _FIELDS:
        values[name] = word & ((1 << bits) - 1)
        word >>= bits
    frozen = bool(values.pop("frozen"))
    return RecordState(frozen=frozen, **values)
