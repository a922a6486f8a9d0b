"""The first header of an embedded chain: a QBFT genesis with one validator and nothing in its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.receipts.first_header import first_header

if TYPE_CHECKING:
    from node.receipts.header import Header

GAS_LIMIT = 100_000_000
"""Gas of one header; it never changes. Registering takes 4 s for it; a loop that somebody with a key sends, 22 s."""


def genesis_header(*, validator: bytes, timestamp: int) -> Header:
    """Make height 0; `validator` is a 20-byte address, `timestamp` in UTC seconds."""
    return first_header(validators=(validator,), gas_limit=GAS_LIMIT, timestamp=timestamp)
