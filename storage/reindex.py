"""Making the block index anew from the storage root alone.

The new index is built beside the old one, which serves until the new one is whole. The old file goes before its log,
and its log before the new file comes: a crash in between leaves no index at all, which `open` says, never a new file
under an old log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from storage.audit import check_object
from storage.block_rows import BlockRows
from storage.durable import sync_folder
from storage.errors import told_of
from storage.ocfl import payload_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.faults import Fault
    from storage.objects import StoredObjects


class Reindexed(NamedTuple):
    """How many objects were indexed, and how many different blocks they have."""

    objects: int
    blocks: int


def _pass_over(fault: Fault) -> None:
    """Leave the telling to the audit."""


def reindex(path: Path, *, root: StoredObjects, tell: Callable[[Fault], None] = _pass_over) -> Reindexed:
    """Rebuild the index at ``path`` from every object of ``root``, durable when this returns.

    Files that do not match their inventory are left out, so that no row names bytes that were never stored; ``tell``
    gets what was wrong. Raise DiskFull or StorageError; the old index stays then.
    """
    new = path.with_name(path.name + ".new")
    _remove(new)
    try:
        counted = _build(new, root, tell)
        with told_of(str(path)):
            _remove(path)
            new.replace(path)
            sync_folder(path.parent)
    except BaseException:
        _remove(new)
        raise
    return counted


def _build(new: Path, root: StoredObjects, tell: Callable[[Fault], None]) -> Reindexed:
    rows = BlockRows.found(new)
    objects = 0
    try:
        with rows.transaction():
            for object_id in root.objects():
                checked = check_object(root, object_id)
                for fault in checked.faults:
                    tell(fault)
                for version, files in checked.good_files.items():
                    name = payload_id(object_id, version)
                    if (payload := checked.payloads.get(version)) is not None:
                        rows.add(name, payload)
                    else:
                        rows.add_files(name, files)
                checked.close()
                objects += 1
        return Reindexed(objects, rows.count())
    finally:
        rows.close()  # the last connection empties the log and removes it


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
