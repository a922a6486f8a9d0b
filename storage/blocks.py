"""The block index: the payloads of a storage root as IPFS blocks by CID, every block hashed again when it is read.

Rows point into payload files, so there is one copy on disk. A row is never believed: a block that does not match its
CID is not given out, and the next of its places is tried.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import closing
from typing import TYPE_CHECKING

from storage.ahead import ahead
from storage.block_rows import BlockRows, LeafRow, NodeRow
from storage.cid import DAG_PB, RAW, Cid
from storage.dag import file_links
from storage.errors import Damaged, UnknownBlock, Words
from storage.export import copy_out, export
from storage.objects import StoredObjects
from storage.reindex import Reindexed, reindex
from storage.source import READ

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from pathlib import Path

    from storage.staged import Kind, Staged

    Seen = Callable[[str], bool]


_MOST_FOLDERS = 4096


def everything(_: str) -> bool:
    """See every payload."""
    return True


class BlockIndex:
    """Blocks by CID over a storage root; use from one thread at a time."""

    def __init__(self, rows: BlockRows, objects: StoredObjects) -> None:
        self.rows = rows
        self._objects = objects
        self._folders: dict[str, bytes] = {}

    @staticmethod
    def found(path: Path) -> BlockRows:
        """Make an empty index file; raise RootExists when it is there."""
        return BlockRows.found(path)

    @classmethod
    def open(cls, path: Path, *, root: Path, read_only: bool = False) -> BlockIndex:
        """Open the index of a storage root; raise RootMissing when either is missing."""
        objects = StoredObjects(root)
        return cls(BlockRows.open(path, read_only=read_only), objects)

    @staticmethod
    def reindex(path: Path, *, root: StoredObjects) -> Reindexed:
        """Make the index anew from the storage root alone; see `storage.reindex`."""
        return reindex(path, root=root)

    def close(self) -> None:
        """Close the index file."""
        self.rows.close()

    def add(self, staged: Staged, object_id: str) -> None:
        """Add the blocks of one placed payload, durable when this returns."""
        self.add_many([(staged, object_id)])

    def add_many(self, placed: Iterable[tuple[Staged, str]]) -> None:
        """Add the blocks of placed payloads (staged, object id) in one transaction, durable when this returns.

        Rows that an object had are replaced. Raise StorageError, with nothing added.
        """
        with self.rows.transaction():
            for staged, object_id in placed:
                self.rows.add(object_id, staged.payload)

    def forget(self, object_id: str) -> None:
        """Remove an object's rows, durable when this returns."""
        with self.rows.transaction():
            self.rows.forget(object_id)

    def has(self, cid: Cid, *, seen: Seen = everything) -> bool:
        """Tell whether the index knows a block; its bytes are not looked at. For `seen` see `get`."""
        return self.place(cid, seen=seen) is not None

    def place(self, cid: Cid, *, seen: Seen = everything) -> LeafRow | NodeRow | None:
        """Give the first place of a block, or None. For `seen` see `get`."""
        with closing(self._rows_of(cid, seen)) as places:
            return next(places, None)

    def holds(self, digest: bytes) -> bool:
        """Tell whether any payload, seen or not, has a block of this SHA-256, whatever codec it is asked for by."""
        return next(self.rows.places(digest), None) is not None or next(self.rows.nodes(digest), None) is not None

    def places(self, cid: Cid) -> list[LeafRow] | list[NodeRow]:
        """Give every place of a block."""
        if cid.codec not in (RAW, DAG_PB):
            return []
        return list(self.rows.places(cid.digest)) if cid.codec == RAW else list(self.rows.nodes(cid.digest))

    def get(self, cid: Cid, *, seen: Seen = everything) -> bytes:
        """Give a block's bytes, verified; raise UnknownBlock, or Damaged when none of its places is good.

        Only places in payloads that are seen count: a block that lies elsewhere alone is as unknown as one that is
        nowhere, and is not read.
        """
        tried: list[str] = []
        with closing(self._rows_of(cid, seen)) as places:
            for row in places:
                data = self.read(row)
                if data is not None:
                    return data
                tried.append(_shown(row))
        raise _damaged(cid, tried) if tried else unknown_block(cid)

    def size(self, cid: Cid, *, seen: Seen = everything) -> int:
        """Give a block's length without reading it; raise UnknownBlock. For `seen` see `get`."""
        row = self.place(cid, seen=seen)
        if row is None:
            raise unknown_block(cid)
        return row.size

    def read(self, row: LeafRow | NodeRow) -> bytes | None:
        """Give the block of a place, verified; None where it is not good."""
        data = self._read(row)
        return data if data is not None and hashlib.sha256(data).digest() == row.cid.digest else None

    def cat(self, cid: Cid) -> Iterator[bytes]:
        """Give a file's content block by block, each verified; raise UnknownBlock or Damaged, or it is no file.

        Blocks are read and hashed ahead in threads; the index itself is used by the caller's alone.
        """
        if cid.codec == RAW:
            yield self.get(cid)
            return
        with closing(ahead(self._try, self._leaves(cid), undo=_forget)) as pieces:
            for (leaf, _), piece in pieces:
                data = piece.result()
                yield self.get(leaf) if data is None else data

    def _leaves(self, cid: Cid) -> Iterator[tuple[Cid, LeafRow | NodeRow | None]]:
        """Give a file's leaves in order, each with the first of its places."""
        waiting = [cid]
        while waiting:
            current = waiting.pop()
            if current.codec == RAW:
                yield current, self.place(current)
            else:
                waiting.extend(link.cid for link in reversed(file_links(self.get(current))))

    def _try(self, leaf: tuple[Cid, LeafRow | NodeRow | None]) -> bytes | None:
        """Read a leaf from its first place; None where that is not good."""
        _, row = leaf
        return None if row is None else self.read(row)

    def export(self, object_id: str, folder: Path, *, expected: tuple[Kind, bytes] | None = None) -> int:
        """Write an object's payload out, every block verified; give the number of files. See `storage.export`."""
        return export(self._objects, object_id, folder, expected=expected)

    def copy_out(self, object_id: str, folder: Path, *, expected: tuple[Kind, bytes] | None = None) -> int:
        """Write an object's payload into a folder whose durability is the caller's. See `storage.export`."""
        return copy_out(self._objects, object_id, folder, expected=expected)

    def _rows_of(self, cid: Cid, seen: Seen) -> Generator[LeafRow | NodeRow]:
        """Give the places that are seen; closed, also by an error of `seen`, nothing stays open in the index."""
        if cid.codec not in (RAW, DAG_PB):
            return
        rows = self.rows.places(cid.digest) if cid.codec == RAW else self.rows.nodes(cid.digest)
        with closing(rows):
            yield from (row for row in rows if seen(row.object_id))

    def _folder_of(self, name: str) -> bytes:
        """Give a payload's folder with a slash; the last ones are remembered, as blocks of one come in a row."""
        if len(self._folders) > _MOST_FOLDERS:
            self._folders.clear()
        folder = self._folders.get(name)
        if folder is None:
            folder = self._folders[name] = os.fsencode(self._objects.payload_path(name)) + b"/"
        return folder

    def _read(self, row: LeafRow | NodeRow) -> bytes | None:
        """Give the bytes that a row points to, or None when there are none."""
        if isinstance(row, NodeRow):
            return row.data
        try:
            reader = os.open(self._folder_of(row.object_id) + row.path.encode(), READ)
        except (OSError, ValueError):
            return None
        try:
            return os.pread(reader, row.length, row.offset)
        except OSError:  # no regular file
            return None
        finally:
            os.close(reader)


def unknown_block(cid: Cid) -> UnknownBlock:
    """Give the error for a block that is not here, for whatever reason."""
    return UnknownBlock(f"没有数据块 {cid}", f"no block {cid}")


def _forget(_: bytes | None) -> None:
    """Let go of what was read ahead for nobody."""


def _shown(row: LeafRow | NodeRow) -> str:
    return row.object_id if isinstance(row, NodeRow) else f"{row.object_id}/{row.path}@{row.offset}"


def _damaged(cid: Cid, tried: list[str]) -> Damaged:
    places = ", ".join(tried[:5])
    mend = Words("用 zhicang repair 修复,或从备份恢复", "mend it with zhicang repair, or restore a backup")
    zh, en = f"数据块 {cid} 已损坏:{places}", f"block {cid} is damaged at {places}"
    return Damaged(zh, en, mend=mend, file=tried[0])
