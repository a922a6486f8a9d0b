"""Keccak-256, by the C implementation alone.

``eth_hash.auto`` would prefer pycryptodome where that is installed too: eight times slower on 64 bytes, and slow to
import.
"""

from __future__ import annotations

from eth_hash.backends.pysha3 import keccak256 as keccak

__all__ = ["keccak"]
