"""Names of lots 交付批次, what a contractor delivers at once; on chain stands the SHA-256 of a name."""

from __future__ import annotations

import hashlib

from node.errors import BadInput

LONGEST = 80
"""Characters; folders of registers bear a lot's name, and file systems take 255 bytes, which is 85 of ours."""
_PREFIX = "lot:"


def lot_name(text: str) -> str:
    """Give a lot's name as lists, commands and the chain's digest have it, "" for none: without spaces around it.

    Raise BadInput for a control character or a name that is too long.
    """
    name = text.strip()
    if not name.isprintable() or len(name) > LONGEST:
        zh, en = "批次名含有控制字符,或超过 80 个字", "a lot's name has a control character or over 80 characters"
        raise BadInput(zh, en, field="lot")
    return name


def lot_digest(name: str) -> bytes:
    """Give what stands on chain for a lot, zeros for none."""
    return hashlib.sha256(name.encode()).digest() if name else bytes(32)


def lot_subject(name: str) -> str:
    """Give what an act about a lot is about, as it is typed and kept."""
    return _PREFIX + name


def lot_of_subject(text: str) -> str:
    """Give the lot's name that a subject has, "" when it is no lot's; raise BadInput as `lot_name` does."""
    return lot_name(text.removeprefix(_PREFIX)) if text.startswith(_PREFIX) else ""
