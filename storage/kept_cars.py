"""Foreign CARs that a home keeps: what is kept, and its blocks by CID, each hashed again when it is given out.

FOLDER/index.db says what counts, from its commit on and in every process; FOLDER/SHA256.car are the files as they were
handed over, never changed. The folder and its index appear with the first CAR that is kept, by `storage.car_keeping`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from storage.errors import Damaged, RootMissing, StorageError, UnknownBlock, Words, from_os
from storage.source import READ

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.cid import Cid

FORMAT = 1
INDEX, ENDING = "index.db", ".car"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCar:
    """One CAR: its SHA-256, by which it is named; its roots; blocks that it has, and those it links to without them."""

    name: str
    size: int
    roots: tuple[str, ...]
    blocks: int
    missing: int

    @classmethod
    def of(cls, row: tuple[str, int, str, int, int]) -> KeptCar:
        """Take it from a row, the roots in one text."""
        name, size, roots, blocks, missing = row
        return cls(name=name, size=size, roots=tuple(roots.split()), blocks=blocks, missing=missing)


class KeptCars:
    """What a folder of CARs keeps, for reading; use from one thread at a time. No folder yet is nothing kept yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Close the index, if it was ever there."""
        if self._connection is not None:
            self._connection.close()

    def all(self) -> Iterator[KeptCar]:
        """Give what is kept, the oldest first."""
        yield from map(KeptCar.of, self._select(f"{SELECT} ORDER BY no"))

    def has(self, cid: Cid) -> bool:
        """Tell whether a block is kept; its bytes are not looked at."""
        return bool(self._places(cid))

    def size(self, cid: Cid) -> int:
        """Give a block's length without reading it; raise UnknownBlock."""
        return self._required(cid)[0][2]

    def get(self, cid: Cid) -> bytes:
        """Give a block's bytes, verified; raise UnknownBlock, or Damaged when none of its places is good."""
        places = self._required(cid)
        for name, offset, length in places:
            data = self._read(name, offset, length)
            if hashlib.sha256(data).digest() == cid.digest:
                return data
        if not self._places(cid):  # it was taken out meanwhile
            raise _unknown(cid)
        path = self._folder / (places[0][0] + ENDING)
        mend = Words(
            "把这份 CAR 再收存一次:zhicang import car 文件.car --keep",
            "keep that CAR again: zhicang import car FILE.car --keep",
        )
        raise Damaged(
            f"收存的 CAR 中数据块 {cid} 已损坏", f"block {cid} of a kept CAR is damaged", mend=mend, file=str(path)
        )

    def _required(self, cid: Cid) -> list[tuple[str, int, int]]:
        places = self._places(cid)
        if not places:
            raise _unknown(cid)
        return places

    def _places(self, cid: Cid) -> list[tuple[str, int, int]]:
        statement = "SELECT name, offset, length FROM block JOIN car ON car.no = block.car WHERE digest = ? LIMIT 8"
        return self._select(statement, cid.digest)

    def _select(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        rows = self._connect()
        try:
            return [] if rows is None else rows.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise index_failed(error, self._folder) from error

    def _read(self, name: str, offset: int, length: int) -> bytes:
        try:
            reader = os.open(self._folder / (name + ENDING), READ)
        except OSError:
            return b""
        try:
            return os.pread(reader, length, offset)
        except OSError:
            return b""
        finally:
            os.close(reader)

    def _connect(self) -> sqlite3.Connection | None:
        """Open the index once it is there; None while nothing was ever kept."""
        if self._connection is None and (self._folder / INDEX).exists():
            rows = connect(self._folder)
            try:
                found = rows.execute("PRAGMA user_version").fetchone()[0]
            except sqlite3.DatabaseError as error:
                rows.close()
                raise index_failed(error, self._folder) from error
            if found != FORMAT:
                rows.close()
                if found:
                    raise index_missing(self._folder)
                return None  # its first transaction is not through
            self._connection = rows
        return self._connection


SELECT = "SELECT name, size, roots, blocks, missing FROM car"


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


def _unknown(cid: Cid) -> UnknownBlock:
    return UnknownBlock(f"没有数据块 {cid}", f"no block {cid}")
