"""Payloads on their way into a kubo: together or alone, broken off and resumed, and what a kubo may do wrong."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from blocks import Shelf, blocks_of, pretender

from storage.cid import RAW, Cid
from storage.errors import Damaged, KuboFull, KuboSilent, UnknownBlock, Unreachable
from storage.kubo import KuboApi
from storage.kubo_blocks import KuboBlocks
from storage.kubo_upload import MOST_ROOTS, SMALL, Payload, Sent, upload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from network_parts.kubo import Kubo

NUMBER = "DEMO0001-2026-00000001-X"
LARGE = 12
DATA = b"one block"
ROOT = Cid(RAW, hashlib.sha256(DATA).digest())
OTHER = Cid(RAW, hashlib.sha256(b"another").digest())


def large(seed: str, leaves: int = LARGE) -> tuple[Payload, dict[Cid, bytes]]:
    root, blocks = blocks_of(seed, leaves)
    return Payload(name=NUMBER, root=root, size=leaves << 20), blocks


async def sent_of(source: Shelf, kubo: KuboBlocks, *payloads: Payload) -> list[Sent]:
    return [sent async for sent in upload(source, kubo, payloads, still=lambda _: True)]


async def test_small_ones_travel_together(kubo: Kubo, monkeypatch: pytest.MonkeyPatch) -> None:
    cars: list[int] = []
    bring = KuboBlocks.bring

    async def counted(self: KuboBlocks, roots: Any, blocks: Any, *, pin: bool) -> int:
        cars.append(len(roots))
        return await bring(self, roots, blocks, pin=pin)

    monkeypatch.setattr(KuboBlocks, "bring", counted)
    blocks = {Cid(RAW, hashlib.sha256(data).digest()): data for data in (b"small %d" % i for i in range(450))}
    payloads = [Payload(name=f"number {i}", root=cid, size=9) for i, cid in enumerate(blocks)]
    torn = Payload(name="torn", root=Cid(RAW, hashlib.sha256(b"torn").digest()), size=SMALL)
    async with KuboApi(kubo.url) as api:
        source = KuboBlocks(api)
        done = await sent_of(Shelf(blocks), source, *payloads[:100], torn, *payloads[100:])
        assert cars == [MOST_ROOTS, MOST_ROOTS, 450 - 2 * MOST_ROOTS]
        assert {one.payload.name: one.blocks for one in done if one.error is None} == {p.name: 1 for p in payloads}
        assert [one.payload for one in done if isinstance(one.error, UnknownBlock)] == [torn]
        pins = {cid: name async for cid, name in source.pins()}
        assert [pins[payload.root] for payload in payloads] == [payload.name for payload in payloads]
        kubo.run("repo", "gc", "--quiet")
        assert all([await source.has(cid) for cid in blocks])


async def test_what_may_not_be_seen_any_more_when_it_leaves_is_not_sent(kubo: Kubo) -> None:
    blocks = {Cid(RAW, hashlib.sha256(data).digest()): data for data in (b"late %d" % i for i in range(3))}
    payloads = [Payload(name=f"late {i}", root=cid, size=6) for i, cid in enumerate(blocks)]
    async with KuboApi(kubo.url) as api:
        target, shelf = KuboBlocks(api), Shelf(blocks)
        done = [one async for one in upload(shelf, target, payloads, still=lambda each: each != payloads[1])]
        assert shelf.asked == 3
        assert [one.payload for one in done] == [payloads[0], payloads[2]]
        assert [await target.has(cid) for cid in blocks] == [True, False, True]


async def test_garbage_that_is_collected_before_the_pin_is_sent_again(
    own_kubo: Kubo, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring = KuboBlocks.bring

    async def then_collected(self: KuboBlocks, roots: Any, blocks: Any, *, pin: bool) -> int:
        brought = await bring(self, roots, blocks, pin=pin)
        await self.collect_garbage()
        return brought

    payload = Payload(name=NUMBER, root=ROOT, size=len(DATA))
    async with KuboApi(own_kubo.url) as api:
        source = KuboBlocks(api)
        with monkeypatch.context() as patch:
            patch.setattr(KuboBlocks, "bring", then_collected)
            with pytest.raises(Unreachable) as caught:
                await sent_of(Shelf({ROOT: DATA}), source, payload)
            assert caught.value.mend is not None
            whole, blocks = large("collected")
            assert [sent.error for sent in await sent_of(Shelf(blocks), source, whole)] == [None]
        assert [sent.error for sent in await sent_of(Shelf({ROOT: DATA}), source, payload)] == [None]
        assert await source.pin_of(ROOT) == NUMBER


async def test_it_goes_on_where_it_was_broken_off_here(own_kubo: Kubo) -> None:
    payload, blocks = large("broken off here")
    reached = asyncio.Event()

    async def stand_still(asked: int) -> None:
        if asked == LARGE - 2:
            reached.set()
            await asyncio.sleep(600)

    async with KuboApi(own_kubo.url) as api:
        source = KuboBlocks(api)
        task = asyncio.create_task(sent_of(Shelf(blocks, stand_still), source, payload))
        await reached.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await source.pin_of(payload.root) is None
        [sent] = await sent_of(Shelf(blocks), source, payload)
        assert 0 < sent.blocks <= len(blocks)
        assert await source.pin_of(payload.root) == NUMBER
        assert all([await source.get(cid) == data for cid, data in blocks.items()])


async def test_it_goes_on_where_kubo_was_killed(own_kubo: Kubo) -> None:
    payload, blocks = large("killed there")

    async def kill(asked: int) -> None:
        if asked == LARGE // 2:
            await asyncio.to_thread(own_kubo.kill)

    async with KuboApi(own_kubo.url) as api:
        source = KuboBlocks(api)
        with pytest.raises(Unreachable):
            await sent_of(Shelf(blocks, kill), source, payload)
        with pytest.raises(Unreachable):
            await sent_of(Shelf(blocks), source, payload)
        await asyncio.to_thread(own_kubo.start)
        assert await source.pin_of(payload.root) is None
        [sent] = await sent_of(Shelf(blocks), source, payload)
        assert sent.error is None
        assert await source.pin_of(payload.root) == NUMBER
        own_kubo.run("repo", "gc", "--quiet")
        assert all([await source.get(cid) == data for cid, data in blocks.items()])
        assert [sent.blocks for sent in await sent_of(Shelf({}), source, payload_there(payload))] == [0]


def payload_there(payload: Payload) -> Payload:
    return Payload(name="another number", root=payload.root, size=payload.size, pinned=True)


async def test_a_kubo_that_hangs_is_given_up_by_name(own_kubo: Kubo) -> None:
    payload, blocks = large("hung", 40)

    async def pause(asked: int) -> None:
        if asked == 3:
            await asyncio.to_thread(own_kubo.pause)

    async with KuboApi(own_kubo.url, silence=1) as api:
        source = KuboBlocks(api)
        with pytest.raises(KuboSilent) as caught:
            await asyncio.wait_for(sent_of(Shelf(blocks, pause), source, payload), 30)
        assert "dag/import" in caught.value.words.zh
        assert caught.value.exit_code == 3
        for question in (source.get(payload.root), source.pin(payload.root, "x", patience=2), source.has(payload.root)):
            with pytest.raises(KuboSilent):
                await asyncio.wait_for(question, 30)
        await asyncio.to_thread(own_kubo.resume)
        assert [sent.error for sent in await sent_of(Shelf(blocks), source, payload)] == [None]


@pytest.fixture
def cramped(own_kubo: Kubo) -> Iterator[Kubo]:
    """A kubo whose repository lies on a file system of 24 MiB."""
    own_kubo.stop()
    aside = own_kubo.folder.with_name("aside")
    own_kubo.folder.rename(aside)
    own_kubo.folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m,mode=0700", "zhicang-test", str(own_kubo.folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        shutil.copytree(aside, own_kubo.folder, dirs_exist_ok=True)
        own_kubo.start()
        yield own_kubo
    finally:
        own_kubo.stop()
        subprocess.run(["umount", own_kubo.folder], check=True)


async def test_a_kubo_whose_disk_is_full_says_so_and_goes_on_with_room(cramped: Kubo) -> None:
    payload, blocks = large("full", 32)
    async with KuboApi(cramped.url) as api:
        source = KuboBlocks(api)
        with pytest.raises(KuboFull) as caught:
            await sent_of(Shelf(blocks), source, payload)
        assert (caught.value.code, caught.value.exit_code) == ("kubo-disk-full", 3)
        assert caught.value.mend is not None
        assert await source.pin_of(payload.root) is None
        enlarge = ["mount", "-o", "remount,size=128m", str(cramped.folder)]
        await asyncio.to_thread(subprocess.run, enlarge, check=True)
        [sent] = await sent_of(Shelf(blocks), source, payload)
        assert sent.error is None
        assert await source.pin_of(payload.root) == NUMBER


def of_kubo(
    *, taken: int = 1, root: str = "", error: str = "", pins: list[str] | None = None, name: str = NUMBER
) -> Any:
    """Give a kubo that answers what it is told to."""

    async def answer(request: web.Request) -> web.Response:
        call = request.match_info["call"]
        if call == "dag/import":
            await request.read()
            pinned = (
                [{"Root": {"Cid": {"/": root}, "PinErrorMsg": error}}] if request.query["pin-roots"] == "true" else []
            )
            lines = [*pinned, {"Stats": {"BlockCount": taken}}]
            return web.Response(text="\n".join(map(json.dumps, lines)))
        if call == "block/stat":
            return web.json_response({"Message": "block was not found locally (offline)"}, status=500)
        if call == "pin/add":
            return web.json_response({"Pins": [root] if pins is None else pins})
        return web.json_response({"Keys": {root: {"Type": "recursive", "Name": name}}})

    return answer


LIES: dict[str, dict[str, Any]] = {
    "another-cid": {"root": str(OTHER)},
    "another-block": {"root": str(ROOT), "taken": 2},
    "fewer-blocks": {"root": str(ROOT), "taken": 0},
    "another-pin": {"root": str(ROOT), "pins": [str(OTHER)]},
    "no-pin": {"root": str(ROOT), "pins": []},
    "another-name": {"root": str(ROOT), "name": "something else"},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
async def test_a_kubo_that_takes_something_else_is_found(lie: dict[str, Any]) -> None:
    async with pretender(of_kubo(**lie)) as url, KuboApi(url) as api:
        for size in (len(DATA), SMALL + 1):  # together with others, and alone
            with pytest.raises(Damaged):
                await sent_of(Shelf({ROOT: DATA}), KuboBlocks(api), Payload(name=NUMBER, root=ROOT, size=size))


async def test_a_kubo_that_cannot_pin_says_why() -> None:
    payload = Payload(name=NUMBER, root=ROOT, size=SMALL + 1)
    full = of_kubo(root=str(ROOT), error="write: no space left on device")
    async with pretender(full) as url, KuboApi(url) as api:
        with pytest.raises(KuboFull):
            await sent_of(Shelf({ROOT: DATA}), KuboBlocks(api), payload)
    async with pretender(of_kubo(root=str(ROOT))) as url, KuboApi(url) as api:
        assert [sent.blocks for sent in await sent_of(Shelf({ROOT: DATA}), KuboBlocks(api), payload)] == [1]
