"""The SQLite file of an embedded chain: made, opened by its one writer, or opened as a snapshot beside it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING
from urllib.parse import quote

from node.chain.embedded.schema import FORMAT, SCHEMA
from node.errors import BadInput, Unavailable, Words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PATIENCE = 10.0
"""Seconds that a connection waits for another's checkpoint."""
_CACHE_KIB = 64 * 1024
_RESTORE = Words("用备份恢复节点目录:zhicang restore", "restore the home from a backup: zhicang restore")


def create(path: Path, meta: Mapping[str, bytes]) -> sqlite3.Connection:
    """Make the file with its tables; raise BadInput when it exists. The caller commits the first header."""
    if path.exists():
        raise BadInput(f"{path} 已存在", f"{path} exists already", file=str(path))
    connection = _connect(path, mode="rwc")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript("BEGIN;" + SCHEMA)
    values = {"format": str(FORMAT).encode(), **meta}
    connection.executemany("INSERT INTO meta VALUES (?, ?)", values.items())
    return connection


def open_writable(path: Path) -> sqlite3.Connection:
    """Open as the one writer; raise Unavailable when it cannot be, BadInput for another format.

    ``synchronous=FULL`` in WAL mode means that a commit returns after the log was synced: what is committed survives a
    power cut.
    """
    try:
        connection = _connect(path, mode="rw")
        connection.execute("PRAGMA synchronous = FULL")
        return _checked(connection, path)
    except sqlite3.Error as error:
        raise _unreadable(path, error) from error


def open_snapshot(path: Path) -> sqlite3.Connection:
    """Open for reading alone, beside a writer or without one; raise Unavailable or BadInput.

    A database in WAL mode needs its -shm file to be read, and a reader that may not write the folder cannot make it.
    Then there is no writer either (it would have made the file), and what lies there is read as it is.
    """
    try:
        try:
            return _checked(_connect(path, mode="ro"), path)
        except sqlite3.OperationalError:
            if path.with_name(path.name + "-wal").exists():
                raise
            return _checked(_connect(path, mode="ro&immutable=1"), path)
    except sqlite3.Error as error:
        raise _unreadable(path, error) from error


def _connect(path: Path, *, mode: str) -> sqlite3.Connection:
    location = f"file:{quote(str(path.absolute()))}?mode={mode}"
    connection = sqlite3.connect(
        location, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return connection


def _checked(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    try:
        row = connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    if row is None or row[0] != str(FORMAT).encode():
        connection.close()
        zh, en = f"{path} 的格式不是本版软件能读的 {FORMAT}", f"{path} is not of format {FORMAT}"
        raise BadInput(zh, en, file=str(path))
    return connection


def _unreadable(path: Path, error: sqlite3.Error) -> Unavailable:
    zh, en = f"打不开本机链 {path}:{error}", f"embedded chain {path} cannot be opened: {error}"
    damaged = getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
    return Unavailable(zh, en, mend=_RESTORE if damaged else None, file=str(path))
