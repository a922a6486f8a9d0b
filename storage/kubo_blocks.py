"""Blocks by CID in a kubo: read with verification, brought in as blocks built here, kept by pins with names.

kubo never chooses a CID: what goes in is a CAR with the CIDs already in it. What comes out is hashed again, so a kubo
that lies is found at its first block. It is always asked offline: a block that is not there is an answer, not a wait.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from storage.block_source import check_block
from storage.car import car_header, car_section
from storage.cid import Cid
from storage.errors import Damaged, KuboSilent, UnknownBlock, Unreachable, Words
from storage.kubo import LONGEST_SILENCE, KuboApi, KuboSays

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

_NOT_HERE = ("not found", "could not find", "block was not found locally")
_NOT_PINNED = "not pinned"


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

    async def bring(self, roots: Sequence[Cid], blocks: AsyncIterator[tuple[Cid, bytes]], *, pin: bool) -> int:
        """Bring blocks in, as they come, and pin the roots, still without names; give how many blocks were taken.

        kubo keeps its garbage collection out until the roots are pinned, and pins none of which anything is missing.
        A repetition does no harm. What the blocks raise is raised as it is. Raise Unreachable when kubo breaks off,
        Damaged when it says that it took something else; blocks may be there then, unpinned.
        """
        sent = 0

        async def car() -> AsyncIterator[bytes]:
            nonlocal sent
            yield car_header(*roots)
            async for cid, data in blocks:
                sent += 1
                yield car_section(cid, data)

        answer = await self._api.upload("dag/import", car(), **{"pin-roots": str(pin).lower(), "stats": "true"})
        pinned: set[str] = set()
        taken = -1
        for line in filter(None, answer.split(b"\n")):
            value = self._api.parsed("dag/import", line)
            if "Root" in value:
                pinned.add(self._pinned_root(value["Root"]))
            elif "Stats" in value:
                taken = int((value["Stats"] or {}).get("BlockCount", -1))
        if taken != sent or pinned != ({str(root) for root in roots} if pin else set()):
            raise self._lies(f"{taken}/{sent} 个数据块", f"{taken} of {sent} blocks")
        return sent

    async def name(self, root: Cid, name: str) -> None:
        """Pin what is here whole, under a name, or give its pin that name; the swarm is not asked.

        kubo keeps one name a root, the last that was given. Raise Unreachable when a block is not here any more.
        """
        try:
            answer = await self._api.ask("pin/add", arg=str(root), name=name, recursive="true", offline="true")
        except KuboSays as error:
            if not isinstance(self._unknown_or(error, root), UnknownBlock):
                raise
            mend = Words("再运行一次,会重新送去", "run again: it is sent again")
            zh, en = f"kubo 已清理掉 {root} 的数据块", f"kubo's garbage collection took blocks of {root}"
            raise Unreachable(zh, en, mend=mend) from error
        if answer.get("Pins") != [str(root)]:
            raise self._lies(f"固定项 {answer.get('Pins')}", f"the pin {answer.get('Pins')}")

    async def pin(self, root: Cid, name: str, *, patience: float = 600) -> None:
        """Keep everything below a root from garbage collection, under a name; kubo asks its swarm for what it lacks.

        Raise KuboSilent when for ``patience`` seconds no block more has come.
        """
        known = -1
        try:
            async with asyncio.timeout(patience) as watch:
                options = {"arg": str(root), "name": name, "recursive": "true", "progress": "true"}
                async for line in self._api.lines("pin/add", **options):
                    if line.get("Pins"):
                        if line["Pins"] != [str(root)]:
                            raise self._lies(f"固定项 {line['Pins']}", f"the pin {line['Pins']}")
                        return
                    if (come := int(line.get("Progress") or 0)) > known:
                        known = come
                        watch.reschedule(asyncio.get_running_loop().time() + patience)
        except TimeoutError as error:
            words = Words(
                "确认存有它的节点在运行、群密钥相同", "see that a node that has it runs, with the same swarm key"
            )
            zh = f"{patience:g} 秒内没有从群里得到 {root} 的数据块(已得 {max(known, 0)} 块)"
            en = f"for {patience:g} s the swarm gave no block of {root} ({max(known, 0)} came)"
            raise KuboSilent(zh, en, mend=words) from error
        raise self._lies("没有固定项", "no pin")

    async def unpin(self, root: Cid) -> None:
        """Leave a root to garbage collection; one that is not pinned is fine."""
        try:
            await self._api.call("pin/rm", arg=str(root), recursive="true")
        except KuboSays as error:
            if _NOT_PINNED not in error.message:
                raise

    async def pins(self) -> AsyncIterator[tuple[Cid, str]]:
        """Give the recursive pins with their names, one at a time."""
        async for line in self._api.lines("pin/ls", type="recursive", names="true", stream="true"):
            yield self._pin(line)

    async def pin_of(self, root: Cid) -> str | None:
        """Give the name of a root's recursive pin, "" without one; None where it is not pinned."""
        try:
            answer = await self._api.ask("pin/ls", arg=str(root), type="recursive", names="true")
        except KuboSays as error:
            if _NOT_PINNED in error.message:
                return None
            raise
        pin = (answer.get("Keys") or {}).get(str(root))
        if not isinstance(pin, dict):
            raise self._lies("别的固定项", "other pins")
        return str(pin.get("Name") or "")

    async def is_kept(self, cid: Cid) -> bool:
        """Tell whether a block lies below a pin of something else, so that garbage collection leaves it."""
        try:
            await self._api.call("pin/ls", arg=str(cid), type="indirect")
        except KuboSays as error:
            if _NOT_PINNED in error.message:
                return False
            raise
        return True

    async def collect_garbage(self) -> int:
        """Remove every block that no pin keeps; give how many were."""
        removed = 0
        async for line in self._api.lines("repo/gc", LONGEST_SILENCE, **{"stream-errors": "true"}):
            if line.get("Error"):
                raise self._api.says(str(line["Error"]), 200, "repo/gc")
            removed += 1
        return removed

    def _pinned_root(self, root: dict[str, Any]) -> str:
        if message := root.get("PinErrorMsg"):
            raise self._api.says(str(message), 200, "dag/import")
        return str((root.get("Cid") or {}).get("/"))

    def _pin(self, pin: dict[str, Any]) -> tuple[Cid, str]:
        try:
            return Cid.parse_foreign(pin["Cid"]), str(pin.get("Name", ""))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            zh, en = f"kubo({self._api.url})列出的固定项读不懂", f"kubo at {self._api.url} lists no such thing as a pin"
            raise Unreachable(zh, en) from error

    def _lies(self, zh: str, en: str) -> Damaged:
        mend = Words("不要用这个 kubo;查明它是什么", "do not use this kubo; find out what it is")
        zh, en = (
            f"kubo({self._api.url})给的回答与所送不符:{zh}",
            f"kubo at {self._api.url} answers what was not sent: {en}",
        )
        return Damaged(zh, en, mend=mend, file=self._api.url)

    def _unknown_or(self, error: KuboSays, cid: Cid) -> Exception:
        if any(words in error.message for words in _NOT_HERE):
            return UnknownBlock(f"kubo 中没有数据块 {cid}", f"kubo has no block {cid}", file=self._api.url)
        return error
