"""The first header of every QBFT chain that this software founds: its validators, and nothing in its state."""

from __future__ import annotations

from node.receipts.header import Extra, Header

BLANK_ROOT = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
"""The root of an empty trie: keccak-256 of the RLP of the empty string. Nobody owns anything in the beginning."""


def first_header(*, validators: tuple[bytes, ...], gas_limit: int, timestamp: int) -> Header:
    """Make height 0; `validators` are 20-byte addresses, ascending, `timestamp` is in UTC seconds.

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
        gas_limit=gas_limit,
        gas_used=0,
        timestamp=timestamp,
        extra_data=Extra(validators=validators).encode(),
    )
