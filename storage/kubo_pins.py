"""What a kubo has pinned, listed once: a private temporary database, so that a million pins take no memory.

It belongs to one run and is gone with it.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from storage.cid import Cid


class PinList:
    """The recursive pins of a kubo as they were; close it, or use it as a context manager."""

    def __init__(self) -> None:
        # "" is SQLite's name for a database of its own that spills to the temporary folder and ends with the connection
        self._rows = sqlite3.connect("", isolation_level=None)
        self._rows.execute("CREATE TABLE pin (cid BLOB PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()

    async def take(self, pins: AsyncIterator[tuple[Cid, str]]) -> None:
        """Take in what kubo lists."""
        self._rows.execute("BEGIN")
        async for cid, name in pins:
            self._rows.execute("INSERT OR REPLACE INTO pin VALUES (?, ?)", (cid.binary, name))
        self._rows.execute("COMMIT")

    def note(self, root: Cid, name: str) -> None:
        """Enter a pin that is being made."""
        self._rows.execute("INSERT OR REPLACE INTO pin VALUES (?, ?)", (root.binary, name))

    def forget(self, root: Cid) -> None:
        """Take out a pin that is none."""
        self._rows.execute("DELETE FROM pin WHERE cid = ?", (root.binary,))

    def name_of(self, root: Cid) -> str | None:
        """Give the name of a root's pin, "" without one; None where it is not pinned."""
        found = self._rows.execute("SELECT name FROM pin WHERE cid = ?", (root.binary,)).fetchone()
        return None if found is None else str(found[0])
