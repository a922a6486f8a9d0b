"""The CIDs of generated folders are those that kubo gives."""

from __future__ import annotations

import hashlib
import shutil
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.staged import Kind
from storage.staging import Staging

if TYPE_CHECKING:
    from pathlib import Path

    from network_parts.kubo import Kubo

CHUNK = 1 << 20
NAMES = st.text("abcxyz019-_ .图书馆é", min_size=1, max_size=12).filter(
    lambda name: name.strip(" .") == name and unicodedata.normalize("NFC", name) == name and name != "-"
)
SIZES = st.sampled_from([0, 1, 1000, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 5])
TREES = st.recursive(
    SIZES,
    lambda below: st.dictionaries(NAMES, below, min_size=1, max_size=4),
    max_leaves=12,
).filter(lambda tree: isinstance(tree, dict))


def content(size: int) -> bytes:
    return (hashlib.sha256(b"%d" % size).digest() * (size // 32 + 1))[:size]


def write(tree: object, place: Path) -> None:
    if isinstance(tree, int):
        place.write_bytes(content(tree))
        return
    assert isinstance(tree, dict)
    place.mkdir()
    for name, below in tree.items():
        write(below, place / name)


def ours(folder: Path, work: Path) -> str:
    staging = Staging(work)
    staged = staging.take(folder, left_out=(), progress=None)
    staging.discard(staged)
    return str(staged.payload.cid(Kind.TREE))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=TREES)
def test_a_generated_tree_has_the_cid_that_kubo_gives(tree: object, kubo_offline: Kubo, tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    shutil.rmtree(folder, ignore_errors=True)
    write(tree, folder)
    theirs = kubo_offline.run("add", "-r", "-Q", "--only-hash", "--hidden", str(folder)).decode().strip()
    assert ours(folder, tmp_path / "staging") == theirs


@pytest.mark.parametrize("count", [3000, 8000])
def test_a_sharded_folder_has_the_cid_that_kubo_gives(count: int, kubo_offline: Kubo, tmp_path: Path) -> None:
    folder = tmp_path / "tree" / "扫描"
    folder.mkdir(parents=True)
    for i in range(count):
        (folder / f"第{i:05d}页{'x' * 40}.txt").write_bytes(b"%d" % (i % 7))
    (tmp_path / "tree" / "note.txt").write_text("beside")
    theirs = kubo_offline.run("add", "-r", "-Q", "--only-hash", str(tmp_path / "tree")).decode().strip()
    assert ours(tmp_path / "tree", tmp_path / "staging") == theirs
