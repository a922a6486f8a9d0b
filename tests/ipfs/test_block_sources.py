"""One conformance suite for every place of blocks: the index over the storage root, kubo's RPC API, a CAR file."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from storage.block_source import BlockSource, IndexBlocks
from storage.blocks import BlockIndex
from storage.car import car_header, car_section
from storage.car_file import CarFile
from storage.cid import DAG_CBOR, DAG_PB, RAW, Cid
from storage.errors import Damaged, UnknownBlock, UnknownPath
from storage.kubo import KuboApi
from storage.kubo_blocks import KuboBlocks
from storage.root import StorageRoot
from storage.traversal import entries, file_blocks, follow, walk
from storage.unpack import unpack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from network_parts.kubo import Kubo

CHUNK = 1 << 20


def content(seed: str, size: int) -> bytes:
    return b"".join(hashlib.sha256(f"{seed}:{i}".encode()).digest() for i in range(-(-size // 32)))[:size]


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A payload that lies in a storage root, its source, and one of the places where its blocks are."""

    tree: Path
    root: Cid
    source: BlockSource


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A storage root with one payload, its index, and the same blocks as a CAR."""

    folder: Path
    tree: Path
    root: Cid

    def index(self) -> BlockIndex:
        return BlockIndex.open(self.folder / "blocks.db", root=self.folder / "storage", read_only=True)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("sources")
    tree = folder / "tree"
    for name, data in {
        "note.txt": "数字资源\n".encode(),
        "文本/第一页.txt": b"one\n",
        "文本/again.txt": b"one\n",
        "文本/empty.txt": b"",
        "large.bin": content("large", 2 * CHUNK + 77),
        "small.bin": content("small", CHUNK),
    }.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(data)
    (tree / "分片").mkdir()
    for i in range(2700):
        (tree / "分片" / f"{i:04d}{'x' * 60}").write_bytes(b"%d" % (i % 3))
    root = StorageRoot.found(folder / "storage", clock=lambda: 1_700_000_000.0)
    BlockIndex.found(folder / "blocks.db").close()
    index = BlockIndex.open(folder / "blocks.db", root=folder / "storage")
    staged = root.stage(tree)
    root.place(staged, "tree", metadata=b"{}")
    root.sync()
    index.add(staged, "tree")
    asyncio.run(write_car(folder / "tree.car", staged.cid, IndexBlocks(index)))
    index.close()
    root.close()
    return Shelf(folder=folder, tree=tree, root=staged.cid)


async def write_car(path: Path, root: Cid, source: IndexBlocks) -> None:
    with path.open("wb") as file:
        file.write(car_header(root))
        async for cid, data in walk(source, root):
            file.write(car_section(cid, data))
    source.close()


async def bring(shelf: Shelf, kubo: Kubo) -> None:
    index = shelf.index()
    blocks = IndexBlocks(index)
    async with KuboApi(kubo.url) as api:
        await KuboBlocks(api).bring([shelf.root], walk(blocks, shelf.root), pin=False)
    blocks.close()
    index.close()


@pytest.fixture(params=["index", "kubo", "car"])
async def stored(request: pytest.FixtureRequest, shelf: Shelf) -> AsyncIterator[Stored]:
    async with AsyncExitStack() as stack:
        source: BlockSource
        if request.param == "index":
            index = shelf.index()
            stack.callback(index.close)
            source = IndexBlocks(index)
            stack.callback(source.close)
        elif request.param == "kubo":
            kubo = request.getfixturevalue("kubo")
            source = KuboBlocks(await stack.enter_async_context(KuboApi(kubo.url)))
            if not await source.has(shelf.root):
                await bring(shelf, kubo)
        else:
            source = stack.enter_context(CarFile(shelf.folder / "tree.car"))
        yield Stored(tree=shelf.tree, root=shelf.root, source=source)


async def test_every_block_is_what_its_cid_names(stored: Stored) -> None:
    seen = [cid async for cid, data in walk(stored.source, stored.root) if hashlib.sha256(data).digest() == cid.digest]
    assert seen[0] == stored.root
    assert len(seen) == len(set(seen)) > 20
    assert all([await stored.source.has(cid) for cid in seen[:5]])
    often = [cid async for cid, _ in walk(stored.source, stored.root, dups=True)]
    assert len(often) > len(seen)
    assert list(dict.fromkeys(often)) == seen


@pytest.mark.parametrize("codec", [RAW, DAG_PB, DAG_CBOR])
async def test_a_block_that_is_not_there_is_told_at_once(stored: Stored, codec: int) -> None:
    cid = Cid(codec, hashlib.sha256(b"nowhere").digest())
    assert not await stored.source.has(cid)
    with pytest.raises(UnknownBlock) as caught:
        await stored.source.get(cid)
    assert str(cid) in caught.value.words.zh


async def test_version_0_names_the_same_block(stored: Stored) -> None:
    assert await stored.source.get(Cid(DAG_PB, stored.root.digest, 0)) == await stored.source.get(stored.root)


async def test_a_folder_lists_its_entries_sharded_or_not(stored: Stored) -> None:
    assert {link.name async for link in entries(stored.source, stored.root)} == {
        path.name for path in stored.tree.iterdir()
    }
    sharded = (await follow(stored.source, stored.root, ["分片"])).end
    assert {link.name async for link in entries(stored.source, sharded)} == {
        path.name for path in (stored.tree / "分片").iterdir()
    }


@pytest.mark.parametrize("path", ["note.txt", "文本/empty.txt", "large.bin", f"分片/1234{'x' * 60}"])
async def test_a_path_leads_to_the_file(stored: Stored, path: str) -> None:
    cid = (await follow(stored.source, stored.root, path.split("/"))).end
    data = b"".join([bytes(own) async for _, _, own in file_blocks(stored.source, cid, 0, 1 << 40)])
    assert data == (stored.tree / path).read_bytes()


@pytest.mark.parametrize("path", ["nothing", "文本/nothing", "note.txt/below", "分片/nothing"])
async def test_a_path_that_leads_nowhere_is_said_to(stored: Stored, path: str) -> None:
    with pytest.raises(UnknownPath):
        await follow(stored.source, stored.root, path.split("/"))


@pytest.mark.parametrize(("first", "end"), [(0, 1), (CHUNK - 1, CHUNK + 1), (2 * CHUNK, 2 * CHUNK + 77), (5, 5)])
async def test_a_range_takes_the_blocks_that_it_needs(stored: Stored, first: int, end: int) -> None:
    cid = (await follow(stored.source, stored.root, ["large.bin"])).end
    taken = [(cid, bytes(own)) async for cid, _, own in file_blocks(stored.source, cid, first, end)]
    assert b"".join(own for _, own in taken) == (stored.tree / "large.bin").read_bytes()[first:end]
    needed = 0 if first == end else (end - 1) // CHUNK - first // CHUNK + 1
    assert len(taken) == 1 + needed


async def test_a_folder_is_no_file(stored: Stored) -> None:
    with pytest.raises(Damaged):
        [own async for _, _, own in file_blocks(stored.source, stored.root, 0, 1)]


async def test_the_whole_can_be_unpacked(stored: Stored, tmp_path: Path) -> None:
    unpacked = await unpack(stored.source, stored.root, tmp_path / "out", name="tree", judge=lambda: None)
    for path in stored.tree.rglob("*"):
        if path.is_file():
            assert (tmp_path / "out" / path.relative_to(stored.tree)).read_bytes() == path.read_bytes()
    assert (unpacked.files, unpacked.folders) == (2706, 2)
