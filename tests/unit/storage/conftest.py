"""What the tests of storage share: a home with an empty storage root and block index, and sources to store."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from storage.blocks import BlockIndex
from storage.root import Staged, StorageRoot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOON = 1_700_000_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A storage root with its block index, and a folder for sources."""

    home: Path
    root: StorageRoot
    blocks: BlockIndex

    @property
    def sources(self) -> Path:
        return self.home / "sources"

    def source(self, path: str, data: bytes) -> Path:
        """Write a source file."""
        file = self.sources / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        return file

    def store(self, source: Path, object_id: str, metadata: bytes = b"{}") -> Staged:
        """Store a source to its end."""
        staged = self.root.stage(source)
        self.root.place(staged, object_id, metadata=metadata)
        self.root.sync()
        self.blocks.add(staged, object_id)
        return staged

    def staging_is_empty(self) -> bool:
        return not any((self.home / "staging").iterdir())


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    root = StorageRoot.found(tmp_path / "storage", clock=lambda: NOON)
    BlockIndex.found(tmp_path / "blocks.db").close()
    blocks = BlockIndex.open(tmp_path / "blocks.db", root=tmp_path / "storage")
    (tmp_path / "sources").mkdir()
    yield Shelf(home=tmp_path, root=root, blocks=blocks)
    blocks.close()
    root.close()


@pytest.fixture
def tree(shelf: Shelf) -> Path:
    """A folder with nested folders, Unicode names, an empty file and a file of three leaves."""
    shelf.source("tree/p001.tif", b"II*\0 page one")
    shelf.source("tree/文本/第一页.txt", "数字资源\n".encode())
    shelf.source("tree/文本/empty.txt", b"")
    shelf.source("tree/录音.wav", counted("wav", 2_500_000))
    return shelf.sources / "tree"


def counted(seed: str, size: int) -> bytes:
    """Give the first bytes of SHA-256(seed:0), SHA-256(seed:1), … joined."""
    blocks = range(-(-size // 32))
    return b"".join(hashlib.sha256(f"{seed}:{i}".encode()).digest() for i in blocks)[:size]


@pytest.fixture
def damage() -> Callable[[Path, int], None]:
    """Change one byte of a stored file."""

    def change(path: Path, offset: int) -> None:
        path.chmod(0o644)
        data = bytearray(path.read_bytes())
        data[offset] ^= 1
        path.write_bytes(data)
        path.chmod(0o444)

    return change
