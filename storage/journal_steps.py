"""The journal's way from an older format to today's: one step a format, each one transaction with its number.

A kill leaves the format before the step or the one behind it, so the same steps go on at the next run. A step says in
SQL what that format was made into; later formats add a step behind and change none.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from storage.journal_schema import FORMAT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STEPS: dict[int, tuple[str, ...]] = {
    2: (
        ("CREATE TABLE earlier (matter INTEGER PRIMARY KEY REFERENCES matter (id),"
        " act INTEGER NOT NULL REFERENCES act (id), log_index INTEGER NOT NULL)"),
        "CREATE INDEX earlier_act ON earlier (act)",
        "ALTER TABLE version ADD COLUMN lot TEXT NOT NULL DEFAULT ''",
        "UPDATE version SET lot = coalesce(json_extract(CAST(metadata AS TEXT), '$.lot'), '')",
        "CREATE INDEX version_lot ON version (lot) WHERE lot <> ''",
        ("CREATE TABLE lot (name TEXT PRIMARY KEY, contract TEXT NOT NULL, contractor TEXT NOT NULL,"
        " disk TEXT NOT NULL, delivered TEXT NOT NULL, note TEXT NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID"),
    ),
    3: (
        "CREATE INDEX act_height ON act (height, tx_hash) WHERE stage = 'confirmed'",
        "CREATE INDEX attempt_act ON attempt (act, created)",
        "CREATE TABLE unit_count (resource_id TEXT PRIMARY KEY, units INTEGER NOT NULL) WITHOUT ROWID",
        "INSERT INTO unit_count SELECT resource_id, count(*) FROM unit GROUP BY resource_id",
        "INSERT INTO meta SELECT 'resources', count(*) FROM resource",
        ("CREATE TABLE purge (number TEXT PRIMARY KEY REFERENCES resource (number), list_digest BLOB NOT NULL,"
        " tombstone TEXT NOT NULL, content BLOB NOT NULL, stage TEXT NOT NULL, created INTEGER NOT NULL)"
        " WITHOUT ROWID"),
    ),
}
"""What makes the next format of each older one that can be upgraded."""


def format_of(path: Path) -> int:
    """Give the format of a journal file, whichever it is."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return int(connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()[0])
    finally:
        connection.close()


def upgrade_journal(path: Path, *, crash_point: Callable[[str], None] = lambda _: None) -> None:
    """Bring a journal to today's format, step by step; the caller holds the home's lock and has kept a copy."""
    connection = sqlite3.connect(f"file:{path}?mode=rw", uri=True, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous=FULL")
        while (found := format_of(path)) != FORMAT:
            connection.execute("BEGIN IMMEDIATE")
            for place, statement in enumerate(STEPS[found]):
                crash_point(f"{found}.{place}")
                connection.execute(statement)
            connection.execute("UPDATE meta SET value = ? WHERE key = 'format'", (str(found + 1),))
            crash_point(f"{found}.commit")
            connection.execute("COMMIT")
    finally:
        connection.close()
