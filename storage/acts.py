"""The journal's rows of acts and of the signed attempts at them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRow:
    """One intended transaction; stage planned, signed, confirmed or refused."""

    id: int
    kind: str
    subject: str
    sender: bytes
    calldata: bytes
    nonce: int | None
    stage: str
    tx_hash: bytes | None
    height: int | None
    time: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """One signed transaction, kept whatever became of it."""

    tx_hash: bytes
    act: int
    nonce: int
    raw: bytes
    created: int


_COLUMNS = ", ".join(field.name for field in fields(ActRow))


class ActRows:
    """Reads and writes acts; the caller opens the transaction for what must hold together."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def plan(self, *, kind: str, subject: str, sender: bytes, calldata: bytes) -> int:
        """Add an act that is to be sent; give its id."""
        cursor = self._connection.execute(
            "INSERT INTO act (kind, subject, sender, calldata, stage) VALUES (?, ?, ?, ?, 'planned')",
            (kind, subject, sender, calldata),
        )
        return int(cursor.lastrowid or 0)

    def forget(self, act: int) -> None:
        """Take out an act that was never signed; nothing that it carried names it any more."""
        self._connection.execute("DELETE FROM act WHERE id = ? AND stage = 'planned'", (act,))

    def sign(self, attempt: AttemptRow) -> None:
        """Keep a signed attempt before it leaves the node."""
        self._connection.execute(
            "INSERT OR IGNORE INTO attempt VALUES (?, ?, ?, ?, ?)",
            (attempt.tx_hash, attempt.act, attempt.nonce, attempt.raw, attempt.created),
        )
        self._connection.execute(
            "UPDATE act SET stage = 'signed', nonce = ? WHERE id = ?", (attempt.nonce, attempt.act)
        )

    def confirm(self, act: int, *, tx_hash: bytes, height: int, time: int) -> None:
        """Say that an attempt is final: its hash, height and header time (UTC seconds)."""
        self._connection.execute(
            "UPDATE act SET stage = 'confirmed', tx_hash = ?, height = ?, time = ? WHERE id = ?",
            (tx_hash, height, time, act),
        )

    def refuse(self, act: int, *, tx_hash: bytes, height: int, time: int, reason: str) -> None:
        """Say that the contract refused an act, and why."""
        self._connection.execute(
            "UPDATE act SET stage = 'refused', tx_hash = ?, height = ?, time = ?, reason = ? WHERE id = ?",
            (tx_hash, height, time, reason, act),
        )

    def give_up(self, act: int, reason: str) -> None:
        """Say that an act can never be: its nonce was consumed by something else, and only its sender can sign anew."""
        self._connection.execute("UPDATE act SET stage = 'refused', reason = ? WHERE id = ?", (reason, act))

    def open(self) -> list[ActRow]:
        """Give the acts that are planned or signed, in their order."""
        return list(self._find("stage IN ('planned', 'signed') ORDER BY id"))

    def get(self, act: int) -> ActRow | None:
        """Find an act by its id."""
        return next(self._find("id = ?", act), None)

    def by_tx_hash(self, tx_hash: bytes) -> ActRow | None:
        """Find the act of a final transaction."""
        return next(self._find("tx_hash = ?", tx_hash), None)

    def repeated(self, sender: bytes, calldata: bytes) -> ActRow | None:
        """Find the confirmed act of a key with just this calldata."""
        condition = "stage = 'confirmed' AND sender = ? AND calldata = ? ORDER BY id"
        return next(self._find(condition, sender, calldata), None)

    def by_subject(self, subject: str) -> list[ActRow]:
        """Give the acts about a subject, oldest first."""
        return list(self._find("subject = ? ORDER BY id", subject))

    def confirmed(self) -> Iterator[ActRow]:
        """Give every confirmed act in the order of ids."""
        return self._find("stage = 'confirmed' ORDER BY id")

    def last(self) -> int:
        """Give the id of the newest act, 0 for none."""
        return int(self._connection.execute("SELECT coalesce(max(id), 0) FROM act").fetchone()[0])

    def at_height(self, height: int, *, after: int) -> bytes | None:
        """Give the hash of a confirmed act with a higher id that stands at a height."""
        condition = "stage = 'confirmed' AND height = ? AND id > ? LIMIT 1"
        return self._tx_hash(condition, height, after)

    def highest(self, *, after: int) -> bytes | None:
        """Give the hash of a confirmed act with a higher id than which none stands higher."""
        return self._tx_hash("stage = 'confirmed' AND id > ? ORDER BY height DESC LIMIT 1", after)

    def _tx_hash(self, condition: str, *values: int) -> bytes | None:
        statement = f"SELECT tx_hash FROM act INDEXED BY act_height WHERE {condition}"  # noqa: S608 - text of our own
        row = self._connection.execute(statement, values).fetchone()
        return None if row is None else bytes(row[0])

    def attempts(self, act: int) -> list[AttemptRow]:
        """Give the signed attempts at an act, oldest first."""
        rows = self._connection.execute("SELECT * FROM attempt WHERE act = ? ORDER BY created, tx_hash", (act,))
        return [AttemptRow(**dict(row)) for row in rows]

    def recent_attempts(self, sender: bytes, *, most: int) -> list[tuple[AttemptRow, bool]]:
        """Give the newest attempts of a sender, each with whether its act is finished (confirmed or refused)."""
        rows = self._connection.execute(
            "SELECT attempt.*, act.tx_hash IS NOT NULL AS finished FROM attempt JOIN act ON act.id = attempt.act"
            " WHERE act.sender = ? ORDER BY attempt.act DESC, attempt.created DESC LIMIT ?",
            (sender, most),
        )
        found = [dict(row) for row in rows]
        return [(AttemptRow(**row), bool(row_finished)) for row in found for row_finished in (row.pop("finished"),)]

    def knows(self, tx_hash: bytes) -> bool:
        """Tell whether a transaction is an attempt of this journal."""
        return self._connection.execute("SELECT 1 FROM attempt WHERE tx_hash = ?", (tx_hash,)).fetchone() is not None

    def _find(self, condition: str, *values: object) -> Iterator[ActRow]:
        statement = f"SELECT {_COLUMNS} FROM act WHERE {condition}"  # noqa: S608 - column names of our own
        for row in self._connection.execute(statement, values):
            yield ActRow(**dict(row))
