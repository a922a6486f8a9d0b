"""The journal's rows of resources: one a registration number."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRow:
    """A resource as the journal knows it; see the schema for each column's meaning."""

    number: str
    client_key: str
    source_path: str
    kind: int
    content_digest: bytes
    cid: bytes
    size: int
    files: int
    metadata: bytes
    metadata_digest: bytes
    title: str
    client_ref: str
    period: int
    stage: str
    act: int | None = None
    log_index: int | None = None
    created: int


_COLUMNS = [field.name for field in fields(ResourceRow)]
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM resource"  # noqa: S608 - column names of our own


class ResourceRows:
    """Reads and writes resource rows; the caller opens the transaction for what must hold together."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def next_serial(self, period: int) -> int:
        """Draw the next serial of a project year; never the same twice once committed."""
        row = self._connection.execute(
            "INSERT INTO serial VALUES (?, 1) ON CONFLICT (period) DO UPDATE SET last = last + 1 RETURNING last",
            (period,),
        ).fetchone()
        return int(row[0])

    def insert(self, row: ResourceRow) -> None:
        """Add a resource."""
        marks = ", ".join("?" * len(_COLUMNS))
        self._connection.execute(f"INSERT INTO resource ({', '.join(_COLUMNS)}) VALUES ({marks})", astuple(row))  # noqa: S608

    def mark_stored(self, numbers: Iterable[str]) -> None:
        """Say that payload and block index of these are durable."""
        self._connection.executemany(
            "UPDATE resource SET stage = 'stored' WHERE number = ? AND stage = 'numbered'", [(n,) for n in numbers]
        )

    def assign(self, numbers: Iterable[str], act: int) -> None:
        """Say which act registers these."""
        self._connection.executemany("UPDATE resource SET act = ? WHERE number = ?", [(act, n) for n in numbers])

    def release(self, act: int) -> None:
        """Take back from a refused act the resources that it did not register."""
        self._connection.execute("UPDATE resource SET act = NULL WHERE act = ? AND stage = 'stored'", (act,))

    def mark_confirmed(self, places: Iterable[tuple[str, int]]) -> None:
        """Say that these (number, log index) are final on chain."""
        self._connection.executemany(
            "UPDATE resource SET stage = 'confirmed', log_index = ? WHERE number = ?",
            [(index, number) for number, index in places],
        )

    def by_number(self, number: str) -> ResourceRow | None:
        """Find the resource of a number."""
        return next(self._find("number = ?", number), None)

    def by_client_key(self, key: str) -> ResourceRow | None:
        """Find the resource that the same request made earlier."""
        return next(self._find("client_key = ?", key), None)

    def by_content_digest(self, digest: bytes) -> list[ResourceRow]:
        """Find all resources with this content."""
        return list(self._find("content_digest = ? ORDER BY number", digest))

    def by_cid(self, cid: bytes) -> list[ResourceRow]:
        """Find all resources with this CID."""
        return list(self._find("cid = ? ORDER BY number", cid))

    def by_act(self, act: int) -> list[ResourceRow]:
        """Find the resources that an act registers."""
        return list(self._find("act = ? ORDER BY number", act))

    def waiting(self, limit: int) -> list[ResourceRow]:
        """Give the first stored resources that no act has taken up yet."""
        return list(self._find("stage = 'stored' AND act IS NULL ORDER BY number LIMIT ?", limit))

    def unfinished(self) -> list[ResourceRow]:
        """Give all that is not confirmed."""
        return list(self._find("stage <> 'confirmed' ORDER BY number"))

    def page(self, *, after: str, limit: int) -> list[ResourceRow]:
        """Give a page in the order of numbers, beginning behind `after`."""
        return list(self._find("number > ? ORDER BY number LIMIT ?", after, limit))

    def all(self) -> Iterator[ResourceRow]:
        """Give every resource in the order of numbers."""
        return self._find("1 ORDER BY number")

    def count(self) -> int:
        """Count the resources."""
        return int(self._connection.execute("SELECT count(*) FROM resource").fetchone()[0])

    def _find(self, condition: str, *values: object) -> Iterator[ResourceRow]:
        for row in self._connection.execute(f"{_SELECT} WHERE {condition}", values):
            yield ResourceRow(**dict(row))
