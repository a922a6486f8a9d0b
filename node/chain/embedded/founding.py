"""Founding an embedded chain: one file with its tables, what it is, and its genesis header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.chain.embedded import database
from node.chain.embedded.genesis import genesis_header
from node.chain.embedded.store import block_size
from storage.durable import sync_folder

if TYPE_CHECKING:
    from pathlib import Path


def found_chain(path: Path, *, chain_id: int, validator: bytes, founder: bytes, timestamp: int) -> bytes:
    """Make the database of a new chain, durable when this returns, and give its genesis hash.

    A crash leaves no file, an empty one, or a whole one; the caller makes the home's folder whole or not at all.
    """
    header = genesis_header(validator=validator, timestamp=timestamp)
    block_hash = header.block_hash
    meta = {
        "chain_id": str(chain_id).encode(), "genesis_hash": block_hash, "validator": validator, "founder": founder,
    }  # fmt: skip
    connection = database.create(path, meta)
    try:
        row = (0, block_hash, header.encode(), block_size(header, []))
        connection.execute("INSERT INTO headers VALUES (?, ?, ?, ?)", row)
        connection.execute("COMMIT")
    finally:
        connection.close()
    sync_folder(path.parent)
    return block_hash
