"""The journal: what this node has begun and finished, durable before anything is acknowledged.

One SQLite file, `synchronous=FULL`, owned by the one process that holds the home's lock; readers open it read-only.
A crash leaves the last committed transaction.

A matter is what is to stand on chain, and its stage says what remains to be done (`storage.matters`). An act, one
intended transaction, carries matters and goes planned → signed → confirmed | refused; its attempts are kept for ever.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from storage.acts import ActRows
from storage.earlier_matters import EarlierMatterRows
from storage.errors import RootMissing, Words
from storage.journal_schema import FORMAT, SCHEMA
from storage.lots import LotRows
from storage.matters import MatterRows
from storage.purges import PurgeRows
from storage.resources import ResourceRows
from storage.units import UnitRows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EARLIER_ACTS = "earlier_acts"
"""The fact that is kept when a home leaves its chain for another: the id of its last act there."""
_DAMAGED = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR})
"""The last is what a file without our tables gives, as an emptied one."""


class Journal:
    """The journal's connection and its rows; use from one thread at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.matters = MatterRows(connection)
        self.earlier_matters = EarlierMatterRows(connection)
        self.resources = ResourceRows(connection)
        self.units = UnitRows(connection)
        self.acts = ActRows(connection)
        self.lots = LotRows(connection)
        self.purges = PurgeRows(connection)

    @classmethod
    def found(cls, path: Path) -> Journal:
        """Make a new journal; raise FileExistsError when the file is there."""
        path.touch(exist_ok=False)
        connection = _connect(f"file:{path}?mode=rw")
        _set_up(connection, read_only=False)
        journal = cls(connection)
        with journal.transaction():
            for statement in SCHEMA.split(";\n"):
                journal._connection.execute(statement)
            journal._connection.execute("INSERT INTO meta VALUES ('format', ?)", (str(FORMAT),))
        return journal

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Journal:
        """Open an existing journal; raise RootMissing when it is not there, damaged or of another format."""
        connection = _connect(f"file:{path}?mode={'ro' if read_only else 'rw'}")
        journal = cls(connection)
        try:
            _set_up(connection, read_only=read_only)
            found = journal.format
        except sqlite3.DatabaseError as error:
            journal.close()
            if getattr(error, "sqlite_errorcode", None) in _DAMAGED:
                raise _damaged(path) from error
            raise
        if found != FORMAT:
            journal.close()
            zh = f"日志的格式 {found} 不是本版软件能读的 {FORMAT}"
            en = f"the journal has format {found}; this version reads {FORMAT}"
            mend = Words("先运行 zhicang upgrade", "run zhicang upgrade first")
            if found > FORMAT:
                mend = Words("它由更新的版本写成:换用那一版", "a newer version wrote it: use that version")
            raise RootMissing(zh, en, mend=mend, file=str(path))
        return journal

    @property
    def format(self) -> int:
        """The format number of the file."""
        row = self._connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
        return int(row[0])

    @property
    def earlier_acts(self) -> int:
        """The id of the last act on an earlier chain of this home; 0 while it has had one chain only."""
        return int(self.recall(EARLIER_ACTS) or 0)

    @property
    def others_wrote(self) -> int:
        """A number that is another one after any other connection, of whatever process, has committed."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def recall(self, key: str) -> str | None:
        """Give a fact that the node keeps about itself."""
        row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def remember(self, key: str, value: str) -> None:
        """Keep a fact that the node keeps about itself."""
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside durable at once, or nothing of it."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Inside a transaction: keep everything inside, or undo it all and go on."""
        self._connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK TO part")
            raise
        finally:
            self._connection.execute("RELEASE part")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _connect(uri: str) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10)
    except sqlite3.OperationalError as error:
        path = uri.removeprefix("file:").partition("?")[0]
        zh, en = "日志文件不见了或打不开", "the journal is missing or cannot be opened"
        raise RootMissing(zh, en, file=path) from error
    connection.row_factory = sqlite3.Row
    return connection


def _set_up(connection: sqlite3.Connection, *, read_only: bool) -> None:
    if not read_only:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        # unit identifiers come in no order: with SQLite's own 2 MiB, 190,000 of them are spilled and read back
        connection.execute("PRAGMA cache_size=-65536")


def _damaged(path: Path) -> RootMissing:
    mend = Words("用备份恢复节点目录:zhicang restore", "restore the home from a backup: zhicang restore")
    return RootMissing("日志文件已损坏", "the journal is damaged", mend=mend, file=str(path))
