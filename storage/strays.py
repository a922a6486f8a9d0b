"""What lies in a storage root where no inventory has it: added by hand, or moved there.

It walks the whole root, so it is asked only when something is missing, or for the two upper levels alone.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from storage import ocfl
from storage.errors import MalformedId, StorageError
from storage.source import opened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from storage.objects import StoredObjects

_DIGITS = frozenset("0123456789abcdef")


def out_of_place(objects: StoredObjects) -> Iterator[Path]:
    """Give what lies where an object or the root's own files should: files, folders of other names, moved objects."""
    own = {Path(name).parts[0] for name in ocfl.root_files()}
    for entry in sorted(objects.path.iterdir()):
        if entry.name in own:
            continue
        if len(entry.name) != ocfl.TUPLE or not _DIGITS.issuperset(entry.name) or not entry.is_dir():
            yield entry
            continue
        yield from (below for below in sorted(entry.iterdir()) if not _is_in_place(objects, below))


def find_moved(objects: StoredObjects, wanted: Collection[bytes]) -> dict[bytes, Path]:
    """Look for files of these SHA-256 among those that no inventory names; give where each was found first."""
    found: dict[bytes, Path] = {}
    for path in _unnamed_files(objects):
        try:
            with opened(os.fsencode(path)) as reader, os.fdopen(os.dup(reader), "rb") as file:
                digest = hashlib.file_digest(file, "sha256").digest()
        except (StorageError, OSError):
            continue
        if digest in wanted:
            found.setdefault(digest, path)
    return found


def _unnamed_files(objects: StoredObjects) -> Iterator[Path]:
    for place in out_of_place(objects):
        yield from _files_of(place)
    for object_id in objects.objects():
        path = objects.path / ocfl.tuple_of(object_id) / object_id
        try:
            inventory = objects.inventory(object_id)
        except StorageError:
            continue
        folders = ["", *(f"v{version}/" for version in range(1, inventory.head + 1))]
        named = {ocfl.OBJECT_DECLARATION[0], *inventory.files}
        named |= {folder + name for folder in folders for name in (ocfl.INVENTORY, ocfl.SIDECAR)}
        yield from (file for file in _files_of(path) if str(file.relative_to(path)) not in named)


def _files_of(place: Path) -> Iterator[Path]:
    if not place.is_dir():
        yield place
        return
    for parent, _, names in os.walk(place):
        yield from (Path(parent, name) for name in sorted(names))


def _is_in_place(objects: StoredObjects, path: Path) -> bool:
    try:
        return path.is_dir() and objects.object_path(path.name) == path
    except MalformedId:
        return False
