"""The block index: blocks by CID, verified on every read, and made anew from the storage root alone."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import TYPE_CHECKING

import pytest

from storage.blocks import BlockIndex
from storage.cid import DAG_PB, RAW, Cid
from storage.dag import read_node
from storage.errors import Damaged, RootExists, RootMissing, StorageError, UnknownBlock
from storage.reindex import reindex
from storage.root import Kind
from storage.unixfs import CHUNK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Shelf

    from storage.block_rows import BlockRows
    from storage.faults import Fault


def everything(rows: BlockRows) -> list[object]:
    return [row for object_id in rows.objects() for row in (*rows.leaves_of(object_id), *rows.nodes_of(object_id))]


def test_every_block_of_a_tree_is_there(shelf: Shelf, tree: Path) -> None:
    staged = shelf.store(tree, "tree")
    for row in (*shelf.blocks.rows.leaves_of("tree"), *shelf.blocks.rows.nodes_of("tree")):
        data = shelf.blocks.get(row.cid)
        assert hashlib.sha256(data).digest() == row.cid.digest
        assert shelf.blocks.has(row.cid)
    assert shelf.blocks.get(staged.cid)
    for file in staged.files:
        assert b"".join(shelf.blocks.cat(file.cid)) == (tree / file.path).read_bytes()


def test_an_unknown_block_is_said_to_be_unknown(shelf: Shelf) -> None:
    for codec in (RAW, DAG_PB):
        cid = Cid(codec, bytes(32))
        assert not shelf.blocks.has(cid)
        with pytest.raises(UnknownBlock) as caught:
            shelf.blocks.get(cid)
        assert str(cid) in caught.value.words.zh


def test_a_digest_is_known_under_its_own_codec_alone(shelf: Shelf, tree: Path) -> None:
    staged = shelf.store(tree, "tree")
    assert not shelf.blocks.has(Cid(RAW, staged.cid.digest))


def test_a_damaged_block_is_never_given_out(
    shelf: Shelf, tree: Path, damage: Callable[[Path, int], None]
) -> None:
    staged = shelf.store(tree, "tree")
    recording = next(file for file in staged.files if file.path == "录音.wav")
    damage(shelf.root.payload_path("tree") / "录音.wav", CHUNK + 5)
    leaves = list(recording.leaves())
    assert shelf.blocks.get(Cid(RAW, leaves[0].digest))
    with pytest.raises(Damaged) as caught:
        shelf.blocks.get(Cid(RAW, leaves[1].digest))
    assert f"tree/录音.wav@{CHUNK}" in caught.value.words.en
    assert caught.value.exit_code == 1
    given = shelf.blocks.cat(recording.cid)
    assert hashlib.sha256(next(given)).digest() == leaves[0].digest
    with pytest.raises(Damaged):
        next(given)


def test_swapped_files_are_never_given_out(shelf: Shelf) -> None:
    for name in ("a", "b"):
        shelf.source(f"tree/{name}", name.encode() * 100)
    staged = shelf.store(shelf.sources / "tree", "tree")
    payload = shelf.root.payload_path("tree")
    (payload / "a").rename(payload / "c")
    (payload / "b").rename(payload / "a")
    (payload / "c").rename(payload / "b")
    for file in staged.files:
        with pytest.raises(Damaged):
            shelf.blocks.get(file.cid)


def test_another_place_serves_when_one_is_damaged(shelf: Shelf, damage: Callable[[Path, int], None]) -> None:
    source = shelf.source("same.tif", b"blank page")
    first = shelf.store(source, "first")
    shelf.store(source, "second")
    assert len(shelf.blocks.places(first.cid)) == 2
    damage(shelf.root.payload_path("first") / "same.tif", 0)
    assert shelf.blocks.get(first.cid) == b"blank page"
    (shelf.root.payload_path("second") / "same.tif").unlink()
    with pytest.raises(Damaged) as caught:
        shelf.blocks.get(first.cid)
    assert "first/same.tif@0, second/same.tif@0" in caught.value.words.en


def test_a_payload_file_swapped_for_a_symlink_is_not_followed(shelf: Shelf) -> None:
    source = shelf.source("a.tif", b"page")
    staged = shelf.store(source, "one")
    stored = shelf.root.payload_path("one") / "a.tif"
    stored.unlink()
    stored.symlink_to(source)
    with pytest.raises(Damaged):
        shelf.blocks.get(staged.cid)


def test_a_node_changed_in_the_index_is_never_given_out(shelf: Shelf, tree: Path) -> None:
    staged = shelf.store(tree, "tree")
    connection = sqlite3.connect(shelf.home / "blocks.db")
    with connection:
        connection.execute("UPDATE node SET data = zeroblob(length(data)) WHERE digest = ?", (staged.cid.digest,))
    connection.close()
    with pytest.raises(Damaged):
        shelf.blocks.get(staged.cid)


def test_the_rebuilt_index_is_the_same(shelf: Shelf, tree: Path) -> None:
    shelf.store(tree, "tree")
    shelf.store(shelf.source("one.tif", b"x" * (CHUNK + 1)), "one")
    shelf.store(shelf.source("again/one.tif", b"x" * (CHUNK + 1)).parent, "again")
    before = everything(shelf.blocks.rows)
    shelf.blocks.close()
    (shelf.home / "blocks.db").write_bytes(b"no database" * 1000)
    told: list[Fault] = []
    objects, blocks = reindex(shelf.home / "blocks.db", root=shelf.root, tell=told.append)
    assert (objects, told) == (3, [])
    assert sorted(path.name for path in shelf.home.glob("blocks.db*")) == ["blocks.db"]
    rebuilt = BlockIndex.open(shelf.home / "blocks.db", root=shelf.root.path, read_only=True)
    assert everything(rebuilt.rows) == before
    assert blocks == rebuilt.rows.count() == len({row.cid for row in before})  # type: ignore[attr-defined]
    rebuilt.close()


def test_rebuilding_leaves_out_what_is_damaged_and_says_so(
    shelf: Shelf, tree: Path, damage: Callable[[Path, int], None]
) -> None:
    staged = shelf.store(tree, "tree")
    damage(shelf.root.payload_path("tree") / "p001.tif", 0)
    told: list[Fault] = []
    reindex(shelf.home / "blocks.db", root=shelf.root, tell=told.append)
    assert [(fault.what, fault.path) for fault in told] == [("payload-changed", "v1/content/payload/p001.tif")]
    rebuilt = BlockIndex.open(shelf.home / "blocks.db", root=shelf.root.path)
    known = {file.path: rebuilt.has(file.cid) for file in staged.files}
    assert known == {"p001.tif": False, "录音.wav": True, "文本/empty.txt": True, "文本/第一页.txt": True}
    rebuilt.close()


def test_adding_again_replaces(shelf: Shelf, tree: Path) -> None:
    shelf.store(tree, "one")
    once = everything(shelf.blocks.rows)
    shelf.store(tree, "one")
    assert everything(shelf.blocks.rows) == once
    new = shelf.store(shelf.source("other.txt", b"other"), "one")
    assert [row.cid for row in shelf.blocks.rows.leaves_of("one")] == [new.cid]
    shelf.blocks.forget("one")
    assert everything(shelf.blocks.rows) == []
    assert shelf.blocks.rows.count() == 0


def test_a_group_is_added_whole_or_not_at_all(shelf: Shelf, tree: Path) -> None:
    staged = shelf.root.stage(tree)

    def group() -> object:
        yield staged, "one"
        raise KeyError("two")

    with pytest.raises(KeyError):
        shelf.blocks.add_many(group())  # type: ignore[arg-type]
    assert everything(shelf.blocks.rows) == []
    shelf.blocks.add_many([(staged, "one")])
    assert list(shelf.blocks.rows.objects()) == ["one"]


def test_an_index_is_founded_once_and_opened_only_when_whole(shelf: Shelf) -> None:
    with pytest.raises(RootExists):
        BlockIndex.found(shelf.home / "blocks.db")
    (shelf.home / "text.db").write_bytes(b"no database" * 1000)
    sqlite3.connect(shelf.home / "other.db").close()
    for name in ("none.db", "text.db", "other.db"):
        for read_only in (False, True):
            with pytest.raises(RootMissing) as caught:
                BlockIndex.open(shelf.home / name, root=shelf.root.path, read_only=read_only)
            assert caught.value.mend is not None
            assert "reindex" in caught.value.mend.en
    assert not (shelf.home / "none.db").exists()


def test_an_index_damaged_inside_says_to_rebuild_it(shelf: Shelf, tree: Path) -> None:
    staged = shelf.store(tree, "one")
    shelf.blocks.close()
    file = shelf.home / "blocks.db"
    page = int.from_bytes(file.read_bytes()[16:18])
    with file.open("r+b") as writer:
        writer.seek(page)
        writer.write(b"\xff" * (file.stat().st_size - page))
    index = BlockIndex.open(file, root=shelf.root.path)
    with pytest.raises(RootMissing) as caught:
        index.get(staged.cid)
    assert caught.value.exit_code == 3
    index.close()


def test_a_reader_cannot_write(shelf: Shelf, tree: Path) -> None:
    staged = shelf.store(tree, "one")
    reader = BlockIndex.open(shelf.home / "blocks.db", root=shelf.root.path, read_only=True)
    assert reader.get(staged.cid)
    with pytest.raises(StorageError):
        reader.add(staged, "two")
    reader.close()


def test_a_single_file_can_be_found_by_the_folder_that_holds_it(shelf: Shelf) -> None:
    """Rows do not depend on the kind, which the storage root does not know."""
    staged = shelf.store(shelf.source("one.tif", b"page"), "one")
    assert staged.kind is Kind.FILE
    assert shelf.blocks.has(staged.payload.cid(Kind.TREE))


def test_every_node_of_a_sharded_folder_is_there(shelf: Shelf) -> None:
    for i in range(2700):
        shelf.source(f"tree/扫描/{i:04d}{'x' * 60}", b"")
    staged = shelf.store(shelf.sources / "tree", "tree")
    waiting, names = [read_node(shelf.blocks.get(staged.cid)).links[0].cid], set()
    while waiting:
        for link in read_node(shelf.blocks.get(waiting.pop())).entries():
            if link.name:
                names.add(link.name)
            else:
                waiting.append(link.cid)
    assert names == {f"{i:04d}{'x' * 60}" for i in range(2700)}
