from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import ocfl
import pytest
from cryptography.hazmat.primitives import hashes
from hypothesis import given
from hypothesis import strategies as st

from storage import sm3 as module
from storage.audit import check_object
from storage.root import StorageRoot
from storage.sm3 import PinnedSm3, new_sm3, sm3

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Shelf

NUMBER = "DEMO0001-2023-00000001-A"
EXAMPLES = {  # GB/T 32905-2016, appendix A
    b"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    b"abcd" * 16: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
}


def reference(data: bytes) -> bytes:
    hasher = hashes.Hash(hashes.SM3())
    hasher.update(data)
    return hasher.finalize()


@pytest.mark.parametrize("data", EXAMPLES)
def test_the_examples_of_the_standard(data: bytes) -> None:
    assert sm3(data).hex() == EXAMPLES[data]
    pinned = PinnedSm3()
    pinned.update(data)
    assert pinned.digest().hex() == pinned.digest().hex() == EXAMPLES[data]


@given(st.lists(st.binary(max_size=5000), max_size=4))
def test_both_sources_of_sm3_say_the_same(pieces: list[bytes]) -> None:
    whole, pinned = new_sm3(), PinnedSm3()
    for piece in pieces:
        whole.update(piece)
        pinned.update(piece)
    assert whole.digest() == pinned.digest() == reference(b"".join(pieces))


@pytest.fixture(params=["own", "pinned"])
def cn(shelf: Shelf, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> StorageRoot:
    """The shelf's storage root with SM3, from either source."""
    if request.param == "pinned":
        monkeypatch.setattr(module, "_own_openssl", lambda: False)
    return StorageRoot(shelf.root.path, staging=shelf.home / "staging", clock=lambda: 1_700_000_000.0, sm3=True)


def test_a_tree_has_a_second_manifest_that_covers_every_file(cn: StorageRoot, shelf: Shelf, tree: Path) -> None:
    staged = cn.stage(tree)
    cn.place(staged, NUMBER, metadata=b"{}")
    content = shelf.root.payload_path(NUMBER).parent
    manifest = (content / "manifest-sm3.txt").read_bytes()
    stored = {path.relative_to(content / "payload").as_posix(): path for path in (content / "payload").rglob("*.*")}
    lines = dict(line.split("  ", 1)[::-1] for line in manifest.decode().splitlines())
    assert lines == {path: reference(file.read_bytes()).hex() for path, file in stored.items()}
    assert staged.content_sm3 == reference(manifest)
    judge = ocfl.StorageRoot(root=str(shelf.root.path))
    assert judge.validate()
    assert judge.good_objects == judge.num_objects == 1
    checked = check_object(shelf.root, NUMBER)
    assert not checked.faults
    assert checked.payload is not None
    assert checked.payload.manifest_sm3 == manifest
    checked.close()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("size", [1, 1 << 20, (1 << 20) + 1, 5_000_000])
def test_openssl_gives_the_same_for_one_file(cn: StorageRoot, shelf: Shelf, size: int) -> None:
    source = shelf.source("a.bin", b"z" * size)
    said = subprocess.run(["openssl", "dgst", "-sm3", "-r", str(source)], capture_output=True, check=True, text=True)
    staged = cn.stage(source)
    assert staged.content_sm3.hex() == said.stdout.split()[0]
    cn.discard(staged)


def test_without_sm3_nothing_of_it_is_there(shelf: Shelf, tree: Path) -> None:
    staged = shelf.store(tree, NUMBER)
    assert staged.content_sm3 == b""
    assert not list(shelf.root.object_path(NUMBER).rglob("manifest-sm3.txt"))


def test_a_damaged_second_manifest_is_named(
    cn: StorageRoot, shelf: Shelf, tree: Path, damage: Callable[[Path, int], None]
) -> None:
    cn.place(cn.stage(tree), NUMBER, metadata=b"{}")
    damage(shelf.root.object_path(NUMBER) / "v1/content/manifest-sm3.txt", 3)
    checked = check_object(shelf.root, NUMBER)
    assert [(fault.what, fault.path) for fault in checked.faults] == [
        ("manifest-changed", "v1/content/manifest-sm3.txt")
    ]
    checked.close()


def test_a_unit_list_has_it_too(cn: StorageRoot, shelf: Shelf) -> None:
    staged = cn.stage_lines([b'{"a":1}', b'{"a":2}'], name="units.jsonl", each=lambda _: None)
    assert staged.files[0].sm3 == reference(b'{"a":1}\n{"a":2}\n')
    cn.discard(staged)
    assert shelf.staging_is_empty()
