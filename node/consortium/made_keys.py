"""The keys that a founding makes: who is to keep each, and where it is written.

INSTITUTIONS/CODE/
  keystores/ROLE.json   registrar, reviewer, auditor, governor; encrypted, 0600; a second one is ROLE-2.json
  nodekey               a validator's key in the clear, 0600, because engines want it so; a second one is nodekey-2
"""

from __future__ import annotations

import collections
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from node.keys import new_key, save_key
from storage.durable import sync_folder, write_durably

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from eth_keys.datatypes import PrivateKey

VALIDATOR = "validator"


@dataclass(frozen=True, slots=True)
class MadeKeys:
    """Collects keys while a founding goes through its parties; nothing is written before `save`."""

    random_bytes: Callable[[int], bytes]
    _made: list[tuple[str, str, PrivateKey]] = field(default_factory=list)

    def address(self, given: bytes | None, *, keeper: str, role: str) -> bytes:
        """Give the address that was given, or that of a new key for this keeper and role."""
        if given is not None:
            return given
        made: bytes = self.make(keeper=keeper, role=role).public_key.to_canonical_address()
        return made

    def make(self, *, keeper: str, role: str) -> PrivateKey:
        """Make a key for a keeper (an institution's code) in a role."""
        key = new_key(self.random_bytes)
        self._made.append((keeper, role, key))
        return key

    def save(self, folder: Path, passphrase: bytes, *, work_factor: int) -> None:
        """Write all of them below a folder, durable."""
        seen: collections.Counter[tuple[str, str]] = collections.Counter()
        for keeper, role, key in self._made:
            seen[keeper, role] += 1
            number = "" if seen[keeper, role] == 1 else f"-{seen[keeper, role]}"
            place = folder / keeper
            place.mkdir(mode=0o700, exist_ok=True)
            if role == VALIDATOR:
                write_durably(place / f"nodekey{number}", key.to_bytes().hex().encode(), mode=0o600)
                continue
            (place / "keystores").mkdir(mode=0o700, exist_ok=True)
            save_key(place / "keystores" / f"{role}{number}.json", key, passphrase, work_factor=work_factor)
        sync_folder(folder)
