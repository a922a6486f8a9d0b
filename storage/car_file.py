"""A CAR file as a place of blocks: every block verified once when the file is opened, and again when it is given out.

Where the blocks lie in the file stands in a temporary SQLite database without a name, so memory does not grow with the
file. It also remembers which blocks were asked for: what nobody asked for does not belong to the DAG.
"""

from __future__ import annotations

import asyncio
import io
import sqlite3
from typing import TYPE_CHECKING, Self

from storage.block_source import check_block
from storage.car import bad_car, read_header, read_section
from storage.errors import UnknownBlock
from storage.walk import look_at, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.cid import Cid


class CarFile:
    """A CAR of one root, opened; use as a context manager. Raise BadCar or Damaged at the first fault."""

    def __init__(self, path: Path) -> None:
        self._name = str(path)
        look_at(path)
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise unreadable(path, error) from error
        self._rows = sqlite3.connect("", check_same_thread=False)
        try:
            self.root = self._read_through()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and forget the places."""
        self._rows.close()
        self._file.close()

    async def get(self, cid: Cid) -> bytes:
        """Give a block's bytes; see the seam."""
        return await asyncio.to_thread(self._get, cid)

    async def has(self, cid: Cid) -> bool:
        """Tell whether the file has a block."""
        return self._place(cid) is not None

    def refuse_surplus(self) -> None:
        """Raise BadCar when a block was never asked for."""
        count, digest = self._rows.execute("SELECT count(*), min(digest) FROM block WHERE NOT asked").fetchone()
        if count:
            zh = f"有 {count} 个数据块不是根的内容所需(如 {digest.hex()})"
            en = f"{count} block(s) are not part of what its root holds, such as {digest.hex()}"
            raise bad_car(self._name, zh, en)

    def _read_through(self) -> Cid:
        roots = read_header(self._file, self._name)
        if len(roots) != 1:
            zh, en = f"有 {len(roots)} 个根,须恰好一个", f"it has {len(roots)} roots, not exactly one"
            raise bad_car(self._name, zh, en)
        self._rows.execute(
            "CREATE TABLE block (digest BLOB PRIMARY KEY, place INTEGER, length INTEGER, asked INTEGER) WITHOUT ROWID"
        )
        self._rows.executemany("INSERT OR IGNORE INTO block VALUES (?, ?, ?, 0)", self._sections())
        if self._place(roots[0]) is None:
            raise bad_car(self._name, f"缺少根数据块 {roots[0]}", f"it lacks the block of its root, {roots[0]}")
        return roots[0]

    def _sections(self) -> Iterator[tuple[bytes, int, int]]:
        while (section := read_section(self._file, self._name)) is not None:
            cid, data = section
            check_block(cid, data, source=self._name)
            yield cid.digest, self._file.tell() - len(data), len(data)

    def _get(self, cid: Cid) -> bytes:
        place = self._place(cid)
        if place is None:
            raise UnknownBlock(f"CAR 文件缺少数据块 {cid}", f"the CAR lacks block {cid}", file=self._name)
        self._rows.execute("UPDATE block SET asked = 1 WHERE digest = ?", (cid.digest,))
        self._file.seek(place[0], io.SEEK_SET)
        return check_block(cid, self._file.read(place[1]), source=self._name)

    def _place(self, cid: Cid) -> tuple[int, int] | None:
        found: tuple[int, int] | None = self._rows.execute(
            "SELECT place, length FROM block WHERE digest = ?", (cid.digest,)
        ).fetchone()
        return found
