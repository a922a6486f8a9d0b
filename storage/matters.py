"""The journal's rows of matters: what the institution wants to stand on chain, and how far each has come.

numbered   its payload is not yet durable in the storage root: run the command again
draft      草稿: stored, nobody was asked yet
submitted  送审: waits for a reviewer
approved   批准: may be sent; its approval stands beside it
returned   退回: by a reviewer, or refused by the registry; `note` says why, and only a person takes it up again
recalled   撤回: given up before it was sent; nothing comes of it
stored     may be sent without a reviewer, as the institution's policy allows
confirmed  its event is final on chain and its proof is kept
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator


class Code(IntEnum):
    """What a matter is for, as numbered on chain."""

    REGISTER = 1
    COMMIT_UNITS = 2
    AMEND = 3
    SUPERSEDE = 4
    WITHDRAW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterRow:
    """A matter as the journal knows it; see the schema for each column's meaning."""

    id: int
    code: Code
    subject: str
    version: int
    reason: int
    document: bytes
    stage: str
    note: str
    act: int | None
    log_index: int | None
    created: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRow:
    """The approval that a matter has: what was approved, until when, and by whose signature."""

    matter: int
    content: bytes
    expires: int
    r: bytes
    vs: bytes
    reviewer: bytes
    created: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One thing that was done with a matter before the chain."""

    time: int
    stage: str
    note: str


_COLUMNS = ", ".join(field.name for field in fields(MatterRow))
_READY = "act IS NULL AND (stage = 'stored' OR (stage = 'approved' AND ?)) AND id NOT IN (SELECT matter FROM earlier)"
OPEN = "stage NOT IN ('confirmed', 'recalled')"
"""What the index of open matters says: without it SQLite does not use that index, and walks over everything."""
_EXPIRED = "EXISTS (SELECT 1 FROM approval WHERE approval.matter = matter.id AND expires <= ?)"
_PLANNED = "'planned' = (SELECT a.stage FROM act AS a WHERE a.id = act)"


class MatterRows:
    """Reads and writes matters; the caller opens the transaction for what must hold together."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(
        self, *, code: Code, subject: str, version: int, stage: str, created: int, reason: int = 0,
        document: bytes = bytes(32),
    ) -> int:  # fmt: skip
        """Add a matter; give its id."""
        cursor = self._connection.execute(
            "INSERT INTO matter (code, subject, version, reason, document, stage, created)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (code, subject, version, reason, document, stage, created),
        )
        return int(cursor.lastrowid or 0)

    def get(self, matter: int) -> MatterRow | None:
        """Find a matter by its id."""
        return next(self._find("id = ?", matter), None)

    def of(self, subject: str) -> list[MatterRow]:
        """Give all matters of a subject, oldest first."""
        return list(self._find("subject = ? ORDER BY id", subject))

    def at(self, *stages: str) -> Iterator[MatterRow]:
        """Give the matters that stand at one of these stages and are in no act, oldest first."""
        marks = ", ".join("?" * len(stages))
        return self._find(f"act IS NULL AND stage IN ({marks}) ORDER BY id", *stages)

    def by_act(self, act: int) -> list[MatterRow]:
        """Give the matters that an act carries."""
        return list(self._find("act = ? ORDER BY id", act))

    def ready(self, code: Code, limit: int, *, approved: bool) -> list[MatterRow]:
        """Give the first matters of a kind that may be sent: stored ones, and approved ones where these are meant.

        Those of an earlier chain are not among them: they go in its order (`earlier_matters`).
        """
        return list(self._find(f"{_READY} AND code = ? ORDER BY id LIMIT ?", approved, code, limit))

    def move(self, matters: Iterable[int], stage: str, *, time: int, note: str = "") -> None:
        """Bring matters to a stage and keep that step; whatever approval they had is void."""
        rows = list(matters)
        self._connection.executemany("DELETE FROM approval WHERE matter = ?", [(matter,) for matter in rows])
        self._connection.executemany(
            "UPDATE matter SET stage = ?, note = ?, act = NULL WHERE id = ?", [(stage, note, matter) for matter in rows]
        )
        self._connection.executemany(
            "INSERT INTO step VALUES (?, ?, ?, ?)", [(matter, time, stage, note) for matter in rows]
        )

    def approve(self, approval: ApprovalRow) -> None:
        """Keep a matter's approval."""
        self.move([approval.matter], "approved", time=approval.created, note="0x" + approval.reviewer.hex())
        self._connection.execute(
            "INSERT INTO approval VALUES (?, ?, ?, ?, ?, ?, ?)",
            (approval.matter, approval.content, approval.expires, approval.r, approval.vs, approval.reviewer,
             approval.created),
        )  # fmt: skip

    def approval(self, matter: int) -> ApprovalRow | None:
        """Give the approval that a matter has."""
        row = self._connection.execute("SELECT * FROM approval WHERE matter = ?", (matter,)).fetchone()
        return None if row is None else ApprovalRow(**dict(row))

    def expired(self, now: int) -> list[MatterRow]:
        """Give the approved matters whose approval is void by now and that no signed transaction carries."""
        return list(
            self._find(
                f"stage = 'approved' AND {OPEN} AND {_EXPIRED} AND (act IS NULL OR {_PLANNED}) ORDER BY id",
                now,
            )
        )

    def steps(self, matter: int) -> list[StepRow]:
        """Give what people did with a matter, in order."""
        rows = self._connection.execute(
            "SELECT time, stage, note FROM step WHERE matter = ? ORDER BY rowid", (matter,)
        )
        return [StepRow(**dict(row)) for row in rows]

    def mark_stored(self, matters: Iterable[int], stage: str) -> None:
        """Say that payload and block index of these are durable, and what they wait for."""
        self._connection.executemany(
            "UPDATE matter SET stage = ? WHERE id = ? AND stage = 'numbered'", [(stage, matter) for matter in matters]
        )

    def assign(self, matters: Iterable[int], act: int) -> None:
        """Say which act carries these."""
        self._connection.executemany("UPDATE matter SET act = ? WHERE id = ?", [(act, matter) for matter in matters])

    def release(self, matter: int) -> None:
        """Take a matter out of its act, whatever approval it has staying."""
        self._connection.execute("UPDATE matter SET act = NULL WHERE id = ?", (matter,))

    def confirm(self, places: Iterable[tuple[int, int]]) -> None:
        """Say that these (matter, log index) are final on chain."""
        self._connection.executemany(
            "UPDATE matter SET stage = 'confirmed', log_index = ? WHERE id = ?",
            [(index, matter) for matter, index in places],
        )

    def forget(self, matter: int) -> None:
        """Take out a matter whose payload was never stored."""
        self._connection.execute("DELETE FROM matter WHERE id = ? AND stage = 'numbered'", (matter,))

    def counts(self) -> dict[str, int]:
        """Count the matters at each stage, but those that are done: confirmed or recalled."""
        statement = f"SELECT stage, count(*) FROM matter WHERE {OPEN} GROUP BY stage"  # noqa: S608 - text of our own
        return dict(self._connection.execute(statement).fetchall())

    def all(self) -> Iterator[MatterRow]:
        """Give every matter in the order of ids."""
        return self._find("1 ORDER BY id")

    def _find(self, condition: str, *values: object) -> Iterator[MatterRow]:
        return find_matters(self._connection, condition, *values)


def find_matters(connection: sqlite3.Connection, condition: str, *values: object) -> Iterator[MatterRow]:
    """Give the matters that meet a condition of SQL."""
    statement = f"SELECT {_COLUMNS} FROM matter WHERE {condition}"  # noqa: S608 - column names of our own
    for row in connection.execute(statement, values):
        yield MatterRow(**(dict(row) | {"code": Code(row["code"])}))
