"""The rows of the block index: where each block lies.

Rows are derived from the storage root and can be made anew from it at any time, so a lost row is never a lost payload.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from storage.block_file import SCHEMA, connect, failed
from storage.cid import DAG_PB, RAW, Cid
from storage.errors import RootExists, told_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

    from storage.staged import Payload, PayloadFile


class LeafRow(NamedTuple):
    """One place of a raw leaf."""

    cid: Cid
    object_id: str
    path: str
    offset: int
    length: int

    @property
    def size(self) -> int:
        """The block's length."""
        return self.length


class NodeRow(NamedTuple):
    """One dag-pb node of an object."""

    cid: Cid
    object_id: str
    data: bytes

    @property
    def size(self) -> int:
        """The block's length."""
        return len(self.data)


class BlockRows:
    """Reads and writes the rows; use from one thread at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def found(cls, path: Path) -> BlockRows:
        """Make an empty index; raise RootExists when the file is there."""
        with told_of(str(path)):
            try:
                path.touch(exist_ok=False)
            except FileExistsError as error:
                raise RootExists(f"{path} 已存在", f"{path} exists", file=str(path)) from error
        connection = connect(path, read_only=False, known_format=0)
        try:
            connection.executescript(SCHEMA)
        except sqlite3.DatabaseError as error:
            connection.close()
            raise failed(error, path) from error
        return cls(connection)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> BlockRows:
        """Open an index; raise RootMissing when it is not there or not one of ours."""
        return cls(connect(path, read_only=read_only))

    @property
    def others_wrote(self) -> int:
        """A number that is another one after any other connection, of whatever process, has committed."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

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
            raise failed(error, "blocks") from error

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

    def places(self, digest: bytes) -> Generator[LeafRow]:
        """Give the places of a raw leaf."""
        return self._leaves("WHERE leaf.digest = ? ORDER BY leaf.file, leaf.offset", digest)

    def nodes(self, digest: bytes) -> Generator[NodeRow]:
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
        return (row[0] for row in self._select("SELECT id FROM object ORDER BY id"))

    def count(self) -> int:
        """Count the different blocks."""
        statement = "SELECT (SELECT count(DISTINCT digest) FROM leaf) + (SELECT count(DISTINCT digest) FROM node)"
        return int(next(self._select(statement))[0])

    def _insert(self, statement: str, *values: object) -> int:
        return int(self._connection.execute(statement, values).lastrowid or 0)

    def _add_node(self, digest: bytes, number: int, data: bytes) -> None:
        self._connection.execute("INSERT OR IGNORE INTO node VALUES (?, ?, ?)", (digest, number, data))

    def _select(self, statement: str, *values: object) -> Generator[tuple[Any, ...]]:
        try:
            yield from self._connection.execute(statement, values)
        except sqlite3.DatabaseError as error:
            raise failed(error, "blocks") from error

    def _leaves(self, condition: str, value: object) -> Generator[LeafRow]:
        statement = (
            "SELECT leaf.digest, object.id, file.path, leaf.offset, leaf.length"  # noqa: S608 - text of our own
            f" FROM leaf JOIN file ON file.no = leaf.file JOIN object ON object.no = file.object {condition}"
        )
        with closing(self._select(statement, value)) as rows:
            for digest, *rest in rows:
                yield LeafRow(Cid(RAW, digest), *rest)

    def _nodes(self, condition: str, value: object) -> Generator[NodeRow]:
        statement = (
            "SELECT node.digest, object.id, node.data"  # noqa: S608 - text of our own
            f" FROM node JOIN object ON object.no = node.object {condition}"
        )
        with closing(self._select(statement, value)) as rows:
            for digest, *rest in rows:
                yield NodeRow(Cid(DAG_PB, digest), *rest)
