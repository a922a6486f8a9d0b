"""Long texts on a page: their beginning, and how long they are."""

from __future__ import annotations

from node.errors import Words

MOST = 120
"""Characters of a text that are shown."""


def shortened(text: str) -> Words:
    """Give a text on one line; of a long one the beginning, with its length said."""
    line = " ".join(text.split())
    if not line:
        return Words("(空)", "(empty)")
    if len(line) <= MOST:
        return Words(line, line)
    return Words(f"{line[:MOST]}……(共 {len(text)} 字)", f"{line[:MOST]}… ({len(text)} characters)")
