"""Foreign CARs that a home keeps: what is kept, and its blocks by CID, each hashed again when it is given out.

FOLDER/index.db says what counts, from its commit on and in every process; FOLDER/SHA256.car are the files as they were
handed over, never changed. The folder and its index appear with the first CAR that is kept, by `storage.car_keeping`.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from storage.car_index import ENDING, FORMAT, INDEX, SELECT, connect, index_failed, index_missing
from storage.errors import Damaged, UnknownBlock, Words
from storage.source import READ

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.cid import Cid


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCar:
    """One CAR: its SHA-256, by which it is named; its roots; blocks that it has, and those it links to without them.

    ``passed_over`` are blocks of other codecs or hash functions than are read here: nobody is given them.
    """

    name: str
    size: int
    roots: tuple[str, ...]
    blocks: int
    missing: int
    passed_over: int

    @classmethod
    def of(cls, row: tuple[str, int, str, int, int, int]) -> KeptCar:
        """Take it from a row, the roots in one text."""
        name, size, roots, blocks, missing, passed_over = row
        told = tuple(roots.split())
        return cls(name=name, size=size, roots=told, blocks=blocks, missing=missing, passed_over=passed_over)


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


def _unknown(cid: Cid) -> UnknownBlock:
    return UnknownBlock(f"没有数据块 {cid}", f"no block {cid}")
