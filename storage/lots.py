"""The journal's rows of lots 交付批次: what a contractor delivers at once, and is accepted and paid for."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRow:
    """A lot as the journal knows it; see the schema for each column's meaning. Empty text means: not said."""

    name: str
    contract: str = ""
    contractor: str = ""
    disk: str = ""
    delivered: str = ""
    note: str = ""
    created: int


_NAMES = tuple(field.name for field in fields(LotRow))
_SELECT = f"SELECT {', '.join(_NAMES)} FROM lot"  # noqa: S608 - column names of our own


class LotRows:
    """Reads and writes lots; the caller opens the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, row: LotRow) -> None:
        """Add a lot, or say anew what is known of it."""
        marks = ", ".join("?" * len(_NAMES))
        values = [getattr(row, name) for name in _NAMES]
        self._connection.execute(f"INSERT OR REPLACE INTO lot VALUES ({marks})", values)  # noqa: S608

    def get(self, name: str) -> LotRow | None:
        """Find a lot by its name."""
        row = self._connection.execute(f"{_SELECT} WHERE name = ?", (name,)).fetchone()
        return None if row is None else LotRow(**dict(row))

    def all(self) -> Iterator[LotRow]:
        """Give every lot, the oldest first."""
        for row in self._connection.execute(f"{_SELECT} ORDER BY created, name"):
            yield LotRow(**dict(row))

    def resources(self, name: str) -> dict[str, tuple[int, int, int]]:
        """Give the resources of a lot by stage: how many, their files, their bytes; those withdrawn under that word."""
        rows = self._connection.execute(
            "SELECT CASE WHEN r.withdrawn THEN 'withdrawn' ELSE m.stage END, count(*), sum(v.files), sum(v.size)"
            " FROM version AS v JOIN resource AS r ON r.number = v.number AND r.version = v.version"
            " JOIN matter AS m ON m.id = v.matter WHERE v.lot = ? AND v.lot <> '' GROUP BY 1 ORDER BY 1",
            (name,),
        )
        return {str(row[0]): (int(row[1]), int(row[2]), int(row[3])) for row in rows}

    def units(self, name: str) -> dict[str, tuple[int, int]]:
        """Give the unit batches of a lot by stage: how many, and the units that they claim."""
        rows = self._connection.execute(
            "SELECT m.stage, count(*), sum(b.claimed) FROM unit_batch AS b JOIN matter AS m ON m.id = b.matter"
            " WHERE b.lot = ? GROUP BY 1 ORDER BY 1",
            (name,),
        )
        return {str(row[0]): (int(row[1]), int(row[2])) for row in rows}

    def unnamed(self) -> list[str]:
        """Give the lots that resources or unit batches name and nobody described."""
        rows = self._connection.execute(
            "SELECT lot FROM (SELECT lot FROM version WHERE lot <> '' UNION SELECT lot FROM unit_batch"
            " WHERE lot <> '') WHERE lot NOT IN (SELECT name FROM lot) ORDER BY lot"
        )
        return [str(row[0]) for row in rows]
