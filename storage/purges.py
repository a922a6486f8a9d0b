"""The journal's rows of purged resources: whose payload was destroyed under which list 销毁清册."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

BEGUN, PURGED = "begun", "purged"


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeRow:
    """A resource whose payload is being or was destroyed; see the schema."""

    number: str
    list_digest: bytes
    tombstone: str
    content: bytes
    stage: str
    created: int


_COLUMNS = ", ".join(field.name for field in fields(PurgeRow))


class PurgeRows:
    """Reads and writes them; the caller opens the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def begin(self, row: PurgeRow) -> None:
        """Say, before it is touched, that a payload goes."""
        values = [getattr(row, field.name) for field in fields(PurgeRow)]
        self._connection.execute(f"INSERT OR REPLACE INTO purge ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", values)  # noqa: S608

    def finish(self, number: str) -> None:
        """Say that a payload is gone."""
        self._connection.execute("UPDATE purge SET stage = ? WHERE number = ?", (PURGED, number))

    def get(self, number: str) -> PurgeRow | None:
        """Find what was done with the payload of a number."""
        return next(self._find("number = ?", number), None)

    def all(self) -> Iterator[PurgeRow]:
        """Give all of them in the order of numbers."""
        return self._find("1 ORDER BY number")

    def _find(self, condition: str, *values: object) -> Iterator[PurgeRow]:
        for row in self._connection.execute(f"SELECT {_COLUMNS} FROM purge WHERE {condition}", values):  # noqa: S608
            yield PurgeRow(**dict(row))
