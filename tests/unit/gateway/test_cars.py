"""CARs: paths, scopes, byte ranges, orders and repetitions; the MUSTs of Trustless Gateway, IPIP-402 and IPIP-412."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from gateway_shelf import CHUNK, content, link

from storage.cid import DAG_PB, RAW, Cid
from storage.traversal import children_of
from storage.unixfs import Link, encode_folder

if TYPE_CHECKING:
    from gateway_shelf import Asking

CAR = "application/vnd.ipld.car"
SIZE = 4 * CHUNK + 2


@dataclass(frozen=True, kw_only=True)
class Tree:
    """A folder with a folder of files, one of them in five leaves, and a sharded folder beside it."""

    root: Cid
    sub: Cid
    small: Cid
    multi: Cid
    leaves: list[Cid]
    shards: Cid


@pytest.fixture(name="tree")
def a_tree(ask: Asking) -> Tree:
    shelf = ask.shelf
    small, multi = shelf.file(b"small"), shelf.file(content("multi", SIZE), width=8)
    sub = shelf.folder({"multiblock.txt": multi, "small.txt": small})
    shards = shelf.shards({f"{i}.txt": shelf.file(b"%d" % i) for i in range(1000)} | {"multi": multi})
    root = shelf.folder({"again.txt": small, "sub": sub, "分片": shards})
    leaves = children_of(multi, shelf.blocks[multi])
    return Tree(root=root, sub=sub, small=small, multi=multi, leaves=leaves, shards=shards)


def below(ask: Asking, cid: Cid, *, dups: bool = True) -> list[Cid]:
    """Give a DAG depth first, as a test may: by recursion."""
    found = [cid]
    for child in children_of(cid, ask.shelf.blocks[cid]):
        found += below(ask, child)
    return found if dups else list(dict.fromkeys(found))


async def test_a_car_comes_with_all_its_headers(ask: Asking, tree: Tree) -> None:
    path = f"/ipfs/{tree.root}"
    for url, headers in ((f"{path}?format=car", {}), (path, {"Accept": CAR})):
        got = await ask(url, **headers)
        assert got.status == 200
        expected = {
            "Content-Type": f"{CAR}; version=1; order=dfs; dups=n", "X-Content-Type-Options": "nosniff",
            "Accept-Ranges": "none", "Cache-Control": "public, max-age=29030400, immutable", "Vary": "Accept",
            "X-Ipfs-Path": path, "X-Ipfs-Roots": str(tree.root),
        }  # fmt: skip
        assert {name: got.headers[name] for name in expected} == expected
        assert got.headers["Content-Disposition"].startswith(f'attachment; filename="{tree.root}.car"')
        assert got.headers["Etag"].startswith(f'W/"{tree.root}.car.')
        assert got.headers.get("Content-Location") == (f"{path}?format=car" if headers else None)
        assert got.car == below(ask, tree.root, dups=False)
        head = await ask(url, method="HEAD", **headers)
        sent = {name: value for name, value in got.headers.items() if name != "Transfer-Encoding"}
        assert {**head.headers, "Date": ""} == {**sent, "Date": ""}


async def test_a_path_comes_before_its_end(ask: Asking, tree: Tree) -> None:
    got = await ask(f"/ipfs/{tree.root}/sub/multiblock.txt?format=car")
    assert got.car == [tree.root, tree.sub, tree.multi, *tree.leaves]
    assert got.headers["X-Ipfs-Roots"] == f"{tree.root},{tree.sub},{tree.multi}"
    got = await ask(f"/ipfs/{tree.root}/%E5%88%86%E7%89%87/multi?format=car&dag-scope=block")
    through = got.car
    assert (through[:2], through[-1]) == ([tree.root, tree.shards], tree.multi)
    assert all(lower in children_of(upper, ask.shelf.blocks[upper]) for upper, lower in pairwise(through))
    assert got.headers["X-Ipfs-Roots"] == f"{tree.root},{tree.shards},{tree.multi}"
    assert got.headers["X-Ipfs-Path"] == f"/ipfs/{tree.root}/%E5%88%86%E7%89%87/multi"
    for nowhere in ("nothing", "sub/nothing", "%E5%88%86%E7%89%87/nothing", "again.txt/x"):
        assert (await ask(f"/ipfs/{tree.root}/{nowhere}?format=car")).status == 404


async def test_a_path_goes_through_dag_cbor(ask: Asking, tree: Tree) -> None:
    inner = ask.shelf.cbor({"x": [0, link(tree.root)]})
    outer = ask.shelf.cbor({"files": {"single": link(tree.small), "list": [link(inner)]}, "n": 7})
    got = await ask(f"/ipfs/{outer}/files/single?format=car")
    assert got.car == [outer, tree.small]
    got = await ask(f"/ipfs/{outer}/files/list/0/x/1/sub/small.txt?format=car")
    assert got.car == [outer, inner, tree.root, tree.sub, tree.small]
    assert (await ask(f"/ipfs/{outer}?format=car&dag-scope=entity")).car == [outer]
    assert (await ask(f"/ipfs/{outer}?format=car&entity-bytes=0:3")).car == [outer]
    assert (await ask(f"/ipfs/{outer}?format=car")).car == below(ask, outer, dups=False)
    assert (await ask(f"/ipfs/{outer}/files?format=car&dag-scope=block")).car == [outer]
    assert (await ask(f"/ipfs/{outer}/nothing?format=car")).status == 404
    for inside in ("files", "n"):
        assert (await ask(f"/ipfs/{outer}/{inside}")).status == 501
    whole = await ask(f"/ipfs/{outer}")
    assert (whole.headers["Content-Type"], whole.body) == ("application/vnd.ipld.dag-cbor", ask.shelf.blocks[outer])
    assert whole.headers["Etag"] == f'"{outer}.dag-cbor"'


async def test_scopes(ask: Asking, tree: Tree) -> None:
    way = [tree.root, tree.sub, tree.multi]
    for path, cids, file in (("sub", way[:2], False), ("sub/multiblock.txt", way, True)):
        url = f"/ipfs/{tree.root}/{path}?format=car"
        assert (await ask(f"{url}&dag-scope=block")).car == cids
        assert (await ask(f"{url}&dag-scope=entity")).car == cids + (tree.leaves if file else [])
        assert (await ask(f"{url}&dag-scope=all")).car == (await ask(url)).car == cids[:-1] + below(ask, cids[-1])
    folder = (await ask(f"/ipfs/{tree.shards}?format=car&dag-scope=entity")).car
    nodes = [cid for cid in below(ask, tree.shards, dups=False) if cid.codec == DAG_PB and cid != tree.multi]
    assert folder == nodes
    assert (await ask(f"/ipfs/{tree.shards}?format=car&entity-bytes=0:5")).car == nodes
    assert (await ask(f"/ipfs/{tree.root}?format=car&dag-scope=foo")).status == 400
    other = ask.shelf.put(DAG_PB, encode_folder([Link("x", tree.small, 1)])[:-4])  # dag-pb, and no UnixFS
    assert (await ask(f"/ipfs/{other}?format=car&dag-scope=entity")).car == [other]


@pytest.mark.parametrize(
    ("part", "leaves"),
    [
        ("0:*", slice(0, 5)), ("512:*", slice(2, 5)), ("512:1023", slice(2, 4)), ("512:-256", slice(2, 4)),
        ("-5:*", slice(3, 5)), ("-1:*", slice(4, 5)), ("-9999:*", slice(0, 5)), ("-9999:-3", slice(0, 4)),
        ("0:0", slice(0, 1)), ("1000:9999", slice(3, 5)), ("-2:-1", slice(4, 5)), ("255:256", slice(0, 2)),
        ("1026:2000", None), ("5000:6000", None), ("5000:*", None), ("-9999:-5000", None), ("600:-1000", None),
    ],
)  # fmt: skip
async def test_a_range_takes_just_the_blocks_that_it_needs(
    ask: Asking, tree: Tree, part: str, leaves: slice | None
) -> None:
    for scope in ("", "&dag-scope=entity"):
        got = await ask(f"/ipfs/{tree.multi}?format=car{scope}&entity-bytes={part}")
        assert got.status == 200
        assert got.car == [tree.multi, *([] if leaves is None else tree.leaves[leaves])]


@pytest.mark.parametrize("part", ["5:2", "-100:-200", "10", "10:", ":5", "*:10", "x:y", "", "0:*:1", "1.0:2", "+1:2"])
async def test_what_is_no_range_is_refused(ask: Asking, tree: Tree, part: str) -> None:
    assert (await ask(f"/ipfs/{tree.multi}?format=car&entity-bytes={part}")).status == 400


async def test_a_tree_of_several_levels_gives_the_way_to_a_range(ask: Asking) -> None:
    data = content("deep", 40 * CHUNK)
    root = ask.shelf.file(data, width=3)
    for first, last in ((0, 0), (10 * CHUNK, 12 * CHUNK - 1), (39 * CHUNK, 40 * CHUNK - 1)):
        cids = (await ask(f"/ipfs/{root}?format=car&entity-bytes={first}:{last}")).car
        leaves = [ask.shelf.blocks[cid] for cid in cids if cid.codec == RAW]
        assert b"".join(leaves) == data[first // CHUNK * CHUNK : (last // CHUNK + 1) * CHUNK]
        assert len(cids) - len(leaves) >= 3


async def test_repeated_blocks_come_as_often_as_asked(ask: Asking, tree: Tree) -> None:
    accepts = {f"{CAR}; version=1; order=dfs; dups=y": True, f"{CAR};order=dfs;dups=n": False, CAR: False}
    for accept, dups in accepts.items():
        got = await ask(f"/ipfs/{tree.root}", Accept=accept)
        assert got.headers["Content-Type"] == f"{CAR}; version=1; order=dfs; dups={'y' if dups else 'n'}"
        assert got.car == below(ask, tree.root, dups=dups)
    got = await ask(f"/ipfs/{tree.root}?format=car", Accept=f"{CAR}; dups=y")
    assert "dups=y" in got.headers["Content-Type"]
    got = await ask(f"/ipfs/{tree.root}?format=car&car-dups=n&car-order=dfs&car-version=1", Accept=f"{CAR}; dups=y")
    assert "dups=n" in got.headers["Content-Type"]
    got = await ask(f"/ipfs/{tree.root}", Accept=f"{CAR}; order=unk")
    assert "order=unk" in got.headers["Content-Type"]
    assert set(got.car) == set(below(ask, tree.root))
    twice = ask.shelf.file(b"x" * (4 * CHUNK))
    scope = "format=car&dag-scope=entity"
    leaf = Cid(RAW, hashlib.sha256(b"x" * CHUNK).digest())
    assert (await ask(f"/ipfs/{twice}?{scope}")).car == [twice, leaf]
    assert (await ask(f"/ipfs/{twice}?{scope}&car-dups=y")).car == [twice, *[leaf] * 4]
    for wrong in ("car-dups=x", "car-order=foo", "car-version=2"):
        assert (await ask(f"/ipfs/{tree.root}?format=car&{wrong}")).status == 400


async def test_blocks_inside_cids_are_in_no_car(ask: Asking) -> None:
    held = Cid(RAW, b"", 1, b"held by its CID")
    folder = ask.shelf.folder({"held": held})
    for dups in "yn":
        assert (await ask(f"/ipfs/{folder}?format=car&car-dups={dups}")).car == [folder]
        assert (await ask(f"/ipfs/{folder}/held?format=car&car-dups={dups}")).car == [folder]
    assert (await ask(f"/ipfs/{folder}/held")).body == b"held by its CID"


async def test_each_question_has_its_own_name(ask: Asking, tree: Tree) -> None:
    names = set()
    questions = [
        "", "/sub", "/sub/multiblock.txt", "?dag-scope=block", "?dag-scope=entity", "?entity-bytes=0:1", "?car-dups=y",
        "?entity-bytes=0:2", "?car-order=unk", "/sub?dag-scope=block",
    ]  # fmt: skip
    for question in questions:
        url = f"/ipfs/{tree.root}{question}{'&' if '?' in question else '?'}format=car"
        etag = (await ask(url, method="HEAD")).headers["Etag"]
        assert (await ask(url)).headers["Etag"] == etag
        got = await ask(url, If_None_Match=f'"x", {etag}')
        assert (got.status, got.body) == (304, b"")
        assert (await ask(url, If_None_Match='W/"other"')).status == 200
        names.add(etag)
    assert len(names) == len(questions)


async def test_a_missing_block_breaks_the_car_off_and_not_what_lies_beside_it(ask: Asking, tree: Tree) -> None:
    del ask.shelf.blocks[tree.leaves[2]]
    for scope in ("all", "entity"):
        got = await ask(f"/ipfs/{tree.multi}?format=car&dag-scope={scope}")
        assert (got.status, got.broken) == (200, True)
    assert (await ask(f"/ipfs/{tree.multi}?format=car&entity-bytes=0:300")).car == [tree.multi, *tree.leaves[:2]]
    assert (await ask(f"/ipfs/{tree.multi}?format=car&entity-bytes=800:*")).car == [tree.multi, *tree.leaves[3:]]
    del ask.shelf.blocks[tree.sub]
    for form in ("?format=car", "?format=raw", ""):
        assert (await ask(f"/ipfs/{tree.root}/sub/small.txt{form}")).status == 404
        assert (await ask(f"/ipfs/{tree.root}/sub{form}")).status == 404


async def test_dags_that_mean_harm_cost_little(ask: Asking, tree: Tree) -> None:
    shelf = ask.shelf
    cid = tree.small
    for _ in range(1100):
        cid = shelf.folder({"d": cid})
    got = await ask(f"/ipfs/{cid}?format=car")
    assert got.broken  # deeper than is followed
    assert (await ask(f"/ipfs/{cid}{'/d' * 300}?format=car")).status == 400
    bomb = tree.small
    for _ in range(6):  # a thousand to the sixth
        bomb = shelf.folder({f"{i:03d}": bomb for i in range(1000)})
    assert len((await ask(f"/ipfs/{bomb}?format=car")).car) == 7
    async with ask.session.get(f"{ask.url}/ipfs/{bomb}?format=car&car-dups=y") as endless:
        assert await endless.content.readexactly(1_000_000)  # and the client goes away
    assert (await ask(f"/ipfs/{tree.root}/sub?format=car")).status == 200


async def test_a_damaged_block_breaks_a_car_off(ask: Asking, tree: Tree) -> None:
    ask.shelf.blocks[tree.leaves[1]] = b"evil" * 64
    for url, answer in ((f"/ipfs/{tree.root}?format=car", (200, True)), (f"/ipfs/{tree.multi}", (500, False))):
        got = await ask(url)
        assert (got.status, got.broken) == answer, url
