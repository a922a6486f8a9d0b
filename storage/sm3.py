"""SM3 (GB/T 32905-2016) with the interface of hashlib.

It is the `cryptography` package's, which is pinned and always has it. That package holds the interpreter's lock while
it hashes, though, so that nothing else goes on; where the interpreter's own OpenSSL has SM3 as well, and gives the
standard's example right, that is taken: the same digests, and other threads run meanwhile.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Protocol

_EXAMPLE = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
"""SM3 of "abc", the first example of the standard."""


class Hasher(Protocol):
    """What takes bytes in and gives their digest."""

    def update(self, data: bytes | memoryview, /) -> None:
        """Take in more bytes."""

    def digest(self) -> bytes:
        """Give the digest of what was taken in."""


class PinnedSm3:
    """SM3 of the `cryptography` package."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives import hashes

        self._hash = hashes.Hash(hashes.SM3())

    def update(self, data: bytes | memoryview, /) -> None:
        """Take in more bytes."""
        self._hash.update(data)

    def digest(self) -> bytes:
        """Give the digest of what was taken in."""
        return self._hash.copy().finalize()


def new_sm3() -> Hasher:
    """Begin an SM3."""
    return hashlib.new("sm3", usedforsecurity=False) if _own_openssl() else PinnedSm3()


def sm3(data: bytes) -> bytes:
    """Give the SM3 of bytes (32 bytes)."""
    hasher = new_sm3()
    hasher.update(data)
    return hasher.digest()


@cache
def _own_openssl() -> bool:
    try:
        return hashlib.new("sm3", b"abc", usedforsecurity=False).hexdigest() == _EXAMPLE
    except ValueError:
        return False
