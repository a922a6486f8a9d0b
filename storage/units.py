"""The journal's rows of unit batches and of the units in them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from storage.resources import PAGE

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitBatchRow:
    """A unit batch as the journal knows it; see the schema for each column's meaning."""

    id: int
    root: bytes
    list_digest: bytes
    cid: bytes
    object_id: str
    claimed: int
    period: int
    programme: str
    lot: str
    id_field: str
    source_path: str
    earlier_receipt: bytes = bytes(32)
    created: int
    matter: int = 0
    stage: str
    act: int | None = None
    log_index: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """Where a unit stands: its batch and its line in the batch's list, from 0."""

    resource_id: str
    unit_id: str
    source_digest: bytes
    batch: int
    position: int


_OF_MATTER = ("stage", "act", "log_index")
_OWN = [field.name for field in fields(UnitBatchRow) if field.name not in _OF_MATTER]
_SELECT = (
    f"SELECT {', '.join(f'b.{name}' for name in _OWN)}, {', '.join(f'm.{name}' for name in _OF_MATTER)}"  # noqa: S608
    " FROM unit_batch AS b JOIN matter AS m ON m.id = b.matter"
)


class UnitRows:
    """Reads and writes unit batches and units; the caller opens the transaction for what must hold together."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def insert_batch(self, row: UnitBatchRow) -> None:
        """Add a batch under the id that `next_batch` gave; its matter is there."""
        marks = ", ".join("?" * len(_OWN))
        values = [getattr(row, name) for name in _OWN]
        self._connection.execute(f"INSERT INTO unit_batch ({', '.join(_OWN)}) VALUES ({marks})", values)  # noqa: S608

    def insert_units(self, rows: Iterable[tuple[str, str, bytes, int, int]]) -> None:
        """Add units as (resource_id, unit_id, source_digest, batch, position)."""
        added = list(rows)
        self._connection.executemany("INSERT INTO unit VALUES (?, ?, ?, ?, ?)", added)
        self._connection.executemany(
            "INSERT INTO unit_count VALUES (?, ?) ON CONFLICT DO UPDATE SET units = units + excluded.units",
            Counter(row[0] for row in added).items(),
        )

    def next_batch(self) -> int:
        """Give the id for the next batch."""
        return int(self._connection.execute("SELECT coalesce(max(id), 0) + 1 FROM unit_batch").fetchone()[0])

    def unit(self, resource_id: str, unit_id: str) -> UnitRow | None:
        """Find a unit."""
        statement = "SELECT * FROM unit WHERE resource_id = ? AND unit_id = ?"
        row = self._connection.execute(statement, (resource_id, unit_id)).fetchone()
        return None if row is None else UnitRow(**dict(row))

    def of_resource(self, resource_id: str) -> int:
        """Give how many units a resource has."""
        row = self._connection.execute("SELECT units FROM unit_count WHERE resource_id = ?", (resource_id,)).fetchone()
        return 0 if row is None else int(row[0])

    def unplaced(self) -> list[UnitBatchRow]:
        """Give the batches whose lists were not durable when the node stopped."""
        open_ = "m.stage = 'numbered' AND m.stage NOT IN ('confirmed', 'recalled')"  # as the index of open matters says
        return list(self._find(f"{open_} ORDER BY b.id"))

    def forget(self, batch: int) -> None:
        """Take out a batch that was never stored, and its units; its matter is taken out by who knows matters."""
        self._connection.execute(
            "UPDATE unit_count SET units = units - (SELECT count(*) FROM unit AS u"
            " WHERE u.batch = ? AND u.resource_id = unit_count.resource_id)"
            " WHERE resource_id IN (SELECT resource_id FROM unit WHERE batch = ?)",
            (batch, batch),
        )
        self._connection.execute("DELETE FROM unit WHERE batch = ?", (batch,))
        self._connection.execute("DELETE FROM unit_batch WHERE id = ?", (batch,))

    def in_batch(self, batch: int) -> int:
        """Count the units that the journal has for a batch."""
        return int(self._connection.execute("SELECT count(*) FROM unit WHERE batch = ?", (batch,)).fetchone()[0])

    def batch(self, batch: int) -> UnitBatchRow | None:
        """Find a batch by its id."""
        return next(self._find("b.id = ?", batch), None)

    def by_list(self, digest: bytes) -> UnitBatchRow | None:
        """Find the batch of a list by the list's SHA-256."""
        return next(self._find("b.list_digest = ?", digest), None)

    def resources_of(self, batch: int) -> list[str]:
        """Give the numbers of the resources that a batch's units name."""
        rows = self._connection.execute("SELECT DISTINCT resource_id FROM unit WHERE batch = ?", (batch,))
        return [str(row[0]) for row in rows]

    def naming(self, resource_id: str) -> list[UnitBatchRow]:
        """Give the batches that have a unit of a resource."""
        return list(self._find("b.id IN (SELECT batch FROM unit WHERE resource_id = ?) ORDER BY b.id", resource_id))

    def by_act(self, act: int) -> list[UnitBatchRow]:
        """Find the batch that an act commits."""
        return list(self._find("m.act = ?", act))

    def of_matter(self, matter: int) -> UnitBatchRow | None:
        """Find the batch that a matter is to commit."""
        return next(self._find("b.matter = ?", matter), None)

    def say_earlier(self, batch: int, proof: bytes) -> None:
        """Say by which proof (its SHA-256) a batch was committed on an earlier chain."""
        self._connection.execute("UPDATE unit_batch SET earlier_receipt = ? WHERE id = ?", (proof, batch))

    def listed(self, *, first: int = 0, lot: str | None = None, batch: int | None = None) -> list[tuple[int, bytes]]:
        """Give the batches whose lists are stored, as (id, digest of the list) in the order of ids.

        Those from one on; where a lot or a batch is named, only what is of it.
        """
        rows = self._connection.execute(
            "SELECT b.id, b.list_digest FROM unit_batch AS b JOIN matter AS m ON m.id = b.matter"
            " WHERE b.id BETWEEN ? AND ? AND m.stage <> 'numbered' AND ? IN ('', b.lot) ORDER BY b.id",
            (first if batch is None else max(first, batch), 1 << 62 if batch is None else batch, lot or ""),
        )
        return [(int(row[0]), bytes(row[1])) for row in rows]

    def batches(self, *, first: int = 0) -> Iterator[UnitBatchRow]:
        """Give every batch in the order of ids, from one on."""
        return self._find("b.id >= ? ORDER BY b.id", first)

    def in_pages(self, limit: int = PAGE) -> Iterator[UnitBatchRow]:
        """Give every batch in the order of ids, read a page at a time, as `ResourceRows.in_pages` does."""
        first = 0
        while rows := list(self._find("b.id >= ? ORDER BY b.id LIMIT ?", first, limit)):
            yield from rows
            first = rows[-1].id + 1

    def _find(self, condition: str, *values: object) -> Iterator[UnitBatchRow]:
        for row in self._connection.execute(f"{_SELECT} WHERE {condition}", values):
            yield UnitBatchRow(**dict(row))
