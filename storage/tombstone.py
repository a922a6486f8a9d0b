"""The tombstone: the object that stays in the storage root, under an id of its own, for one whose payload was purged.

OCFL lets no version drop a file that the manifest names (E092), so the whole object goes. The tombstone says what lay
there, who destroyed it, why and under which list; it keeps the manifests, which are digests and names, so that receipts
can be made and members be verified as before.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from storage import ocfl
from storage.errors import told_of

if TYPE_CHECKING:
    from storage.blocks import BlockIndex
    from storage.root import StorageRoot
    from storage.staged import Staged

STATEMENT = "tombstone.json"


def stage_tombstone(root: StorageRoot, object_id: str, statement: bytes, *, staging: Path) -> Staged:
    """Put together the payload of an object's tombstone: the statement, and the manifests that the object had."""
    with told_of(object_id):
        folder = Path(tempfile.mkdtemp(prefix="tombstone-", dir=staging))
        try:
            (folder / STATEMENT).write_bytes(statement)
            for manifest in sorted(root.object_path(object_id).glob("v*/content/manifest-*.txt")):
                version = manifest.parents[1].name
                shutil.copyfile(manifest, folder / ocfl.kept_manifest(version, manifest.name))
            return root.stage(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def place_tombstone(root: StorageRoot, blocks: BlockIndex, staged: Staged, object_id: str, *, metadata: bytes) -> None:
    """Place it, durable when this returns; the same again replaces it."""
    tombstone = ocfl.tombstone_of(object_id)
    root.place(staged, tombstone, metadata=metadata, message="tombstone")
    root.sync()
    blocks.add(staged, tombstone)


def remove_payload(root: StorageRoot, blocks: BlockIndex, object_id: str) -> None:
    """Remove an object whole, with its rows of the index, durable when this returns; one that is gone is fine."""
    folders = root.object_path(object_id).glob("v[0-9]*")
    for version in [int(folder.name[1:]) for folder in folders]:
        blocks.forget(ocfl.payload_id(object_id, version))
    root.remove(object_id)
