"""Frames: four bytes of length (big-endian), then as many of JSON, one object. Both sides bound what they take."""

from __future__ import annotations

import json
from typing import Any

HEAD = 4
MOST_REQUEST = 32 << 20
"""Bytes of a request: a command line, and what a client signed, 10,000 approvals and more."""
MOST_ANSWER = 1 << 20
"""Bytes of one frame of an answer; a long text goes in several."""
PIECE = 60_000
"""Characters of text in one frame: a character takes at most 12 bytes of JSON."""


class BadFrameError(Exception):
    """What came is no frame, or a larger one than is taken."""


def encode(value: dict[str, Any]) -> bytes:
    """Give the frame of an object; names that are not UTF-8 travel as lone surrogates."""
    body = json.dumps(value, separators=(",", ":")).encode("ascii")
    return len(body).to_bytes(HEAD, "big") + body


def length_of(head: bytes, *, most: int) -> int:
    """Read a frame's length; raise BadFrameError when it is larger than is taken."""
    length = int.from_bytes(head, "big")
    if not 0 < length <= most:
        raise BadFrameError(f"a frame of {length} bytes; 1 to {most} are taken")
    return length


def decode(body: bytes) -> dict[str, Any]:
    """Read a frame's object; raise BadFrameError."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadFrameError(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadFrameError("not a JSON object")
    return value
