"""The file of a replay: how far it came and the state there, so that an interrupted replay goes on.

One SQLite transaction commits a group of blocks: `reached` and the trie nodes that it needs. Killed at any moment, the
file stands at the end of a group. It is the auditor's own: whoever can write it can make the replay believe anything.
Nodes are added and never removed.
"""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import astuple
from typing import TYPE_CHECKING
from urllib.parse import quote

from node.chain.replay.reached import Reached
from node.errors import BadInput, Unavailable, Words
from node.records import canonical

if TYPE_CHECKING:
    from pathlib import Path

    from node.chain.replay.rules import Origin, Rules

FORMAT = 1
_KEPT = 200_000
"""Trie nodes held in memory at most; a registry's act touches a few dozen, most of them again and again."""
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE nodes (hash BLOB PRIMARY KEY, node BLOB NOT NULL) WITHOUT ROWID;
"""


class Work:
    """An open file of one replay; one thread at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._kept: dict[bytes, bytes] = {}
        self._new: dict[bytes, bytes] = {}

    @classmethod
    def open(cls, path: Path, *, origin: Origin, rules: Rules) -> Work:
        """Open the file, or make it.

        Raises:
            BadInput: it belongs to another chain or other rules, or is no such file.
            Unavailable: it cannot be opened or made, or another process replays into it.
        """
        purpose = _purpose(origin, rules)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                f"file:{quote(str(path.absolute()))}?mode=rwc", uri=True, isolation_level=None, check_same_thread=False,
                timeout=0.0,
            )  # fmt: skip
            # Locked from the first reading on: two replays into one file would each undo what the other believes.
            connection.executescript("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;")
            connection.executescript("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;")
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if not tables:
                connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}")
                connection.execute("INSERT INTO meta VALUES ('purpose', ?)", (purpose,))
                connection.execute("COMMIT")
            found = connection.execute("SELECT value FROM meta WHERE name = 'purpose'").fetchone()
        except (sqlite3.Error, OSError) as error:
            raise _unusable(path, error) from error
        if found is None or found[0] != purpose:
            connection.close()
            mend = Words(
                "换一个 --state,或删掉这个文件从头重放", "name another --state, or delete the file and begin anew"
            )
            zh, en = (
                "这是另一条链或另一组规则的重放文件",
                "this is the file of a replay of another chain or by other rules",
            )
            raise BadInput(zh, en, mend=mend, file=str(path))
        return cls(connection)

    def close(self) -> None:
        """Close the file; what was not committed is forgotten."""
        self._connection.close()

    def reached(self) -> Reached | None:
        """Give how far the replay came, or None at its beginning."""
        row = self._connection.execute("SELECT value FROM meta WHERE name = 'reached'").fetchone()
        return None if row is None else Reached.from_json_bytes(row[0])

    def node(self, node_hash: bytes) -> bytes | None:
        """Give a trie node or contract code by its keccak-256."""
        node = self._new.get(node_hash) or self._kept.get(node_hash)
        if node is None:
            row = self._connection.execute("SELECT node FROM nodes WHERE hash = ?", (node_hash,)).fetchone()
            if row is None:
                return None
            node = self._kept[node_hash] = row[0]
        return node

    def add_nodes(self, nodes: dict[bytes, bytes]) -> None:
        """Take the new nodes of a block until the next commit."""
        self._new |= nodes

    def commit(self, reached: Reached) -> None:
        """Write how far the replay came, with all nodes since the last time."""
        run = self._connection
        run.execute("BEGIN IMMEDIATE")
        run.executemany("INSERT INTO nodes VALUES (?, ?) ON CONFLICT DO NOTHING", self._new.items())
        run.execute("INSERT OR REPLACE INTO meta VALUES ('reached', ?)", (reached.to_json_bytes(),))
        run.execute("COMMIT")
        if len(self._kept) > _KEPT:
            self._kept.clear()
        self._kept |= self._new
        self._new.clear()

    def forget(self) -> None:
        """Drop what was added since the last commit."""
        self._new.clear()


def state_name(origin: Origin, rules: Rules) -> str:
    """Name a file after what it is for, so that other rules have one of their own."""
    return f"replay-{origin.genesis_hash.hex()[:16]}-{hashlib.sha256(_purpose(origin, rules)).hexdigest()[:8]}.db"


def _purpose(origin: Origin, rules: Rules) -> bytes:
    """Give what a file is for: the same chain replayed by the same rules."""
    facts = [
        value.hex() if isinstance(value, bytes) else value for value in astuple(origin) if not isinstance(value, tuple)
    ]
    validators = [address.hex() for address in origin.validators]
    named = {"engine": rules.engine.value, "period": rules.period, "epoch": rules.epoch}
    kept = {"code_size_limit": rules.code_size_limit, "every_seal": rules.every_seal}
    return canonical.encode({"format": FORMAT, "origin": facts, "validators": validators, "rules": named | kept})


def _unusable(path: Path, error: Exception) -> Unavailable | BadInput:
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
        return BadInput("不是重放文件", f"not the file of a replay: {error}", file=str(path))
    return Unavailable(f"重放文件打不开:{error}", f"the file of the replay cannot be opened: {error}", file=str(path))
