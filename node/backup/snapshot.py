"""The first part of a backup: the databases of a home, copied while no act is under way, and their head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.backup.copying import copy_database
from node.backup.manifest import Head
from node.home import EMBEDDED

if TYPE_CHECKING:
    from pathlib import Path

    from node.home import Home

DATABASES = ("journal.db", "chain.db", "blocks.db")


def copy_databases(home: Home, folder: Path) -> None:
    """Copy journal, chain and block index; the caller sees to it that no act is under way."""
    for name in DATABASES:
        if (home.path / name).exists():
            copy_database(home.path / name, folder / name)


def head_of(home: Home) -> Head:
    """Give the highest header of a home's embedded chain, or the highest that it has proof of on its network."""
    from node.attachment import Proven
    from node.chain.embedded import database
    from node.chain.embedded.store import Store

    identity = home.identity()
    if identity.chain == EMBEDDED:
        store = Store(database.open_snapshot(home.chain))
        try:
            head = store.head()
        finally:
            store.close()
        return Head(height=head.height, block_hash=head.block_hash.hex())
    newest = Proven(home).newest()
    if newest is None:
        return Head(height=0, block_hash=identity.genesis_hash)
    return Head(height=newest.number, block_hash=newest.block_hash.hex())
