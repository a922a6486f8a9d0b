"""The tables of the block index: where each block lies; format 1.

Rows are derived from the storage root and can be made anew from it at any time, so a lost row is never a lost payload.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from storage.cid import DAG_PB, RAW, Cid
from storage.errors import RootExists, RootMissing, StorageError, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from storage.staged import Payload, PayloadFile

FORMAT = 1
_SCHEMA = f"""
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


class LeafRow(NamedTuple):
    """One place of a raw leaf."""

    cid: Cid
    object_id: str
    path: str
    offset: int
    length: int


class NodeRow(NamedTuple):
    """One dag-pb node of an object."""

    cid: Cid
    object_id: str
    data: bytes


class BlockRows:
    """Reads and writes the rows; use from one thread at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def found(cls, path: Path) -> BlockRows:
        """Make an empty index; raise RootExists when the file is there."""
        try:
            path.touch(exist_ok=False)
        except FileExistsError as error:
            raise RootExists(f"{path} 已存在", f"{path} exists", file=str(path)) from error
        connection = _connect(path, read_only=False, known_format=0)
        connection.executescript(_SCHEMA)
        return cls(connection)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> BlockRows:
        """Open an index; raise RootMissing when it is not there or not readable as one."""
        return cls(_connect(path, read_only=read_only, known_format=FORMAT))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside durable at once, or nothing of it; raise StorageError."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.DatabaseError as error:
            zh, en = f"写数据块索引失败({error})", f"the block index cannot be written ({error})"
            raise StorageError(zh, en) from error

    def add(self, object_id: str, payload: Payload) -> None:
        """Put an object's rows in place of those it had; inside a transaction."""
        number = self.add_files(object_id, payload.files)
        payload.folders(lambda digest, data: self._add_node(digest, number, data))

    def add_files(self, object_id: str, files: Iterable[PayloadFile]) -> int:
        """Put the rows of files alone in place of what an object had; give the object's number in the tables."""
        self.forget(object_id)
        number = self._insert("INSERT INTO object (id) VALUES (?)", object_id)
        for file in files:
            place = self._insert("INSERT INTO file (object, path) VALUES (?, ?)", number, file.path)
            self._connection.executemany(
                "INSERT INTO leaf VALUES (?, ?, ?, ?)",
                ((leaf.digest, place, leaf.offset, leaf.length) for leaf in file.leaves()),
            )
            file.nodes(lambda digest, data: self._add_node(digest, number, data))
        return number

    def forget(self, object_id: str) -> None:
        """Remove an object's rows, if it has any; inside a transaction."""
        row = self._connection.execute("SELECT no FROM object WHERE id = ?", (object_id,)).fetchone()
        if row is not None:
            self._connection.execute("DELETE FROM leaf WHERE file IN (SELECT no FROM file WHERE object = ?)", row)
            for table, column in (("node", "object"), ("file", "object"), ("object", "no")):
                self._connection.execute(f"DELETE FROM {table} WHERE {column} = ?", row)  # noqa: S608 - names of our own

    def places(self, digest: bytes) -> Iterator[LeafRow]:
        """Give the places of a raw leaf."""
        return self._leaves("WHERE leaf.digest = ? ORDER BY leaf.file, leaf.offset", digest)

    def nodes(self, digest: bytes) -> Iterator[NodeRow]:
        """Give the copies of a dag-pb node."""
        return self._nodes("WHERE node.digest = ? ORDER BY node.object", digest)

    def leaves_of(self, object_id: str) -> Iterator[LeafRow]:
        """Give an object's leaves by the bytes of the path and the offset."""
        return self._leaves("WHERE object.id = ? ORDER BY file.path, leaf.offset", object_id)

    def nodes_of(self, object_id: str) -> Iterator[NodeRow]:
        """Give an object's nodes by digest."""
        return self._nodes("WHERE object.id = ? ORDER BY node.digest", object_id)

    def objects(self) -> Iterator[str]:
        """Give the ids of the objects that have rows, sorted."""
        return (row[0] for row in self._connection.execute("SELECT id FROM object ORDER BY id"))

    def count(self) -> int:
        """Count the different blocks."""
        statement = "SELECT (SELECT count(DISTINCT digest) FROM leaf) + (SELECT count(DISTINCT digest) FROM node)"
        return int(self._connection.execute(statement).fetchone()[0])

    def _insert(self, statement: str, *values: object) -> int:
        return int(self._connection.execute(statement, values).lastrowid or 0)

    def _add_node(self, digest: bytes, number: int, data: bytes) -> None:
        self._connection.execute("INSERT OR IGNORE INTO node VALUES (?, ?, ?)", (digest, number, data))

    def _leaves(self, condition: str, value: object) -> Iterator[LeafRow]:
        statement = (
            "SELECT leaf.digest, object.id, file.path, leaf.offset, leaf.length"  # noqa: S608 - text of our own
            f" FROM leaf JOIN file ON file.no = leaf.file JOIN object ON object.no = file.object {condition}"
        )
        for digest, *rest in self._connection.execute(statement, (value,)):
            yield LeafRow(Cid(RAW, digest), *rest)

    def _nodes(self, condition: str, value: object) -> Iterator[NodeRow]:
        statement = (
            "SELECT node.digest, object.id, node.data"  # noqa: S608 - text of our own
            f" FROM node JOIN object ON object.no = node.object {condition}"
        )
        for digest, *rest in self._connection.execute(statement, (value,)):
            yield NodeRow(Cid(DAG_PB, digest), *rest)


def _connect(path: Path, *, read_only: bool, known_format: int) -> sqlite3.Connection:
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
        raise _missing(path) from error
    if found != known_format:
        connection.close()
        raise _missing(path)
    return connection


def _missing(path: Path) -> RootMissing:
    mend = Words("用 zhicang storage reindex 重建", "rebuild it with zhicang storage reindex")
    zh, en = f"数据块索引 {path} 缺失或损坏", f"the block index {path} is missing or damaged"
    return RootMissing(zh, en, mend=mend, file=str(path))
