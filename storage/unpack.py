"""Unpacking a DAG of UnixFS into ordinary files: the whole of it or nothing, every block verified.

A DAG of a few blocks can claim terabytes and millions of files. So what it claims is compared with the room on the disk
before a file is begun, what a block claims with what it has, and folders and files are counted.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.block_source import block_of
from storage.cid import DAG_PB, RAW
from storage.dag import NodeKind, malformed_node, read_node
from storage.durable import write_all
from storage.errors import DagTooLarge, DiskFull, Words
from storage.intake import create_copy
from storage.names import check_collisions, check_name
from storage.traversal import content_of, entries, file_blocks
from storage.whole_folder import whole_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.block_source import BlockSource
    from storage.cid import Cid

MOST_FILES = 1_000_000
DEEPEST_FOLDER = 64
_EVERYTHING = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """What was written: files, folders below the top, bytes of content."""

    files: int
    folders: int
    size: int


async def unpack(source: BlockSource, root: Cid, folder: Path, *, name: str, judge: Callable[[], None]) -> Unpacked:
    """Write a file (under ``name``) or a folder's content into a new or empty folder, durable when this returns.

    ``judge`` is called when every block was read and the folder has not its name yet; what it raises leaves nothing.
    Raise UnknownBlock, Damaged, DagTooLarge, UnsafeName, TargetNotEmpty or DiskFull, with nothing left behind.
    """
    with whole_folder(folder) as partial:
        unpacking = _Unpacking(source, partial)
        await unpacking.take(root, name)
        judge()
        return Unpacked(files=unpacking.files, folders=unpacking.folders, size=unpacking.size)


class _Unpacking:
    def __init__(self, source: BlockSource, place: Path) -> None:
        self._source = source
        self._place = place
        self.files = self.folders = self.size = 0

    async def take(self, root: Cid, name: str) -> None:
        """Write everything; folders wait in a list, so depth costs no stack."""
        if await self._is_file(root):
            check_name(name, name)
            await self._write(root, name)
            return
        waiting = [("", root)]
        while waiting:
            path, folder = waiting.pop()
            names: list[str] = []
            async for link in entries(self._source, folder):
                below = f"{path}/{link.name}" if path else link.name
                check_name(link.name, below)
                names.append(link.name)
                self._count(below)
                if await self._is_file(link.cid):
                    await self._write(link.cid, below)
                else:
                    (self._place / below).mkdir()
                    self.folders += 1
                    waiting.append((below, link.cid))
            check_collisions(names, path)

    async def _is_file(self, cid: Cid) -> bool:
        if cid.codec == RAW:
            return True
        if cid.codec != DAG_PB:
            raise malformed_node()
        node = read_node(await block_of(self._source, cid))
        if node.is_file:
            return True
        if node.kind in (NodeKind.FOLDER, NodeKind.SHARD):
            return False
        raise malformed_node()

    def _count(self, path: str) -> None:
        if self.files + self.folders >= MOST_FILES or path.count("/") >= DEEPEST_FOLDER:
            zh = f"超过 {MOST_FILES} 个文件或 {DEEPEST_FOLDER} 层文件夹,不解开"
            en = f"over {MOST_FILES} files or {DEEPEST_FOLDER} levels of folders; not unpacked"
            raise DagTooLarge(zh, en, file=path[:200])

    async def _write(self, cid: Cid, path: str) -> None:
        _, size, _ = content_of(cid, await block_of(self._source, cid))
        if size > (free := shutil.disk_usage(self._place).free):
            mend = Words("确认来源可信后换更大的磁盘", "make sure of its source, then use a larger disk")
            zh, en = f"解开后为 {size} 字节,磁盘只余 {free}", f"it would take {size} bytes; the disk has {free}"
            raise DiskFull(zh, en, mend=mend, file=path)
        writer = create_copy(os.fsencode(self._place / path))
        try:
            async for _, _, own in file_blocks(self._source, cid, 0, _EVERYTHING):
                write_all(writer, own)
        finally:
            os.close(writer)
        (self._place / path).chmod(0o644)
        self.files += 1
        self.size += size
