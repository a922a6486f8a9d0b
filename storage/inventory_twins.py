"""The two copies of an object's inventory: its own, and that of its newest version; the whole one mends the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import ocfl
from storage.errors import Damaged

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = (ocfl.INVENTORY, ocfl.SIDECAR)


def damaged_twins(path: Path, object_id: str) -> list[tuple[str, bytes]]:
    """Give the files that differ from their whole twins, by their paths in the object, as they should be.

    Nothing where neither copy is whole: nobody can say then what the object holds.
    """
    folders = sorted((folder.name for folder in path.glob("v[0-9]*")), key=lambda name: (len(name), name))
    if not folders:
        return []
    newest = folders[-1]
    pairs = {prefix: [_read(path / f"{prefix}{name}") for name in _NAMES] for prefix in ("", f"{newest}/")}
    whole = next((pair for pair in pairs.values() if _is_whole(pair, object_id, newest)), None)
    if whole is None:
        return []
    return [
        (prefix + name, data)
        for prefix, pair in pairs.items()
        for name, found, data in zip(_NAMES, pair, whole, strict=True)
        if found != data
    ]


def _read(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


def _is_whole(pair: list[bytes], object_id: str, newest: str) -> bool:
    try:
        inventory = ocfl.decode_inventory(pair[0], object_id)
    except Damaged:
        return False
    return pair[1] == ocfl.sidecar_of(pair[0]) and f"v{inventory.head}" == newest
