"""The journal's rows of an earlier chain: where each matter stood on the chain that the home left.

Written once, when a home joins a network; the matters themselves go on, in the order of that chain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.matters import OPEN, MatterRow, find_matters

if TYPE_CHECKING:
    import sqlite3

_EARLIER = "id IN (SELECT matter FROM earlier)"
_IN_THAT_ORDER = (
    "ORDER BY (SELECT e.act FROM earlier AS e WHERE e.matter = id),"
    " (SELECT e.log_index FROM earlier AS e WHERE e.matter = id)"
)


class EarlierMatterRows:
    """Reads and writes where matters stood; the caller opens the transaction for what must hold together."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def keep(self) -> list[MatterRow]:
        """Remember where every final matter stands on the chain that is left; give them in the order of that chain."""
        self._connection.execute("INSERT INTO earlier SELECT id, act, log_index FROM matter WHERE stage = 'confirmed'")
        return self.all()

    def all(self) -> list[MatterRow]:
        """Give the matters that were final on an earlier chain, in its order."""
        return list(find_matters(self._connection, f"{_EARLIER} {_IN_THAT_ORDER}"))

    def ready(self, *, approved: bool) -> list[MatterRow]:
        """Give the matters of an earlier chain that may be sent, in its order; none before an older of its subject."""
        ready: list[MatterRow] = []
        held_up: set[str] = set()
        open_ = f"{_EARLIER} AND {OPEN} AND act IS NULL {_IN_THAT_ORDER}"
        for matter in find_matters(self._connection, open_):
            if matter.subject in held_up or not (matter.stage == "stored" or (approved and matter.stage == "approved")):
                held_up.add(matter.subject)
            else:
                ready.append(matter)
        return ready

    def place(self, matter: int) -> tuple[int, int] | None:
        """Give where a matter stands on an earlier chain: its act and its log index."""
        row = self._connection.execute("SELECT act, log_index FROM earlier WHERE matter = ?", (matter,)).fetchone()
        return None if row is None else (int(row[0]), int(row[1]))

    def by_act(self, act: int) -> list[MatterRow]:
        """Give the matters that an act carried on an earlier chain."""
        return list(find_matters(self._connection, "id IN (SELECT matter FROM earlier WHERE act = ?) ORDER BY id", act))
