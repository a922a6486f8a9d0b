"""The memory of the fixity check: which object was re-read when, and how far the cycle has come.

A SQLite file of its own beside the journal. It is a memory of reading, not of content: without it everything is due
again, which is why a backup leaves it out. An object is entered after its last byte was read and what was wrong was
told; entries are committed together, at most a second late, so that a kill forgets a little and never claims more.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.errors import Damaged, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
    id     TEXT PRIMARY KEY,
    size   INTEGER NOT NULL,            -- bytes of payload, all versions
    time   INTEGER NOT NULL DEFAULT 0,  -- UTC microsecond at which it was read to its end, 0 for never
    faults INTEGER NOT NULL DEFAULT 0   -- how many were found then
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS object_time ON object (time);
CREATE TABLE IF NOT EXISTS cycle (
    begun INTEGER NOT NULL,
    days  INTEGER NOT NULL              -- of the run that began it; 0 when it was to read everything
);
"""
_LATEST = 1.0
"""Seconds after which entries are committed."""
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one run has to read: the day of the cycle, and bytes and objects read of it before and in all."""

    begun: int
    day: int
    days: int
    read: int
    total: int
    target: int


class FixityLog:
    """Reads and writes the memory; use from one thread."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        """Open the memory, or begin an empty one; raise Damaged when the file is none."""
        self._path = path
        self._clock = clock
        self._pending = 0.0
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        try:
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            self._connection.close()
            mend = Words("删除这个文件;一切从头重读", "remove this file; everything is read anew")
            zh, en = "固定性检查的记录读不出", "the memory of the fixity check cannot be read"
            raise Damaged(zh, en, mend=mend, file=str(path)) from error

    def close(self) -> None:
        """Commit what was entered and close."""
        self._commit()
        self._connection.close()

    def know(self, objects: Iterable[tuple[str, int]]) -> None:
        """Say which objects there are now, each with its bytes; others are forgotten."""
        self._commit()
        run = self._connection.execute
        run("CREATE TEMP TABLE IF NOT EXISTS known (id TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID")
        run("BEGIN IMMEDIATE")
        run("DELETE FROM known")
        self._connection.executemany("INSERT OR REPLACE INTO known VALUES (?, ?)", objects)
        run("DELETE FROM object WHERE id NOT IN (SELECT id FROM known)")
        run("INSERT INTO object (id, size) SELECT id, size FROM known WHERE true"
            " ON CONFLICT (id) DO UPDATE SET size = excluded.size WHERE size <> excluded.size")  # fmt: skip
        run("COMMIT")

    def knows(self, object_id: str) -> bool:
        """Tell whether an object is one of those."""
        return self._connection.execute("SELECT 1 FROM object WHERE id = ?", (object_id,)).fetchone() is not None

    def share(self, days: int) -> Share:
        """Give what a run today has to read of a cycle of so many days; 0 days ask for everything in each run.

        A cycle that was read to its end is followed by a new one, when its days are over. Who asks for everything
        begins one, but goes on with an earlier such run that was cut short.
        """
        now = self._now()
        begun, asked = self._begun()
        is_over = begun is None or now < begun or now // _DAY - begun // _DAY >= days
        if begun is None or (days == 0 != asked) or (is_over and self._is_read(begun)):
            latest = self._connection.execute("SELECT coalesce(max(time), 0) FROM object").fetchone()[0]
            begun = max(now, latest + 1)  # what an earlier cycle read is no part of this one, whatever the clock says
            self._connection.execute("DELETE FROM cycle")
            self._connection.execute("INSERT INTO cycle VALUES (?, ?)", (begun, days))
        total, read = self._connection.execute(
            "SELECT coalesce(sum(size), 0), coalesce(sum(CASE WHEN time >= ? THEN size END), 0) FROM object", (begun,)
        ).fetchone()
        day = min(max(now // _DAY - begun // _DAY + 1, 1), max(days, 1))
        target = -(-total * day // max(days, 1))
        return Share(begun=begun, day=day, days=days, read=read, total=total, target=target)

    def due(self, share: Share) -> Iterator[tuple[str, int]]:
        """Give the objects to read with their bytes: those that had faults, then the oldest until the share is done."""
        faulty = self._connection.execute("SELECT id, size FROM object WHERE faults > 0 ORDER BY id").fetchall()
        yield from faulty
        seen = {object_id for object_id, _ in faulty}
        read = share.read
        whole = share.target >= share.total
        cursor = self._connection.execute(
            "SELECT id, size FROM object WHERE time < ? ORDER BY time, id", (share.begun,)
        ).fetchall()
        for object_id, size in cursor:
            if not whole and read >= share.target:
                return
            read += size
            if object_id not in seen:
                yield object_id, size

    def enter(self, share: Share, object_id: str, *, faults: int) -> None:
        """Say that an object was read to its end just now, and what was wrong with it was told."""
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
            self._pending = time.monotonic()
        self._connection.execute(
            "UPDATE object SET time = ?, faults = ? WHERE id = ?", (max(self._now(), share.begun), faults, object_id)
        )
        if time.monotonic() - self._pending > _LATEST:
            self._commit()

    def counts(self, share: Share) -> tuple[int, int, int]:
        """Give objects and bytes read in this cycle, and objects in all."""
        row = self._connection.execute(
            "SELECT coalesce(sum(time >= ?1), 0), coalesce(sum(CASE WHEN time >= ?1 THEN size END), 0), count(*)"
            " FROM object", (share.begun,),
        ).fetchone()  # fmt: skip
        return int(row[0]), int(row[1]), int(row[2])

    def _now(self) -> int:
        return int(self._clock() * _SECOND)

    def _begun(self) -> tuple[int | None, int]:
        row = self._connection.execute("SELECT begun, days FROM cycle").fetchone()
        return (None, 0) if row is None else (int(row[0]), int(row[1]))

    def _is_read(self, begun: int) -> bool:
        return self._connection.execute("SELECT 1 FROM object WHERE time < ?", (begun,)).fetchone() is None

    def _commit(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")
