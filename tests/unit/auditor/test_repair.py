"""Repair: what is damaged or lost comes back from a partner's gateway, verified, recorded once, whatever happens."""

from __future__ import annotations

import json
import shutil
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from node.auditor.audit import audit
from node.errors import BadInput
from node.repairing.desk import RepairDesk, Repaired
from node.runtime import open_for_reading, open_for_writing
from storage.block_source import LARGEST_BLOCK
from storage.blocks import BlockIndex
from storage.cid import Cid
from storage.errors import Damaged, StorageError, UnknownBlock, Unreachable
from storage.gateway_blocks import GatewayBlocks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from node.home import Home

PASSPHRASE = b"a passphrase for tests"
FILE, TREE = "14000001-2023-00000001-", "14000001-2023-00000002-"


class CrashError(Exception):
    """The process stops here."""


class Partner:
    """A gateway over the untouched home; `answer` may be replaced by a liar's."""

    def __init__(self, index: BlockIndex) -> None:
        self.index = index
        self.asked: list[str] = []
        self.answer: Callable[[bytes], web.Response] = lambda data: web.Response(body=data)

    async def serve(self, request: web.Request) -> web.Response:
        assert request.headers["Accept"] == "application/vnd.ipld.raw"
        assert request.query["format"] == "raw"
        self.asked.append(request.match_info["cid"])
        try:
            return self.answer(self.index.get(Cid.parse(request.match_info["cid"])))
        except UnknownBlock:
            return web.Response(status=404)


@asynccontextmanager
async def served(filled: Path) -> AsyncIterator[tuple[Partner, str]]:
    with closing(BlockIndex.open(filled / "blocks.db", root=filled / "storage", read_only=True)) as index:
        partner = Partner(index)
        app = web.Application()
        app.router.add_get("/ipfs/{cid}", partner.serve)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # noqa: SLF001
        try:
            yield partner, f"http://127.0.0.1:{port}"
        finally:
            await runner.cleanup()


async def repair(home: Home, url: str, *numbers: str, crash_at: str = "") -> list[Repaired]:
    def crash(point: str) -> None:
        if point == crash_at:
            raise CrashError

    environment = {"XDG_STATE_HOME": str(home.path.parent / "state")}
    async with open_for_writing(home, PASSPHRASE, environment=environment) as node, GatewayBlocks(url) as source:
        await node.registrar.recover()
        desk = RepairDesk(node, sources=[source], names=[url], crash_point=crash)
        return [await desk.repair(number) for number in numbers]


async def is_whole(home: Home) -> bool:
    with open_for_reading(home) as node:
        return [finding async for finding in audit(node, step=lambda: None)] == []


def folder_of(home: Home, prefix: str) -> Path:
    return next(path for path in home.storage.rglob(f"{prefix}*") if path.is_dir())


def statements(home: Home) -> int:
    with open_for_reading(home) as node:
        return sum(act.kind == "attest" for act in node.journal.acts.confirmed())


def leftovers(home: Home) -> list[str]:
    return sorted(path.name for path in home.repairs.iterdir()) if home.repairs.exists() else []


async def test_a_damaged_and_a_lost_file_come_back_and_it_is_said_on_chain(
    home: Home, filled: Path, change: Callable[[Path, int], None]
) -> None:
    payload = folder_of(home, TREE) / "v1/content/payload"
    number = payload.parents[2].name
    change(payload / "p2.tif", 2_000_000)
    (payload / "p1.tif").unlink()
    async with served(filled) as (partner, url):
        [one] = await repair(home, url, number)
        assert one.left == []
        assert one.act is not None
        assert one.act.stage == "confirmed"
        assert {each.path.rpartition("/")[2] for each in one.mended} == {"p1.tif", "p2.tif"}
        assert len(partner.asked) == 1  # the damaged leaf lies elsewhere in its file, too
        again = await repair(home, url, number)
    assert (again[0].mended, again[0].act) == ([], None)
    assert await is_whole(home)
    assert statements(home) == 1
    assert leftovers(home) == [f"{number}-001.json"]
    record = json.loads((home.repairs / f"{number}-001.json").read_bytes())
    assert record["from"] == [url]
    assert [(file["path"].rpartition("/")[2], bool(file["was"])) for file in record["files"]] == [
        ("p1.tif", False), ("p2.tif", True),
    ]  # fmt: skip
    assert oct((payload / "p1.tif").stat().st_mode)[-3:] == "444"


@pytest.mark.parametrize("which", ["file", "tree", "units"])
async def test_a_lost_object_is_made_anew(home: Home, filled: Path, which: str) -> None:
    with open_for_reading(home) as node:
        lists = [batch.object_id for batch in node.journal.units.batches()]
    number = {"file": folder_of(home, FILE).name, "tree": folder_of(home, TREE).name, "units": lists[0]}[which]
    shutil.rmtree(folder_of(home, number))
    async with served(filled) as (_, url):
        [one] = await repair(home, url, number)
    assert (one.left, [each.path for each in one.mended]) == ([], [""])
    assert await is_whole(home)


@pytest.mark.parametrize(
    "name",
    [
        "0=ocfl_object_1.1", "inventory.json", "inventory.json.sha256", "v1/inventory.json", "v1/inventory.json.sha256",
        "v1/content/metadata.json", "v1/content/manifest-sha256.txt",
    ],
)  # fmt: skip
async def test_what_lies_beside_the_payload_is_made_again_with_nobody_asked(
    home: Home, change: Callable[[Path, int], None], name: str
) -> None:
    change(folder_of(home, TREE) / name, 5)
    assert not await is_whole(home)
    [one] = await repair(home, "http://127.0.0.1:9", folder_of(home, TREE).name)
    assert one.left == []
    assert await is_whole(home)


