"""A DAG written as a CAR file: depth first, each block once and hashed again; the whole file or nothing.

The blocks go into a file beside the target, which takes its name once everything is durable; a crash leaves that one,
with ".zhicang-partial" behind the name, and the next attempt replaces it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from storage.car import car_header, car_section
from storage.durable import sync_folder, write_all
from storage.errors import TargetNotEmpty, Words, told_of
from storage.traversal import walk

if TYPE_CHECKING:
    from pathlib import Path

    from storage.block_source import BlockSource
    from storage.cid import Cid


async def write_car(source: BlockSource, root: Cid, target: Path) -> int:
    """Write everything below a root into a new file, durable when this returns; give the number of blocks.

    The same root gives the same bytes. Memory grows with the number of blocks, by their names only.
    Raise TargetNotEmpty, Damaged, UnknownBlock, DiskFull or StorageError, with nothing left behind.
    """
    if os.path.lexists(target):
        raise _taken(target)
    partial = target.with_name(target.name + ".zhicang-partial")
    with told_of(str(target)):
        partial.unlink(missing_ok=True)
        writer = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            try:
                blocks = await _write(source, root, writer)
                os.fsync(writer)
            finally:
                os.close(writer)
            _settle(partial, target)
        finally:
            partial.unlink(missing_ok=True)
        sync_folder(target.parent)
    return blocks


async def _write(source: BlockSource, root: Cid, writer: int) -> int:
    blocks = 0
    write_all(writer, car_header(root))
    async for cid, data in walk(source, root):
        if cid.inline is not None:  # whoever has the CID has the block
            continue
        write_all(writer, car_section(cid, data))
        blocks += 1
    return blocks


def _settle(partial: Path, target: Path) -> None:
    """Give the file its name. Not by a link, which never replaces: the disks that people carry (exFAT) have none."""
    if os.path.lexists(target):
        raise _taken(target)
    partial.rename(target)


def _taken(target: Path) -> TargetNotEmpty:
    mend = Words("换一个新的文件名", "name a new file")
    return TargetNotEmpty(f"{target} 已存在", f"{target} exists", mend=mend, file=str(target))
