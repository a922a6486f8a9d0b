"""The journal's rows of resources: one a registration number, shown with the version that counts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from storage.ocfl import payload_id

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

PAGE = 200
"""Resources that are read together where the work on each may take long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One version of a resource as the journal knows it, with the stage of its matter; see the schema."""

    number: str
    version: int
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
    lot: str = ""
    payload_at: int = 1
    metadata_at: int = 1
    earlier_receipt: bytes = bytes(32)
    created: int
    matter: int = 0
    code: int = 1
    stage: str
    act: int | None = None
    log_index: int | None = None

    @property
    def payload_id(self) -> str:
        """The name of its payload in the storage root and in the block index."""
        return payload_id(self.number, self.payload_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRow(VersionRow):
    """A resource with its newest final version, or its first while none is final."""

    client_key: str
    withdrawn: int = 0
    frozen: int = 0


_OWN = (
    "number", "version", "source_path", "kind", "content_digest", "cid", "size", "files", "metadata",
    "metadata_digest", "title", "client_ref", "period", "lot", "payload_at", "metadata_at",
    "earlier_receipt", "created",
)  # fmt: skip
_OF_MATTER = ("code", "stage", "act", "log_index")
_VERSION = ", ".join([f"v.{name}" for name in _OWN] + ["v.matter"] + [f"m.{name}" for name in _OF_MATTER])
_FROM_VERSION = "FROM version AS v JOIN matter AS m ON m.id = v.matter"
_SELECT_VERSION = f"SELECT {_VERSION} {_FROM_VERSION}"
_SELECT = (
    f"SELECT {_VERSION}, r.client_key, r.withdrawn, r.frozen FROM resource AS r"  # noqa: S608
    " JOIN version AS v ON v.number = r.number AND v.version = r.version JOIN matter AS m ON m.id = v.matter"
)
assert {field.name for field in fields(VersionRow)} == {*_OWN, *_OF_MATTER, "matter"}  # noqa: S101 - of this file


class ResourceRows:
    """Reads and writes resources and their versions; the caller opens the transaction for what must hold together."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def next_serial(self, period: int) -> int:
        """Draw the next serial of a project year; never the same twice once committed."""
        row = self._connection.execute(
            "INSERT INTO serial VALUES (?, 1) ON CONFLICT (period) DO UPDATE SET last = last + 1 RETURNING last",
            (period,),
        ).fetchone()
        return int(row[0])

    def spend_serials(self, period: int, last: int) -> None:
        """Say that the serials of a project year up to one are given, wherever that was."""
        self._connection.execute(
            "INSERT INTO serial VALUES (?, ?) ON CONFLICT (period) DO UPDATE SET last = max(last, excluded.last)",
            (period, last),
        )

    def insert(self, row: ResourceRow) -> None:
        """Add a resource with its first version; its matter is there."""
        self._connection.execute(
            "INSERT INTO resource VALUES (?, ?, ?, ?, ?)",
            (row.number, row.client_key, row.version, row.withdrawn, row.frozen),
        )
        self._connection.execute(
            "INSERT INTO meta VALUES ('resources', 1) ON CONFLICT (key) DO UPDATE SET value = value + 1"
        )
        self.insert_version(row)

    def insert_version(self, row: VersionRow) -> None:
        """Add a version; its matter is there."""
        names = [*_OWN, "matter"]
        values = [getattr(row, name) for name in names]
        marks = ", ".join("?" * len(names))
        self._connection.execute(f"INSERT INTO version ({', '.join(names)}) VALUES ({marks})", values)  # noqa: S608

    def replace_version(self, row: VersionRow) -> None:
        """Put an edited version in the place of what it was."""
        self._connection.execute("DELETE FROM version WHERE number = ? AND version = ?", (row.number, row.version))
        self.insert_version(row)

    def drop_version(self, number: str, version: int) -> None:
        """Take out a version that will never be."""
        self._connection.execute("DELETE FROM version WHERE number = ? AND version = ?", (number, version))

    def make_current(self, number: str, version: int, client_key: str) -> None:
        """Say which version counts now, and under which key its request is known."""
        self._connection.execute(
            "UPDATE resource SET version = ?, client_key = ? WHERE number = ?", (version, client_key, number)
        )

    def say_earlier(self, number: str, version: int, receipt: bytes) -> None:
        """Say by which receipt (its SHA-256) a version was registered on an earlier chain."""
        self._connection.execute(
            "UPDATE version SET earlier_receipt = ? WHERE number = ? AND version = ?", (receipt, number, version)
        )

    def set_back(self) -> None:
        """Say that no version, withdrawal or freezing is final on the chain that the home has come to."""
        self._connection.execute("UPDATE resource SET version = 1, withdrawn = 0, frozen = 0")

    def withdraw(self, number: str) -> None:
        """Say that a resource is withdrawn, for good."""
        self._connection.execute("UPDATE resource SET withdrawn = 1 WHERE number = ?", (number,))

    def freeze(self, number: str, *, frozen: bool) -> None:
        """Say whether governors hold a resource frozen."""
        self._connection.execute("UPDATE resource SET frozen = ? WHERE number = ?", (frozen, number))

    def begin_growing(self, object_id: str, keep: int) -> None:
        """Say, before it is touched, which version an object is to be taken back to should the node stop now."""
        self._connection.execute("INSERT OR REPLACE INTO growing VALUES (?, ?)", (object_id, keep))

    def end_growing(self, object_id: str) -> None:
        """Say that an object's new version is durable and known to the journal, or was taken back."""
        self._connection.execute("DELETE FROM growing WHERE object_id = ?", (object_id,))

    def growing(self) -> list[tuple[str, int]]:
        """Give the objects that a crash left with a version nobody knows of, each with the version to keep."""
        rows = self._connection.execute("SELECT object_id, keep FROM growing ORDER BY object_id")
        return [(str(row[0]), int(row[1])) for row in rows]

    def by_number(self, number: str) -> ResourceRow | None:
        """Find the resource of a number."""
        return next(self._find("r.number = ?", number), None)

    def version(self, number: str, version: int) -> VersionRow | None:
        """Find one version of a resource."""
        return next(self._versions("v.number = ? AND v.version = ?", number, version), None)

    def versions(self, number: str) -> list[VersionRow]:
        """Give the versions of a resource, oldest first, those under way included."""
        return list(self._versions("v.number = ? ORDER BY v.version", number))

    def of_matter(self, matter: int) -> VersionRow | None:
        """Find the version that a matter is to bring on chain."""
        return next(self._versions("v.matter = ?", matter), None)

    def by_client_key(self, key: str) -> ResourceRow | None:
        """Find the resource that the same request made earlier."""
        return next(self._find("r.client_key = ?", key), None)

    def by_content_digest(self, digest: bytes) -> list[ResourceRow]:
        """Find all resources that have or had this content."""
        return list(self._having("content_digest", digest))

    def by_cid(self, cid: bytes) -> list[ResourceRow]:
        """Find all resources that have or had this CID."""
        return list(self._having("cid", cid))

    def by_act(self, act: int) -> list[VersionRow]:
        """Find the versions that an act brings on chain."""
        return list(self._versions("m.act = ? ORDER BY v.number", act))

    def of_lot(self, lot: str) -> Iterator[ResourceRow]:
        """Give the resources that came in a lot, in the order of their numbers."""
        return self._find("v.lot = ? AND v.lot <> '' ORDER BY r.number", lot)

    def from_source(self, origin: str) -> Iterator[ResourceRow]:
        """Give the resources that came from a place: from this very file or folder, or from below it."""
        low, high = f"{origin}/", f"{origin}0"  # "0" follows "/"
        condition = "v.source_path = ? OR (v.source_path >= ? AND v.source_path < ?) ORDER BY r.number"
        return self._find(condition, origin, low, high)

    def page(self, *, after: str, limit: int) -> list[ResourceRow]:
        """Give a page in the order of numbers, beginning behind `after`."""
        return list(self._find("r.number > ? ORDER BY r.number LIMIT ?", after, limit))

    def in_pages(self, limit: int = PAGE) -> Iterator[ResourceRow]:
        """Give every resource in the order of numbers, for work that takes long: read a page at a time.

        Between two pages no read is open, so the journal's WAL does not grow, and what is committed meanwhile counts.
        """
        after = ""
        while rows := self.page(after=after, limit=limit):
            yield from rows
            after = rows[-1].number

    def all(self) -> Iterator[ResourceRow]:
        """Give every resource in the order of numbers."""
        return self._find("1 ORDER BY r.number")

    def all_versions(self) -> Iterator[VersionRow]:
        """Give every version in the order of numbers."""
        return self._versions("1 ORDER BY v.number, v.version")

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Give every number of which a payload is stored, with the bytes of all payloads that it has."""
        payloads = f"SELECT DISTINCT v.number, v.payload_at, v.size {_FROM_VERSION} WHERE m.stage <> 'numbered'"
        payloads += " AND v.number NOT IN (SELECT number FROM purge)"
        for row in self._connection.execute(f"SELECT number, sum(size) FROM ({payloads}) GROUP BY number"):  # noqa: S608
            yield str(row[0]), int(row[1])

    def count(self) -> int:
        """Give how many resources there are; the number is kept with them, so that nobody walks over all."""
        row = self._connection.execute("SELECT value FROM meta WHERE key = 'resources'").fetchone()
        return 0 if row is None else int(row[0])

    def _having(self, column: str, value: bytes) -> Iterator[ResourceRow]:
        numbers = f"SELECT number FROM version WHERE {column} = ?"  # noqa: S608 - column names of our own
        return self._find(f"r.number IN ({numbers}) ORDER BY r.number", value)

    def _find(self, condition: str, *values: object) -> Iterator[ResourceRow]:
        for row in self._connection.execute(f"{_SELECT} WHERE {condition}", values):
            yield ResourceRow(**dict(row))

    def _versions(self, condition: str, *values: object) -> Iterator[VersionRow]:
        for row in self._connection.execute(f"{_SELECT_VERSION} WHERE {condition}", values):
            yield VersionRow(**dict(row))