async def test_both_inventories_lost_ask_for_the_whole_object(
    home: Home, filled: Path, change: Callable[[Path, int], None]
) -> None:
    for name in ("inventory.json", "v1/inventory.json"):
        change(folder_of(home, TREE) / name, 40)
    async with served(filled) as (_, url):
        await repair(home, url, folder_of(home, TREE).name)
    assert await is_whole(home)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda data: web.Response(body=data[:-1] + bytes([data[-1] ^ 1])), Damaged),
        (lambda data: web.Response(body=data[:-1]), Damaged),
        (lambda _: web.Response(body=b""), Damaged),
        (lambda _: web.Response(body=bytes(LARGEST_BLOCK + 5)), Damaged),
        (lambda _: web.Response(status=404), UnknownBlock),
        (lambda _: web.Response(status=500), Unreachable),
        (lambda _: web.Response(status=302, headers={"Location": "/ipfs/else"}), Unreachable),
    ],
)
async def test_a_partner_that_gives_something_else_is_named_and_nothing_is_replaced(
    home: Home,
    filled: Path,
    change: Callable[[Path, int], None],
    answer: Callable[[bytes], web.Response],
    error: type[StorageError],
) -> None:
    payload = folder_of(home, TREE) / "v1/content/payload"
    (payload / "p1.tif").unlink()
    change(payload / "p2.tif", 5)
    before = (payload / "p2.tif").read_bytes()
    async with served(filled) as (partner, url):
        partner.answer = answer
        with pytest.raises(error) as caught:
            await repair(home, url, payload.parents[2].name)
        if error is not UnknownBlock:
            assert caught.value.file == url
        assert (payload / "p2.tif").read_bytes() == before
        assert not (payload / "p1.tif").exists()
        assert statements(home) == 0
        partner.answer = lambda data: web.Response(body=data)
        await repair(home, url, payload.parents[2].name)
    assert await is_whole(home)


async def test_nobody_there_changes_nothing(home: Home) -> None:
    (folder_of(home, FILE) / "v1/content/payload/one.txt").unlink()
    with pytest.raises(Unreachable):
        await repair(home, "http://127.0.0.1:9", folder_of(home, FILE).name)
    with pytest.raises(BadInput):
        await repair(home, "http://127.0.0.1:9", "14000001-2023-00000077-A")


@pytest.mark.parametrize("point", ["begun", "aside", "replaced", "looked again", "said"])
@pytest.mark.parametrize("lost", ["files", "object"])
async def test_whenever_it_stops_the_same_command_ends_it_and_says_it_once(
    home: Home, filled: Path, change: Callable[[Path, int], None], point: str, lost: str
) -> None:
    place = folder_of(home, TREE)
    if lost == "object":
        for name in ("inventory.json", "v1/inventory.json"):
            change(place / name, 40)
    else:
        change(place / "v1/content/payload/p2.tif", 2_000_000)
        (place / "v1/content/payload/p1.tif").unlink()
    async with served(filled) as (_, url):
        with pytest.raises(CrashError):
            await repair(home, url, place.name, crash_at=point)
        [one] = await repair(home, url, place.name)
        assert one.left == []
    assert await is_whole(home)
    assert statements(home) == 1
    assert leftovers(home) == [f"{place.name}-001.json"]
    record: dict[str, Any] = json.loads((home.repairs / f"{place.name}-001.json").read_bytes())
    assert len(record["files"]) == (1 if lost == "object" else 2)


@pytest.mark.parametrize("points", [["begun"], ["aside"], ["aside", "put back"], ["aside", "aside"], ["replaced"]])
async def test_the_only_copy_outlives_every_stop_with_nobody_to_ask(
    home: Home, change: Callable[[Path, int], None], points: list[str]
) -> None:
    nobody, place = "http://127.0.0.1:9", folder_of(home, TREE)
    for name in ("inventory.json", "v1/inventory.json"):
        change(place / name, 40)
    for point in points:
        with pytest.raises(CrashError):
            await repair(home, nobody, place.name, crash_at=point)
    [one] = await repair(home, nobody, place.name)
    assert one.left == []
    assert await is_whole(home)
    assert (statements(home), leftovers(home)) == (1, [f"{place.name}-001.json"])


async def test_an_inventory_is_put_right_though_the_payload_cannot_be_had(
    home: Home, filled: Path, change: Callable[[Path, int], None]
) -> None:
    place = folder_of(home, TREE)
    (place / "v1/content/payload/p1.tif").unlink()
    change(place / "inventory.json", 40)
    with pytest.raises(Unreachable):
        await repair(home, "http://127.0.0.1:9", place.name)
    assert (place / "inventory.json").read_bytes() == (place / "v1/inventory.json").read_bytes()
    assert statements(home) == 0
    async with served(filled) as (_, url):
        await repair(home, url, place.name)
    assert await is_whole(home)
    record = json.loads((home.repairs / f"{place.name}-001.json").read_bytes())
    assert [file["path"].rpartition("/")[2] for file in record["files"]] == ["inventory.json", "p1.tif"]


async def test_a_file_too_many_is_left_to_people_and_nothing_is_said(home: Home, filled: Path) -> None:
    (folder_of(home, TREE) / "v1/content/payload/p3.tif").write_bytes(b"3")
    (folder_of(home, TREE) / "v1/content/payload/p1.tif").unlink()
    async with served(filled) as (_, url):
        [one] = await repair(home, url, folder_of(home, TREE).name)
        assert (len(one.left), one.act) == (1, None)
        (folder_of(home, TREE) / "v1/content/payload/p3.tif").unlink()
        [one] = await repair(home, url, folder_of(home, TREE).name)
    assert (one.left, one.act is not None) == ([], True)
    assert await is_whole(home)
