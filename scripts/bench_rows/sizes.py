"""The bytes of a home, by what they are for."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = {"proof material": "proofs", "index for finding": "unit-index"}
DATABASES = {"journal": "journal.db", "chain": "chain.db", "block index": "blocks.db"}
ROOT_FILES = {
    "payload and unit lists": "content/payload/", "metadata": "content/metadata.json", "manifests": "content/manifest-",
    "OCFL inventories": "inventory.json", "OCFL marks": "0=ocfl",
}  # fmt: skip

WORDS = {
    "journal: act": "journal: calls that were intended", "journal: attempt": "journal: signed transactions",
    "journal: matter": "journal: what each record waits for", "journal: resource": "journal: numbers, keys of re-runs",
    "journal: version": "journal: versions with metadata", "journal: unit": "journal: identifiers, digests, places",
    "journal: unit_count": "journal: units of each resource", "chain: logs": "chain: events, found by five columns",
    "chain: nodes": "chain: state", "chain: tx_receipts": "chain: transaction receipts",
    "block index: leaf": "block index: places of blocks", "block index: node": "block index: folders as blocks",
    "block index: object": "block index: objects", "block index: file": "block index: files",
}  # fmt: skip
"""What tables hold, where their name does not say it."""
_LEAST = 0.5


def sizes_of(home: Path) -> dict[str, int]:
    """Give the bytes of each part of a home that no process has open."""
    found = {name: sum(_files(home / folder).values()) for name, folder in FOLDERS.items()}
    for name, file in DATABASES.items():
        found |= {f"{name}: {table}": size for table, size in _tables(home / file).items()}
    stored = _files(home / "storage")
    for name, part in ROOT_FILES.items():
        found[name] = sum(size for path, size in stored.items() if part in path)
    return found


def each_of(after: dict[str, int], before: dict[str, int], count: int) -> dict[str, float]:
    """Give what one of so many things added to each part, the largest first; what is very little is put together."""
    grown = {WORDS.get(name, name): (size - before.get(name, 0)) / count for name, size in after.items()}
    shown = {name: round(size, 1) for name, size in grown.items() if size >= _LEAST}
    rest = round(sum(size for size in grown.values() if size < _LEAST), 1)
    shown = dict(sorted(shown.items(), key=lambda part: -part[1]))
    return shown | ({"the rest": rest} if rest else {}) | {"in all": round(sum(grown.values()), 1)}


def _tables(database: Path) -> dict[str, int]:
    """Give the bytes of each table with its indexes."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        owners = dict(connection.execute("SELECT name, tbl_name FROM sqlite_master"))
        found: dict[str, int] = {}
        for name, size in connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"):
            table = owners.get(name, "schema")
            found[table] = found.get(table, 0) + size
        return found
    finally:
        connection.close()


def _files(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
