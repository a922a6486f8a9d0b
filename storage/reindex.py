"""Making the block index anew from the storage root alone.

The new index is built beside the old one, which serves until the new one is whole. The old file goes before its log,
and its log before the new file comes: a crash in between leaves no index at all, which `open` says, never a new file
under an old log.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from storage import ocfl
from storage.block_rows import BlockRows
from storage.durable import sync_folder
from storage.errors import StorageError, told_of
from storage.rereading import reread

if TYPE_CHECKING:
    from pathlib import Path

    from storage.objects import StoredObjects


class Reindexed(NamedTuple):
    """How many objects were indexed, and how many different blocks they have."""

    objects: int
    blocks: int


def reindex(path: Path, *, root: StoredObjects) -> Reindexed:
    """Rebuild the index at ``path`` from every object of ``root``, durable when this returns.

    Files that do not match their inventory are indexed as they should be only by a fixity check; here they are left
    out, so that no row points to bytes that were never registered. Raise DiskFull or StorageError; the old index stays.
    """
    new = path.with_name(path.name + ".new")
    _remove(new)
    try:
        rows = BlockRows.found(new)
        try:
            objects = 0
            with rows.transaction():
                for object_id in root.objects():
                    objects += _add(rows, root, object_id)
            counted = Reindexed(objects, rows.count())
        finally:
            rows.close()  # the last connection empties the log and removes it
        with told_of(str(path)):
            _remove(path)
            new.replace(path)
            sync_folder(path.parent)
    except BaseException:
        _remove(new)
        raise
    return counted
