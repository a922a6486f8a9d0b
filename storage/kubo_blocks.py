"""Blocks by CID in a kubo: read with verification, brought in as blocks built here, kept by pins with names.

kubo never chooses a CID: what goes in is a CAR with the CIDs already in it. What comes out is hashed again, so a kubo
that lies is found at its first block. It is always asked offline: a block that is not there is an answer, not a wait.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aiohttp

from storage.block_source import check_block
from storage.car import car_header, car_section
from storage.cid import Cid
from storage.errors import UnknownBlock, Unreachable
from storage.kubo import LONGEST_SILENCE, SILENCE, KuboApi, KuboSays

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_NOT_HERE = ("not found", "could not find", "block was not found locally")


class KuboBlocks:
    """The blocks of one kubo; see the seam in `storage.block_source`."""

    def __init__(self, api: KuboApi) -> None:
        self._api = api

    async def get(self, cid: Cid) -> bytes:
        """Give a block's bytes, verified."""
        try:
            data = await self._api.call("block/get", arg=str(cid), offline="true")
        except KuboSays as error:
            raise self._unknown_or(error, cid) from error
        return check_block(cid, data, source=self._api.url)

    async def has(self, cid: Cid) -> bool:
        """Tell whether a block is there."""
        try:
            await self._api.call("block/stat", arg=str(cid), offline="true")
        except KuboSays as error:
            if isinstance(self._unknown_or(error, cid), UnknownBlock):
                return False
            raise
        return True

    async def bring(self, root: Cid, blocks: AsyncIterator[tuple[Cid, bytes]]) -> None:
        """Bring blocks in, as they come; none is pinned yet, so pin what is to stay. A repetition does no harm.

        Raise Unreachable when kubo breaks off or takes one block for another; some blocks may be there then, unpinned.
        """

        async def car() -> AsyncIterator[bytes]:
            yield car_header(root)
            async for cid, data in blocks:
                yield car_section(cid, data)

        form = aiohttp.MultipartWriter("form-data")
        part = form.append(car(), {"Content-Type": "application/vnd.ipld.car"})
        part.set_content_disposition("form-data", name="file", filename="payload.car")
        options = {"pin-roots": "false", "silent": "true"}
        await self._api.call("dag/import", data=form, silence=LONGEST_SILENCE, **options)

    async def pin(self, root: Cid, name: str, *, patience: int = 600) -> None:
        """Keep everything below a root from garbage collection, under a name.

        kubo asks its swarm for what it lacks (pinning has no offline form), so Unreachable is raised after ``patience``
        seconds when nobody has it. kubo keeps one name a root: of two registrations of one content, the last one's.
        """
        options = {"arg": str(root), "name": name, "recursive": "true", "timeout": f"{patience}s"}
        await self._api.call("pin/add", silence=patience + SILENCE, **options)

    async def unpin(self, root: Cid) -> None:
        """Leave a root to garbage collection; one that is not pinned is fine."""
        try:
            await self._api.call("pin/rm", arg=str(root), recursive="true")
        except KuboSays as error:
            if "not pinned" not in error.message:
                raise

    async def pins(self) -> AsyncIterator[tuple[Cid, str]]:
        """Give the recursive pins with their names, one at a time."""
        rest = b""
        async with self._api.stream("pin/ls", type="recursive", names="true", stream="true") as pieces:
            async for piece in pieces:
                *lines, rest = (rest + piece).split(b"\n")
                for line in filter(None, lines):
                    yield self._pin(line)
        if rest.strip():
            yield self._pin(rest)

    def _pin(self, line: bytes) -> tuple[Cid, str]:
        try:
            pin = json.loads(line)
            return Cid.parse_foreign(pin["Cid"]), str(pin.get("Name", ""))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            zh, en = f"kubo({self._api.url})列出的固定项读不懂", f"kubo at {self._api.url} lists no such thing as a pin"
            raise Unreachable(zh, en) from error

    def _unknown_or(self, error: KuboSays, cid: Cid) -> Exception:
        if any(words in error.message for words in _NOT_HERE):
            return UnknownBlock(f"kubo 中没有数据块 {cid}", f"kubo has no block {cid}", file=self._api.url)
        return error
