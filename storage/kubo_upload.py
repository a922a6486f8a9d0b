"""Payloads on their way into a kubo: many small ones in one CAR, a large one in its own, each pinned by its name.

What a crash leaves, here or there: blocks without a pin, or a large payload's pin without its name. The same upload
again sends what is missing and names what is not. A payload whose blocks are damaged here fails alone; a fault of kubo
ends the upload.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.errors import Damaged, StorageError, Words
from storage.traversal import walk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from storage.block_source import BlockSource
    from storage.cid import Cid
    from storage.kubo_blocks import KuboBlocks

SMALL = 1 << 20
"""Bytes up to which a payload travels together with others."""
TOGETHER = 8 << 20
MOST_ROOTS = 200
"""What one CAR of small payloads holds: bytes, which are in memory, and payloads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A payload that is to be in kubo: the name of its pin, its root, its size in bytes, and whether it is pinned."""

    name: str
    root: Cid
    size: int
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a payload: how many blocks were sent for it, or why it failed here."""

    payload: Payload
    blocks: int = 0
    error: StorageError | None = None


async def upload(
    source: BlockSource, kubo: KuboBlocks, payloads: Iterable[Payload], *, still: Callable[[Payload], bool]
) -> AsyncIterator[Sent]:
    """Bring payloads into kubo, verified, pinned and named; tell of each when kubo has it for good.

    ``still`` is asked as small ones leave, which wait for others; one that is not to be sent any more is passed over.
    """
    batch: list[tuple[Payload, dict[Cid, bytes]]] = []
    held = 0
    for payload in payloads:
        if payload.pinned:
            await _name(kubo, payload)
            yield Sent(payload=payload)
            continue
        if payload.size > SMALL:
            yield await _alone(source, kubo, payload)
            continue
        try:
            blocks = {cid: data async for cid, data in walk(source, payload.root)}
        except StorageError as error:
            yield Sent(payload=payload, error=error)
            continue
        batch.append((payload, blocks))
        held += sum(map(len, blocks.values()))
        if held >= TOGETHER or len(batch) >= MOST_ROOTS:
            for sent in await _together(kubo, batch, still):
                yield sent
            batch, held = [], 0
    for sent in await _together(kubo, batch, still):
        yield sent


async def _together(
    kubo: KuboBlocks, waiting: list[tuple[Payload, dict[Cid, bytes]]], still: Callable[[Payload], bool]
) -> list[Sent]:
    batch = [(payload, blocks) for payload, blocks in waiting if still(payload)]
    if not batch:
        return []
    whole = {cid: data for _, blocks in batch for cid, data in blocks.items()}

    async def each() -> AsyncIterator[tuple[Cid, bytes]]:
        for cid, data in whole.items():
            yield cid, data

    # A pin costs kubo a synced write, and naming it another: so these are pinned once, with their names. Should garbage
    # be collected in this very moment, pinning fails, and the next run sends them again.
    await kubo.bring(list(dict.fromkeys(payload.root for payload, _ in batch)), each(), pin=False)
    await asyncio.gather(*(_name(kubo, payload) for payload, _ in batch))
    return [Sent(payload=payload, blocks=len(blocks)) for payload, blocks in batch]


async def _alone(source: BlockSource, kubo: KuboBlocks, payload: Payload) -> Sent:
    """Send a large payload; where its root is there, an earlier attempt broke off, and only the rest is sent."""
    begun = await kubo.has(payload.root)
    own: list[StorageError] = []

    async def missing() -> AsyncIterator[tuple[Cid, bytes]]:
        blocks = walk(source, payload.root)
        while True:
            try:
                cid, data = await anext(blocks)
            except StopAsyncIteration:
                return
            except StorageError as error:
                own.append(error)
                raise
            if not (begun and await kubo.has(cid)):
                yield cid, data

    try:
        blocks = await kubo.bring([payload.root], missing(), pin=True)
    except StorageError as error:
        if error not in own:
            raise
        return Sent(payload=payload, error=error)
    await _name(kubo, payload)
    return Sent(payload=payload, blocks=blocks)


async def _name(kubo: KuboBlocks, payload: Payload) -> None:
    """Name a pin, and ask kubo whether it has it so."""
    await kubo.name(payload.root, payload.name)
    if await kubo.pin_of(payload.root) != payload.name:
        named = f"{payload.root} ({payload.name})"
        zh, en = f"kubo 没有固定 {named}", f"kubo has not pinned {named}"
        mend = Words("不要用这个 kubo;查明它是什么", "do not use this kubo; find out what it is")
        raise Damaged(zh, en, mend=mend)
