"""UnixFS: the golden vectors of the profile unixfs-v1-2025, and the shape of the tree."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from storage.cid import DAG_PB, Cid
from storage.dag import file_links, read_node
from storage.errors import Damaged, UnsafeName
from storage.hamt import build_shards, place_of
from storage.unixfs import CHUNK, Built, FileTree, Link, build_folder, encode_folder, no_sink

if TYPE_CHECKING:
    from collections.abc import Iterator

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "unixfs.json").read_bytes())
FOLDERS = {vector["name"]: vector for vector in VECTORS["folders"]}
SLOW = 1 << 28
"""Bytes from which generated content takes this interpreter half a minute."""


def leaves_of(vector: dict[str, Any]) -> Iterator[tuple[bytes, int]]:
    """Give the digests and sizes of a vector's leaves."""
    size, position = vector["size"], 0
    zeros = hashlib.sha256(bytes(CHUNK)).digest()
    while position < size:
        length = min(CHUNK, size - position)
        if vector["content"] == "ctr":
            first = position // 32
            joined = b"".join(
                hashlib.sha256(f"{vector['seed']}:{i}".encode()).digest() for i in range(first, first - (-length // 32))
            )
            yield hashlib.sha256(joined[:length]).digest(), length
        elif length == CHUNK:
            yield zeros, length
        else:
            yield hashlib.sha256({"x": b"x", "zeros": b"\0"}[vector["content"]] * length).digest(), length
        position += length


def top_of(data: bytes) -> Built:
    tree = FileTree()
    for offset in range(0, len(data), CHUNK):
        leaf = data[offset : offset + CHUNK]
        tree.add(hashlib.sha256(leaf).digest(), len(leaf))
    return tree.finish()


@pytest.mark.parametrize("vector", VECTORS["files"], ids=lambda vector: vector["name"])
def test_a_file_has_the_golden_cid(vector: dict[str, Any]) -> None:
    if vector["content"] == "ctr" and vector["size"] > SLOW and "ZHICANG_LARGE_VECTORS" not in os.environ:
        pytest.skip("set ZHICANG_LARGE_VECTORS=1 to generate 1 GiB of content (half a minute)")
    tree = FileTree()
    for digest, size in leaves_of(vector):
        tree.add(digest, size)
    top = tree.finish()
    assert (str(top.cid), top.dag_size, top.size) == (vector["cid"], vector["dag_size"], vector["size"])


def assert_golden(top: Built, name: str) -> None:
    assert (str(top.cid), top.dag_size) == (FOLDERS[name]["cid"], FOLDERS[name]["dag_size"])


def test_a_folder_with_unicode_names_has_the_golden_cid() -> None:
    counted = b"".join(hashlib.sha256(f"b:{i}".encode()).digest() for i in range(32))[:1000]
    contents = {"图书馆.txt": "数字资源\n".encode(), "b.bin": counted, "a.txt": b"hello\n"}
    assert_golden(build_folder((name, top_of(data)) for name, data in contents.items()), "folder-of-three")


def test_nested_folders_have_the_golden_cid() -> None:
    counted = b"".join(hashlib.sha256(f"v1:{i}".encode()).digest() for i in range(32769))[: CHUNK + 1]
    bagit = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    data = build_folder([("x/y/z.txt", top_of(b"z\n")), ("a.txt", top_of(b"a\n"))])
    empty = encode_folder([])
    links = [
        Link("data", data.cid, data.dag_size),
        Link("空", Cid(DAG_PB, hashlib.sha256(empty).digest()), len(empty)),
        *(Link(name, top.cid, top.dag_size) for name, top in (("bagit.txt", top_of(bagit)), ("big", top_of(counted)))),
    ]
    block = encode_folder(links)
    dag_size = len(block) + sum(link.dag_size for link in links)
    assert_golden(Built(Cid(DAG_PB, hashlib.sha256(block).digest()), 0, dag_size), "folder-nested")


def test_an_empty_folder_has_the_golden_cid() -> None:
    assert_golden(build_folder([]), "folder-empty")


def folder_at_the_limit(longest: int) -> list[tuple[str, Built]]:
    names = [f"n{i:04d}" + "x" * 40 for i in range(2944)] + ["z" * longest, "y" * 3]
    return [(name, top_of(b"")) for name in names]


def test_a_folder_block_of_exactly_the_limit_is_accepted() -> None:
    assert_golden(build_folder(folder_at_the_limit(33)), "folder-block-at-the-limit")


def test_a_folder_block_one_byte_over_the_limit_is_sharded() -> None:
    assert_golden(build_folder(folder_at_the_limit(34)), "folder-block-over-the-limit")


def test_a_large_folder_has_the_golden_cid() -> None:
    files = ((f"f{i:05d}.txt", top_of(f"{i}\n".encode())) for i in range(10_000))
    assert_golden(build_folder(files), "folder-of-10000")


def test_a_sharded_folder_may_lie_in_another() -> None:
    inner = build_folder(folder_at_the_limit(34))
    outer = build_folder([(f"扫描/{name}", top) for name, top in folder_at_the_limit(34)])
    block = encode_folder([Link("扫描", inner.cid, inner.dag_size)])
    assert outer.cid.digest == hashlib.sha256(block).digest()


def test_the_place_of_a_name_begins_with_the_highest_byte_of_its_hash() -> None:
    # murmur3-x64-128 of no bytes is zero; of "foo" its first 64 bits are e271865701f54561 (MurmurHash3's reference)
    assert place_of("") == bytes(8)
    assert place_of("foo").hex() == "e271865701f54561"


def test_names_of_one_hash_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.hamt.place_of", lambda _: bytes(8))
    with pytest.raises(UnsafeName) as caught:
        build_shards([Link(name, top_of(b"").cid, 0) for name in "ab"], no_sink)
    assert caught.value.file == "b"


@given(count=st.integers(1, 200), width=st.integers(2, 7), last=st.integers(1, CHUNK))
def test_any_number_of_leaves_gives_a_full_balanced_tree(count: int, width: int, last: int) -> None:
    leaves = [hashlib.sha256(b"%d" % i).digest() for i in range(count)]
    nodes: dict[bytes, bytes] = {}
    tree = FileTree(nodes.__setitem__, width=width)
    for digest in leaves[:-1]:
        tree.add(digest, CHUNK)
    tree.add(leaves[-1], last)
    top = tree.finish()
    assert top.size == (count - 1) * CHUNK + last
    assert top.dag_size == top.size + sum(len(data) for data in nodes.values())
    assert all(hashlib.sha256(data).digest() == digest for digest, data in nodes.items())
    level = [top.cid]
    while level[0].codec == DAG_PB:
        children = [[link.cid for link in file_links(nodes[cid.digest])] for cid in level]
        assert all(len(links) == width for links in children[:-1])
        assert 1 <= len(children[-1]) <= width
        level = [cid for links in children for cid in links]
        assert len({cid.codec for cid in level}) == 1
    assert [cid.digest for cid in level] == leaves


def test_a_folder_reads_back_in_the_order_of_bytes() -> None:
    block = encode_folder(Link(name, top_of(name.encode()).cid, 1) for name in ("b", "é", "Z", "图", "a"))
    assert [link.name for link in read_node(block).links] == ["Z", "a", "b", "é", "图"]


@given(st.binary(max_size=200))
def test_bytes_that_are_no_node_are_refused(data: bytes) -> None:
    assume(b"\x08\x02" not in data)
    with pytest.raises(Damaged):
        file_links(data)


def test_a_folder_is_no_file() -> None:
    with pytest.raises(Damaged):
        file_links(encode_folder([]))
