"""Numbers that look random and are the same on every machine and in every version of Python."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256


@dataclass(slots=True)
class Chance:
    """A row of numbers that its seed decides: SHA-256 of the seed and a counter, four bytes a number."""

    seed: str
    _drawn: int = 0

    def below(self, limit: int) -> int:
        """Draw a number from 0 to limit - 1."""
        digest = sha256(f"{self.seed} {self._drawn}".encode()).digest()
        self._drawn += 1
        return int.from_bytes(digest[:4], "big") * limit >> 32
