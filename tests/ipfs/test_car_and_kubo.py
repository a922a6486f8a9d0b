"""CAR files between kubo and us, both ways: the same root, the same bytes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from node.cli.main import main
from storage.block_source import IndexBlocks
from storage.blocks import BlockIndex
from storage.car_export import write_car
from storage.errors import Damaged, TargetNotEmpty
from storage.root import StorageRoot

if TYPE_CHECKING:
    from pathlib import Path

    from network_parts.kubo import Kubo

    from storage.cid import Cid


def make_tree(folder: Path, *, sharded: bool) -> Path:
    tree = folder / "tree"
    (tree / "文本").mkdir(parents=True)
    (tree / "文本" / "一.txt").write_bytes(b"one\n")
    (tree / "large.bin").write_bytes(bytes(range(256)) * 8200)
    for i in range(2700 if sharded else 3):
        (tree / "文本" / f"{i:04d}{'x' * 60}").write_bytes(b"%d" % i)
    return tree


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def export(source: Path, folder: Path, *names: str, harm: bool = False) -> Cid:
    root = StorageRoot.found(folder / "storage", clock=lambda: 1_700_000_000.0)
    BlockIndex.found(folder / "blocks.db").close()
    index = BlockIndex.open(folder / "blocks.db", root=folder / "storage")
    staged = root.stage(source)
    root.place(staged, "it", metadata=b"{}")
    index.add(staged, "it")
    if harm:
        path = next((folder / "storage").rglob("large.bin"))
        path.chmod(0o644)
        path.write_bytes(bytes(path.stat().st_size))
    blocks = IndexBlocks(index)
    try:
        for name in names:
            asyncio.run(write_car(blocks, staged.cid, folder / name))
    finally:
        blocks.close()
        index.close()
        root.close()
    return staged.cid


@pytest.mark.parametrize("sharded", [False, True])
def test_kubo_reads_our_car(kubo_offline: Kubo, tmp_path: Path, *, sharded: bool) -> None:
    tree = make_tree(tmp_path, sharded=sharded)
    root = export(tree, tmp_path, "a.car", "b.car")
    assert (tmp_path / "a.car").read_bytes() == (tmp_path / "b.car").read_bytes()
    assert str(root) in kubo_offline.run("dag", "import", str(tmp_path / "a.car")).decode()
    kubo_offline.run("get", str(root), "-o", str(tmp_path / "got"))
    assert files_of(tmp_path / "got") == files_of(tree)


@pytest.mark.parametrize("form", ["file", "folder", "sharded"])
def test_we_read_a_car_of_kubo(kubo_offline: Kubo, tmp_path: Path, form: str) -> None:
    tree = make_tree(tmp_path, sharded=form == "sharded")
    source = tree / "文本" / "一.txt" if form == "file" else tree
    cid = kubo_offline.run("add", "-r", "-Q", "--cid-version=1", str(source)).decode().strip()
    (tmp_path / "given.car").write_bytes(kubo_offline.run("dag", "export", cid))
    assert main(["import", "car", str(tmp_path / "given.car"), "-o", str(tmp_path / "out")]) == 0
    assert files_of(tmp_path / "out") == ({"given": b"one\n"} if form == "file" else files_of(tree))


def test_a_damaged_payload_leaves_no_car(tmp_path: Path) -> None:
    tree = make_tree(tmp_path, sharded=False)
    with pytest.raises(Damaged):
        export(tree, tmp_path, "a.car", harm=True)
    assert not list(tmp_path.glob("a.car*"))


def test_a_car_replaces_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.car").write_bytes(b"mine")
    with pytest.raises(TargetNotEmpty):
        export(make_tree(tmp_path, sharded=False), tmp_path, "a.car")
    assert (tmp_path / "a.car").read_bytes() == b"mine"
