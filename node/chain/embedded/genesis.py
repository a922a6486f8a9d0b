"""The first header of an embedded chain: a QBFT genesis with one validator and nothing in its state."""

from __future__ import annotations

from node.receipts.header import Extra, Header

BLANK_ROOT = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
"""The root of an empty trie: keccak-256 of the RLP of the empty string."""
GAS_LIMIT = 100_000_000
"""Gas of one header; it never changes. Registering takes 4 s for it; a loop that somebody with a key sends, 22 s."""


def genesis_header(*, validator: bytes, timestamp: int) -> Header:
    """Make height 0; `validator` is a 20-byte address, `timestamp` in UTC seconds.

    The chain id is no part of a QBFT genesis header, as on every Ethereum chain: the signatures of the transactions
    carry it (EIP-155).
    """
    return Header(
        parent_hash=bytes(32),
        miner=bytes(20),
        state_root=BLANK_ROOT,
        transactions_root=BLANK_ROOT,
        receipts_root=BLANK_ROOT,
        logs_bloom=bytes(256),
        number=0,
        gas_limit=GAS_LIMIT,
        gas_used=0,
        timestamp=timestamp,
        extra_data=Extra(validators=(validator,)).encode(),
    )
