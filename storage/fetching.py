"""Fetching one file of a payload by CID: block by block, each verified, into a durable read-only file."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from storage.durable import write_all
from storage.intake import create_copy, take_in
from storage.staged import Kind
from storage.traversal import file_blocks, follow
from storage.walk import Identity, look_at

if TYPE_CHECKING:
    from pathlib import Path

    from storage.block_source import BlockSource
    from storage.staged import PayloadFile
    from storage.wanted import WantedPayload

_EVERYTHING = 1 << 62


async def fetch_file(
    source: BlockSource, want: WantedPayload, path: str, target: Path, *, with_sm3: bool
) -> PayloadFile:
    """Write the file at a path of a payload to ``target``; give its digests, taken of what was written.

    The way leads from the payload's own CID down, so that nothing but its blocks can come.
    """
    top = want.cid if want.kind is Kind.FILE else (await follow(source, want.cid, path.split("/"))).end
    writer = create_copy(os.fsencode(target))
    try:
        async for _, _, own in file_blocks(source, top, 0, _EVERYTHING):
            write_all(writer, own)
        os.fsync(writer)
    finally:
        os.close(writer)
    identity = Identity.of(look_at(target))
    return await asyncio.to_thread(
        take_in, os.fsencode(target), None, path=path, expected=identity, with_sm3=with_sm3
    )
