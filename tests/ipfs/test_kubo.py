"""A kubo as a place of payloads: pins and garbage collection, death in the middle, lies, silence, tokens."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from blocks import blocks_of, pretender

from storage.cid import RAW, Cid
from storage.errors import Damaged, UnknownBlock, Unreachable
from storage.kubo import KuboApi
from storage.kubo_blocks import KuboBlocks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from network_parts.kubo import Kubo

NUMBER = "DEMO0001-2026-00000001-X"


async def one_by_one(blocks: dict[Cid, bytes]) -> AsyncIterator[tuple[Cid, bytes]]:
    for cid, data in blocks.items():
        yield cid, data


async def test_what_is_pinned_outlives_garbage_collection(kubo: Kubo) -> None:
    kept, kept_blocks = blocks_of("kept", 3)
    lost, lost_blocks = blocks_of("lost", 2)
    async with KuboApi(kubo.url) as api:
        source = KuboBlocks(api)
        await source.bring([kept], one_by_one(kept_blocks), pin=False)
        await source.bring([lost], one_by_one(lost_blocks), pin=False)
        await source.pin(kept, NUMBER)
        assert (kept, NUMBER) in [pin async for pin in source.pins()]
        kubo.run("repo", "gc", "--quiet")
        for cid, data in kept_blocks.items():
            assert await source.get(cid) == data
        with pytest.raises(UnknownBlock):
            await source.get(lost)
        await source.unpin(kept)
        await source.unpin(kept)
        assert kept not in [cid async for cid, _ in source.pins()]


async def test_pinning_what_is_not_whole_fails_and_pins_nothing(kubo: Kubo) -> None:
    root, blocks = blocks_of("torn", 3)
    del blocks[next(iter(blocks))]
    async with KuboApi(kubo.url) as api:
        source = KuboBlocks(api)
        await source.bring([root], one_by_one(blocks), pin=False)
        with pytest.raises(Unreachable):
            await source.pin(root, NUMBER, patience=2)
        assert root not in [cid async for cid, _ in source.pins()]


async def test_kubo_does_not_take_a_block_under_another_cid(kubo: Kubo) -> None:
    async with KuboApi(kubo.url) as api:
        source = KuboBlocks(api)
        cid = Cid(RAW, hashlib.sha256(b"another").digest())
        with pytest.raises(Unreachable):
            await source.bring([cid], one_by_one({cid: b"not that"}), pin=False)
        assert not await source.has(cid)


async def test_kubo_killed_in_the_middle_of_an_upload(own_kubo: Kubo) -> None:
    root, blocks = blocks_of("killed", 12)

    async def until_it_dies() -> AsyncIterator[tuple[Cid, bytes]]:
        for position, (cid, data) in enumerate(blocks.items()):
            if position == 6:
                own_kubo.kill()
            yield cid, data

    async with KuboApi(own_kubo.url) as api:
        source = KuboBlocks(api)
        with pytest.raises(Unreachable) as caught:
            await source.bring([root], until_it_dies(), pin=False)
        assert own_kubo.url in caught.value.words.zh
        with pytest.raises(Unreachable):
            await source.get(root)
        own_kubo.start()
        assert root not in [cid async for cid, _ in source.pins()]
        await source.bring([root], one_by_one(blocks), pin=False)
        await source.pin(root, NUMBER)
        for cid, data in blocks.items():
            assert await source.get(cid) == data


WANTED = Cid(RAW, hashlib.sha256(b"wanted").digest())


@pytest.mark.parametrize("lie", [b"", b"wante", b"wanted!", bytes(3 << 20)], ids=["empty", "short", "long", "large"])
async def test_a_kubo_that_lies_is_found(lie: bytes) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=lie)

    async with pretender(answer) as url, KuboApi(url) as api:
        with pytest.raises(Damaged) as caught:
            await KuboBlocks(api).get(WANTED)
        assert url in caught.value.words.zh
        assert str(WANTED) in caught.value.words.en


async def test_a_kubo_that_babbles_is_cut_off() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(bytes(1 << 20))
        except ConnectionError:
            return response

    async with pretender(answer) as url, KuboApi(url) as api:
        with pytest.raises(Unreachable):
            await KuboBlocks(api).get(WANTED)


async def test_a_kubo_that_says_nothing_is_given_up() -> None:
    async def answer(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    async with pretender(answer) as url, KuboApi(url, silence=0.2) as api:
        with pytest.raises(Unreachable):
            await KuboBlocks(api).get(WANTED)


async def test_a_kubo_that_is_not_there() -> None:
    async with KuboApi("http://127.0.0.1:9") as api:
        with pytest.raises(Unreachable) as caught:
            await KuboBlocks(api).get(WANTED)
        assert caught.value.exit_code == 3
        assert caught.value.mend is not None


async def test_the_token_is_sent_and_never_shown() -> None:
    async def answer(request: web.Request) -> web.Response:
        if request.headers.get("Authorization") == "Bearer secret":
            return web.Response(body=b"wanted")
        return web.Response(status=403, text="403 - Forbidden")

    async with pretender(answer) as url:
        async with KuboApi(url, token="secret") as api:
            assert await KuboBlocks(api).get(WANTED) == b"wanted"
        async with KuboApi(url, token="wrong-one") as api:
            with pytest.raises(Unreachable) as caught:
                await KuboBlocks(api).get(WANTED)
            assert "403" in caught.value.words.zh
            assert "wrong-one" not in str(caught.value) + caught.value.words.zh


async def test_a_redirection_is_not_followed() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "http://127.0.0.1:9/"})

    async with pretender(answer) as url, KuboApi(url, token="secret") as api:
        with pytest.raises(Unreachable):
            await KuboBlocks(api).get(WANTED)
