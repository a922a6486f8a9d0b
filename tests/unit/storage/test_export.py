"""Export: the bytes back out, checked, the whole payload or nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storage.errors import Damaged, TargetNotEmpty, UnknownObject
from storage.root import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Shelf


def assert_same(one: Path, other: Path) -> None:
    assert subprocess.run(["diff", "-r", one, other], check=False).returncode == 0


@pytest.mark.parametrize("target", ["new", "deep/er/new", "empty"])
def test_a_tree_comes_back(shelf: Shelf, tree: Path, target: str) -> None:
    staged = shelf.store(tree, "tree")
    (shelf.home / "empty").mkdir()
    folder = shelf.home / target
    assert shelf.blocks.export("tree", folder, expected=(Kind.TREE, staged.content_digest)) == 4
    assert_same(tree, folder)
    assert not list(folder.parent.glob("*.zhicang-partial"))


def test_a_file_comes_back_writable(shelf: Shelf) -> None:
    staged = shelf.store(shelf.source("a.tif", b"page"), "one")
    assert shelf.blocks.export("one", shelf.home / "out", expected=(Kind.FILE, staged.content_digest)) == 1
    assert (shelf.home / "out" / "a.tif").read_bytes() == b"page"
    assert (shelf.home / "out" / "a.tif").stat().st_mode & 0o200


def test_a_relative_folder(shelf: Shelf, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.store(tree, "tree")
    monkeypatch.chdir(shelf.home)
    shelf.blocks.export("tree", Path("out"))
    assert_same(tree, shelf.home / "out")


def test_a_folder_that_is_not_empty_is_refused(shelf: Shelf, tree: Path) -> None:
    shelf.store(tree, "tree")
    (shelf.home / "link").symlink_to(shelf.home / "nowhere")
    for name in ("sources", "blocks.db", "link"):
        with pytest.raises(TargetNotEmpty) as caught:
            shelf.blocks.export("tree", shelf.home / name)
        assert caught.value.exit_code == 2


@pytest.mark.parametrize("what", ["byte", "missing", "digest"])
def test_a_damaged_payload_leaves_nothing(
    shelf: Shelf, tree: Path, what: str, damage: Callable[[Path, int], None]
) -> None:
    shelf.store(tree, "tree")
    expected = None
    file = shelf.root.payload_path("tree") / "录音.wav"
    if what == "byte":
        damage(file, 2_000_000)
    elif what == "missing":
        file.unlink()
    else:
        expected = (Kind.TREE, bytes(32))
    with pytest.raises(Damaged) as caught:
        shelf.blocks.export("tree", shelf.home / "out", expected=expected)
    assert caught.value.exit_code == 1
    assert not list(shelf.home.glob("out*"))


def test_an_unknown_object(shelf: Shelf) -> None:
    with pytest.raises(UnknownObject):
        shelf.blocks.export("none", shelf.home / "out")
    assert not (shelf.home / "out").exists()
