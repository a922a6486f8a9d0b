"""Making a backup: the parts in their order, then every file read back and held against its digest.

It is made in a hidden folder beside its place and gets its name at the end; a crash leaves the hidden one, which the
next backup of the same name removes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.backup.copying import copy_file, digest_from_disk, files_below, sync_all
from node.backup.manifest import MANIFEST, SUMMARY, Summary, manifest_bytes
from node.backup.snapshot import DATABASES, head_of
from node.errors import Doubtful, Words
from node.home import Home
from node.version import VERSION
from storage.durable import write_durably
from storage.journal import Journal
from storage.objects import StoredObjects
from storage.purges import BEGUN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PURPOSE = "backup"
"""By this word the folder is known that a killed backup leaves."""
_FILES = ("home.json", "anchor.json", "zhicang.toml", "demo-passphrase")
_FOLDERS = ("keystores", "proofs", "incidents", "purges", "repairs")
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A finished backup, and the objects that do not agree with their own inventories."""

    summary: Summary
    damaged: tuple[str, ...]


def make_backup(
    home: Home, folder: Path, *, clock: Callable[[], float], step: Callable[[], None] = lambda: None
) -> Made:
    """Add everything else to a folder that holds the copied databases; raise Doubtful when it does not read back."""
    digests = {name: digest_from_disk(folder / name) for name in DATABASES if (folder / name).exists()}

    def copy(path: Path) -> bytes:
        name = str(path.relative_to(home.path))
        digests[name] = copy_file(path, folder / name)
        return digests[name]

    for name in _FILES:
        if (home.path / name).exists():
            copy(home.path / name)
    for name in _FOLDERS:
        for path in files_below(home.path / name):
            copy(path)
    copied = Home(folder)
    objects = StoredObjects(home.storage)
    damaged: list[str] = []
    count = 0
    for path in _root_files(home):
        copy(path)
    for object_id, is_resource in _objects(copied, objects):
        count += is_resource
        if not _copy_object(objects.object_path(object_id), copy):
            damaged.append(object_id)
        step()
    sync_all(folder)
    size = _read_back(folder, digests)
    manifest = manifest_bytes(digests)
    identity = copied.identity()
    summary = Summary(
        software=VERSION, made=int(clock()), institution=identity.code, chain=identity.chain,
        chain_id=identity.chain_id, genesis_hash=identity.genesis_hash, head=head_of(copied), resources=count,
        files=len(digests), size=size, manifest=hashlib.sha256(manifest).hexdigest(),
    )  # fmt: skip
    _forget_traces(folder)
    write_durably(folder / MANIFEST, manifest)
    write_durably(folder / SUMMARY, summary.to_bytes())
    return Made(summary=summary, damaged=tuple(damaged))


def _objects(copied: Home, objects: StoredObjects) -> Iterator[tuple[str, bool]]:
    """Give the objects that the copied journal calls stored, each with whether it is a resource.

    Of one that was purged that is its tombstone; while the purge is only begun, its payload too if it is still there.
    """
    journal = Journal.open(copied.journal, read_only=True)
    try:
        for row in journal.resources.all():
            purge = journal.purges.get(row.number)
            if purge is not None:
                yield purge.tombstone, True
                if purge.stage == BEGUN and objects.has(row.number):
                    yield row.number, False
            elif row.stage != "numbered":
                yield row.number, True
        for batch in journal.units.batches():
            if batch.stage != "numbered":
                yield batch.object_id, False
    finally:
        journal.close()


def _root_files(home: Home) -> Iterator[Path]:
    """Give what belongs to the storage root itself: its declaration, layout and extensions."""
    for path in sorted(home.storage.iterdir()):
        if path.is_file():
            yield path
    yield from files_below(home.storage / "extensions")


def _copy_object(folder: Path, copy: Callable[[Path], bytes]) -> bool:
    """Copy an object, anew if it changes meanwhile; tell whether the copy agrees with its own inventory."""
    for _ in range(_TRIES):
        found = {str(path.relative_to(folder)): copy(path) for path in files_below(folder)}
        if _agrees(folder, found):
            return True
    return False


def _agrees(folder: Path, digests: dict[str, bytes]) -> bool:
    try:
        sidecar = (folder / "inventory.json.sha256").read_text().split()[0]
        manifest = json.loads((folder / "inventory.json").read_bytes())["manifest"]
    except (OSError, ValueError, KeyError, IndexError):
        return False
    if digests.get("inventory.json", b"").hex() != sidecar:
        return False
    wanted = [(path, digest) for digest, paths in manifest.items() for path in paths]
    return all(digests.get(path, b"").hex() == digest for path, digest in wanted)


def _read_back(folder: Path, digests: dict[str, bytes]) -> int:
    size = 0
    for name, digest in digests.items():
        path = folder / name
        if digest_from_disk(path) != digest:
            mend = Words("换一个磁盘再备份", "make the backup on another disk")
            zh, en = "写出后读回不同", "it reads back otherwise than it was written"
            raise Doubtful(zh, en, mend=mend, file=str(path))
        size += path.stat().st_size
    return size


def _forget_traces(folder: Path) -> None:
    """Remove what SQLite leaves beside databases that were only looked at."""
    for name in DATABASES:
        for ending in ("-wal", "-shm"):
            (folder / (name + ending)).unlink(missing_ok=True)
