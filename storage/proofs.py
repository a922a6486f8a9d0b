"""The proof files: the proof material of each final transaction, kept once, beside the storage root.

Engines drop old state, so what a receipt will need is written here before a transaction is called confirmed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.durable import sync_folder, write_durably

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class ProofFolder:
    """A folder of proof files, ``ab/<tx_hash>.json`` by the first two digits of the hash."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def path_of(self, tx_hash: bytes) -> Path:
        """Give the path of a transaction's proof file."""
        name = tx_hash.hex()
        return self._path / name[:2] / f"{name}.json"

    def put(self, tx_hash: bytes, data: bytes) -> None:
        """Write a proof file, durable when this returns; the same transaction again replaces it."""
        path = self.path_of(tx_hash)
        if not path.parent.exists():
            path.parent.mkdir(parents=True)
            sync_folder(self._path)  # the new folder's own name must be as durable as what lies in it
        write_durably(path, data)

    def get(self, tx_hash: bytes) -> bytes:
        """Read a proof file; raise FileNotFoundError when it is not there."""
        return self.path_of(tx_hash).read_bytes()

    def tx_hashes(self) -> Iterator[bytes]:
        """Give the transactions that have a proof file."""
        for path in sorted(self._path.glob("??/*.json")):
            yield bytes.fromhex(path.stem)
