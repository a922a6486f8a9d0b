"""The kinds of content digest, as numbered on chain."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """What a content digest covers: the bytes of one file, or the canonical manifest of a tree."""

    FILE = 1
    TREE = 2

    @property
    def word(self) -> str:
        """Give the kind as written in receipts and JSON output."""
        return self.name.lower()
