"""Copying files: hashed on the way, made durable together, and read back from the disk."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from typing import TYPE_CHECKING

from node.backup.room import NO_ROOM
from node.errors import Unavailable
from storage.durable import sync_file_system

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PIECE = 1 << 20


def copy_file(source: Path, target: Path) -> bytes:
    """Copy a file with its permissions, not yet durable; give its SHA-256. Folders above it are made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with source.open("rb") as stream:
        mode = os.fstat(stream.fileno()).st_mode & 0o777
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as out:
            while piece := stream.read(PIECE):
                digest.update(piece)
                out.write(piece)
    return digest.digest()


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database in one state, beside its writer if there is one (SQLite's online backup)."""
    whole = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
    copy = sqlite3.connect(target)
    try:
        whole.backup(copy)
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF in NO_ROOM:
            raise  # of the copy, not of its source: whoever makes it says so
        zh, en = f"数据库复制失败:{error}", f"a database cannot be copied: {error}"
        raise Unavailable(zh, en, file=str(source)) from error
    finally:
        copy.close()
        whole.close()
    for ending in ("-wal", "-shm"):
        target.with_name(target.name + ending).unlink(missing_ok=True)


def sync_all(folder: Path) -> None:
    """Make everything that was written to the folder's file system durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        sync_file_system(descriptor)
    finally:
        os.close(descriptor)


def digest_from_disk(path: Path) -> bytes:
    """Give a file's SHA-256, read from the disk rather than from what the system remembers of writing it."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while piece := stream.read(PIECE):
            digest.update(piece)
    return digest.digest()


def files_below(folder: Path) -> Iterator[Path]:
    """Give every regular file below a folder; links are none of ours."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path
