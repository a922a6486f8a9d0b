"""The index of the CARs that a home keeps: its tables, format 1, how it is opened, and how its failures are told."""

from __future__ import annotations

import errno
import sqlite3
from typing import TYPE_CHECKING

from storage.errors import RootMissing, StorageError, Words, from_os

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
INDEX, ENDING = "index.db", ".car"
SCHEMA = f"""
CREATE TABLE car (
    no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, roots TEXT NOT NULL,
    blocks INTEGER NOT NULL, missing INTEGER NOT NULL, passed_over INTEGER NOT NULL
);
-- one place of a block in a CAR
CREATE TABLE block (
    digest BLOB NOT NULL, car INTEGER NOT NULL REFERENCES car (no), offset INTEGER NOT NULL, length INTEGER NOT NULL,
    PRIMARY KEY (digest, car)
) WITHOUT ROWID;
PRAGMA user_version = {FORMAT}"""
SELECT = "SELECT name, size, roots, blocks, missing, passed_over FROM car"


def connect(folder: Path, mode: str = "ro") -> sqlite3.Connection:
    """Connect to the index of a folder."""
    uri = f"{(folder / INDEX).absolute().as_uri()}?mode={mode}"
    try:
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10)
    except sqlite3.DatabaseError as error:
        raise index_failed(error, folder) from error


def index_failed(error: sqlite3.DatabaseError, folder: Path) -> StorageError:
    """Give the error that tells of an index that cannot be read or written."""
    path = str(folder / INDEX)
    if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
        return from_os(OSError(errno.ENOSPC, str(error)), path)
    if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
        zh, en = "另一个命令正在收存 CAR,稍后再来", "another command is keeping a CAR; try again later"
        return StorageError(zh, en, file=path)
    if error.sqlite_errorcode in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        return index_missing(folder)
    return StorageError(f"CAR 索引读写失败({error})", f"the index of CARs failed ({error})", file=path)


def index_missing(folder: Path) -> RootMissing:
    """Give the error for CARs without an index that can be read."""
    mend = Words("把整个文件夹移走,再逐份收存其中的 .car", "move the folder away and keep each .car in it anew")
    zh, en = "所收存 CAR 的索引缺失或不可读", "the index of the kept CARs is missing or not readable"
    return RootMissing(zh, en, mend=mend, file=str(folder / INDEX))
