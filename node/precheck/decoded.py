"""What came of opening one file to its end: the answer that every decoder gives."""

from __future__ import annotations

from dataclasses import dataclass

NO_IMAGE = "not an image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What came of a file: why it does not decode, what it is instead, or the SHA-256 of its pixels."""

    fault: str = ""
    format: str = ""
    locked: bool = False
    too_large: bool = False
    pixels: bytes = b""
