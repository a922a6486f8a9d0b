"""The chain's rows: one SQLite transaction writes a sealed header with everything under it; reads see whole headers."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rlp

from node.errors import OwnFault
from node.receipts.header import Header, decode_header

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from node.chain.embedded.executor import Outcome, TxReceipt


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredHeader:
    """A header of the chain, its block hash and the length of its block's RLP."""

    header: Header
    block_hash: bytes
    size: int

    @property
    def height(self) -> int:
        """The header's number."""
        return self.header.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a transaction stands, who sent it, and its raw bytes."""

    height: int
    position: int
    tx_hash: bytes
    sender: bytes
    raw: bytes


class Store:
    """A connection to the chain's rows; any thread may use it, one at a time (the lock is held for a whole answer)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.RLock()

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Hold one state of the database for several reads; what a writer commits meanwhile stays unseen."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("COMMIT")

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one reading statement and give all its rows."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def one(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """Run one reading statement and give its first row."""
        with self._lock:
            row: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
            return row

    def meta(self, name: str) -> bytes:
        """Give a value of the founding; raise OwnFault when it is missing."""
        row = self.one("SELECT value FROM meta WHERE name = ?", (name,))
        if row is None:
            raise OwnFault(f"链数据库缺少 {name}", f"the chain's database lacks {name}")
        return bytes(row[0])

    def head(self) -> StoredHeader:
        """Give the highest header."""
        found = self._header("ORDER BY height DESC LIMIT 1", ())
        if found is None:
            raise OwnFault("链数据库没有创世区块头", "the chain's database has no genesis header")
        return found

    def at(self, height: int) -> StoredHeader | None:
        """Give the header at a height."""
        return self._header("WHERE height = ?", (height,)) if 0 <= height < 1 << 63 else None

    def by_hash(self, block_hash: bytes) -> StoredHeader | None:
        """Give the header with a block hash."""
        return self._header("WHERE hash = ?", (block_hash,))

    def block_hash(self, height: int) -> bytes | None:
        """Give the block hash at a height."""
        row = self.one("SELECT hash FROM headers WHERE height = ?", (height,))
        return None if row is None else row[0]

    def node(self, node_hash: bytes) -> bytes | None:
        """Give a trie node or contract code by its keccak-256."""
        row = self.one("SELECT node FROM nodes WHERE hash = ?", (node_hash,))
        return None if row is None else row[0]

    def transactions(self, height: int) -> list[Place]:
        """Give the transactions of a header in their order."""
        rows = self.query(f"{_PLACE} WHERE height = ? ORDER BY position", (height,))
        return [_place(row) for row in rows]

    def transaction(self, tx_hash: bytes) -> Place | None:
        """Find a transaction by its hash."""
        row = self.one(f"{_PLACE} WHERE hash = ?", (tx_hash,))
        return None if row is None else _place(row)

    def write(self, sealed: Header, places: Sequence[Place], outcome: Outcome) -> StoredHeader:
        """Append a header in one SQLite transaction; durable when this returns.

        A crash before the commit leaves the old head, after it the new one. The caller owns the order of headers.
        """
        size = block_size(sealed, [place.raw for place in places])
        stored = StoredHeader(header=sealed, block_hash=sealed.block_hash, size=size)
        row = (stored.height, stored.block_hash, sealed.encode(), stored.size)
        receipts = [_receipt_row(place, made) for place, made in zip(places, outcome.tx_receipts, strict=True)]
        with self._lock, self._writing() as run:
            run("INSERT INTO headers VALUES (?, ?, ?, ?)", [row])
            run("INSERT INTO nodes VALUES (?, ?) ON CONFLICT DO NOTHING", sorted(outcome.nodes.items()))
            run("INSERT INTO transactions VALUES (?, ?, ?, ?, ?)", [_place_row(place) for place in places])
            run("INSERT INTO tx_receipts VALUES (?, ?, ?, ?, ?, ?, ?)", receipts)
            run("INSERT INTO logs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _log_rows(stored.height, outcome.tx_receipts))
        return stored

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection.executemany
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # SQLite ends it by itself on some errors (disk full)
                self._connection.execute("ROLLBACK")
            raise

    def _header(self, where: str, values: Sequence[Any]) -> StoredHeader | None:
        row = self.one(f"SELECT header, hash, size FROM headers {where}", values)  # noqa: S608 - three fixed texts
        return None if row is None else StoredHeader(header=decode_header(row[0]), block_hash=row[1], size=row[2])


_PLACE = "SELECT height, position, hash, sender, raw FROM transactions"


def block_size(header: Header, transactions: Sequence[bytes]) -> int:
    """Give the length of the block's RLP: header, transactions, no uncles."""
    body = rlp.encode([rlp.decode(raw) for raw in transactions])
    payload = len(header.encode()) + len(body) + 1
    return payload + 1 + (payload.bit_length() + 7) // 8 if payload > 55 else payload + 1  # noqa: PLR2004 - RLP


def _place(row: tuple[Any, ...]) -> Place:
    height, position, tx_hash, sender, raw = row
    return Place(height=height, position=position, tx_hash=tx_hash, sender=sender, raw=raw)


def _place_row(place: Place) -> tuple[Any, ...]:
    return place.height, place.position, place.tx_hash, place.sender, place.raw


def _receipt_row(place: Place, made: TxReceipt) -> tuple[Any, ...]:
    figures = (made.succeeded, made.gas_used, made.cumulative_gas)
    return (place.height, place.position, *figures, made.bloom, made.contract)


def _log_rows(height: int, receipts: Sequence[TxReceipt]) -> list[tuple[Any, ...]]:
    logs = [(position, log) for position, made in enumerate(receipts) for log in made.logs]
    return [
        (height, index, position, log.address, *log.topics, *[None] * (4 - len(log.topics)), log.data)
        for index, (position, log) in enumerate(logs)
    ]
