"""The file of the block index: its tables, format 1, and how it is opened."""

from __future__ import annotations

import errno
import sqlite3
from typing import TYPE_CHECKING

from storage.errors import RootMissing, StorageError, Words, from_os

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
SCHEMA = f"""
PRAGMA user_version = {FORMAT};
CREATE TABLE object (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE file (no INTEGER PRIMARY KEY, object INTEGER NOT NULL REFERENCES object (no), path TEXT NOT NULL);
CREATE INDEX file_object ON file (object);
-- a raw leaf and one of its places: bytes offset .. offset + length of a payload file
CREATE TABLE leaf (
    digest BLOB NOT NULL, file INTEGER NOT NULL REFERENCES file (no), offset INTEGER NOT NULL, length INTEGER NOT NULL,
    PRIMARY KEY (digest, file, offset)
) WITHOUT ROWID;
CREATE INDEX leaf_file ON leaf (file, offset);
-- a dag-pb node, inline, once for each object that it belongs to
CREATE TABLE node (
    digest BLOB NOT NULL, object INTEGER NOT NULL REFERENCES object (no), data BLOB NOT NULL,
    PRIMARY KEY (digest, object)
) WITHOUT ROWID;
CREATE INDEX node_object ON node (object);
"""  # fmt: skip


def connect(path: Path, *, read_only: bool, known_format: int = FORMAT) -> sqlite3.Connection:
    """Connect to an index file of this format; raise RootMissing or StorageError."""
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
    try:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10)
    except sqlite3.OperationalError as error:
        raise _missing(path) from error
    try:
        if not read_only:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
        found = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        connection.close()
        raise failed(error, path) from error
    if found != known_format:
        connection.close()
        raise _missing(path)
    return connection


def failed(error: sqlite3.DatabaseError, path: object) -> StorageError:
    """Give the error that tells of a database that cannot be read or written."""
    if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
        return from_os(OSError(errno.ENOSPC, str(error)), str(path))
    if error.sqlite_errorcode in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return _missing(path)
    zh, en = f"读写数据块索引失败({error}):{path}", f"the block index cannot be read or written ({error}): {path}"
    return StorageError(zh, en, file=str(path))


def _missing(path: object) -> RootMissing:
    mend = Words("用 zhicang storage reindex 重建", "rebuild it with zhicang storage reindex")
    zh, en = f"数据块索引 {path} 缺失或损坏", f"the block index {path} is missing or damaged"
    return RootMissing(zh, en, mend=mend, file=str(path))
