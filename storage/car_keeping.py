"""Keeping a foreign CAR in a home, and taking it out again: one transaction of the index each, the whole or nothing.

The file is copied and hashed, every block of the copy verified and entered, the copy synced and named, and then the
transaction commits. A crash before that leaves a file that no row names, which the next writing removes.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, BinaryIO

from storage.car_entering import enter
from storage.car_index import ENDING, FORMAT, INDEX, SCHEMA, SELECT, connect, index_failed, index_missing
from storage.durable import sync_folder, write_all
from storage.errors import told_of
from storage.kept_cars import KeptCar
from storage.walk import look_at, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


_OURS = re.compile(r"[0-9a-f]{64}\.car|\.partial")
_PARTIAL = ".partial"
_PIECE = 1 << 20


def keep(folder: Path, source: Path) -> KeptCar:
    """Keep a CAR, durable when this returns; one that is kept already is only put in place again.

    Any number of roots will do, and blocks that it links to may be missing: a foreign DAG is not ours to complete.
    Raise BadCar or Damaged, naming the source, at the first fault; UnreadableSource, DiskFull or StorageError.
    """
    look_at(source)
    try:
        given = source.open("rb")
    except OSError as error:
        raise unreadable(source, error) from error
    partial = folder / _PARTIAL
    with given, told_of(str(folder)), _writing(folder) as rows:
        try:
            name, size = _copy(given, partial)
            kept = _row_of(rows, name)
            if kept is None:
                with partial.open("rb") as copy:
                    kept = enter(rows, copy, name, size, shown=str(source))
            partial.replace(folder / (name + ENDING))
            sync_folder(folder)
        finally:
            partial.unlink(missing_ok=True)
    return kept


def drop(folder: Path, name: str) -> bool:
    """Take a CAR out by its name; False when there is none. A crash leaves its file, which the next writing removes."""
    if not (folder / INDEX).exists():
        return False
    with told_of(str(folder)):
        with _writing(folder) as rows:
            found = rows.execute("SELECT no FROM car WHERE name = ?", (name,)).fetchone()
            if found is None:
                return False
            rows.execute("DELETE FROM block WHERE car = ?", found)
            rows.execute("DELETE FROM car WHERE no = ?", found)
        (folder / (name + ENDING)).unlink(missing_ok=True)
        sync_folder(folder)
    return True


@contextmanager
def _writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """Own the index for one transaction, in which no other command writes; what a crash left is removed first."""
    if not (folder / INDEX).exists():
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)
        if any(_OURS.fullmatch(each.name) and each.name != _PARTIAL for each in folder.iterdir()):
            raise index_missing(folder)
    try:
        with closing(connect(folder, "rwc")) as rows:
            rows.execute("PRAGMA journal_mode=WAL")
            rows.execute("PRAGMA synchronous=FULL")
            rows.execute("BEGIN IMMEDIATE")
            found = rows.execute("PRAGMA user_version").fetchone()[0]
            if found not in (0, FORMAT):
                raise index_missing(folder)
            for statement in SCHEMA.split(";\n") if found == 0 else ():
                rows.execute(statement)
            _sweep(rows, folder)
            yield rows
            rows.execute("COMMIT")  # closing without it rolls back
    except sqlite3.DatabaseError as error:
        raise index_failed(error, folder) from error


def _sweep(rows: sqlite3.Connection, folder: Path) -> None:
    for path in folder.iterdir():
        if _OURS.fullmatch(path.name) and _row_of(rows, path.name.removesuffix(ENDING)) is None:
            path.unlink()


def _row_of(rows: sqlite3.Connection, name: str) -> KeptCar | None:
    row = rows.execute(f"{SELECT} WHERE name = ?", (name,)).fetchone()
    return None if row is None else KeptCar.of(row)


def _copy(given: BinaryIO, target: Path) -> tuple[str, int]:
    """Copy a file, durable when this returns; give the SHA-256 of what was written, and its length."""
    digest, size = hashlib.sha256(), 0
    writer = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444)
    try:
        while piece := given.read(_PIECE):
            digest.update(piece)
            write_all(writer, piece)
            size += len(piece)
        os.fsync(writer)
    finally:
        os.close(writer)
    return digest.hexdigest(), size
