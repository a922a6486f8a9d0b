"""The fixity check: each thing that can be wrong with an object is named, and a clean one has no fault."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

from storage.audit import check_object
from storage.errors import Damaged, UnknownObject
from storage.ocfl import sidecar_of
from storage.root import Kind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Shelf

PAYLOAD = "v1/content/payload/"


@pytest.fixture
def stored(shelf: Shelf, tree: Path) -> Path:
    """The folder of a stored tree, id "tree"."""
    shelf.store(tree, "tree")
    return shelf.root.object_path("tree")


def faults(shelf: Shelf) -> list[tuple[str, str]]:
    checked = check_object(shelf.root, "tree", shelf.blocks.rows)
    checked.close()
    for fault in checked.faults:
        assert fault.words.zh
        assert fault.mend.en
        assert fault.object_id == "tree"
    return [(fault.what, fault.path) for fault in checked.faults]


def rewrite(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def test_a_clean_object_has_no_fault(shelf: Shelf, stored: Path, tree: Path) -> None:
    assert faults(shelf) == []
    checked = check_object(shelf.root, "tree")
    staged = shelf.root.stage(tree)
    assert checked.payload is not None
    assert checked.payload.content_digest(Kind.TREE) == staged.content_digest
    assert checked.payload.cid(Kind.TREE) == staged.cid
    assert stored.is_dir()


def test_a_changed_byte(shelf: Shelf, stored: Path, damage: Callable[[Path, int], None]) -> None:
    damage(stored / PAYLOAD / "录音.wav", 2_000_000)
    assert faults(shelf) == [("payload-changed", PAYLOAD + "录音.wav")]
    fault = check_object(shelf.root, "tree").faults[0]
    assert len(fault.expected) == len(fault.found) == 64
    assert fault.expected != fault.found


def test_a_missing_file(shelf: Shelf, stored: Path) -> None:
    (stored / PAYLOAD / "p001.tif").unlink()
    assert faults(shelf) == [("payload-missing", PAYLOAD + "p001.tif")]
    assert check_object(shelf.root, "tree").payload is None


def test_a_surplus_file(shelf: Shelf, stored: Path) -> None:
    (stored / PAYLOAD / "文本" / "more.txt").write_bytes(b"more")
    assert faults(shelf) == [("payload-surplus", PAYLOAD + "文本/more.txt")]


def test_a_surplus_file_whose_name_is_no_text(shelf: Shelf, stored: Path) -> None:
    (stored / PAYLOAD / "\udcff").write_bytes(b"more")
    assert [what for what, _ in faults(shelf)] == ["payload-surplus"]


@pytest.mark.parametrize("path", ["note.txt", "v1/note.txt", "v1/content/note.txt", "extensions/x/config.json"])
def test_a_surplus_file_that_is_no_payload(shelf: Shelf, stored: Path, path: str) -> None:
    (stored / path).parent.mkdir(parents=True, exist_ok=True)
    (stored / path).write_bytes(b"")
    assert faults(shelf) == [("file-surplus", path)]


def test_a_surplus_empty_folder(shelf: Shelf, stored: Path) -> None:
    (stored / "v2").mkdir()
    assert faults(shelf) == [("file-surplus", "v2/")]


def test_a_renamed_file(shelf: Shelf, stored: Path) -> None:
    (stored / PAYLOAD / "p001.tif").rename(stored / PAYLOAD / "p002.tif")
    assert faults(shelf) == [("payload-missing", PAYLOAD + "p001.tif"), ("payload-surplus", PAYLOAD + "p002.tif")]


def test_a_file_swapped_for_a_symlink(shelf: Shelf, stored: Path, tree: Path) -> None:
    (stored / PAYLOAD / "p001.tif").unlink()
    (stored / PAYLOAD / "p001.tif").symlink_to(tree / "p001.tif")
    assert faults(shelf) == [("payload-changed", PAYLOAD + "p001.tif")]


def test_a_folder_swapped_for_a_symlink(shelf: Shelf, stored: Path, tree: Path) -> None:
    (stored / PAYLOAD / "文本").rename(shelf.sources / "aside")
    (stored / PAYLOAD / "文本").symlink_to(tree / "文本")
    assert faults(shelf) == [
        ("payload-missing", PAYLOAD + "文本/empty.txt"),
        ("payload-missing", PAYLOAD + "文本/第一页.txt"),
        ("payload-surplus", PAYLOAD + "文本/"),
    ]


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("v1/content/metadata.json", "metadata-changed"),
        ("v1/content/manifest-sha256.txt", "manifest-changed"),
        ("0=ocfl_object_1.1", "declaration-changed"),
        ("v1/inventory.json", "inventory-damaged"),
        ("v1/inventory.json.sha256", "inventory-damaged"),
    ],
)
def test_a_file_of_ours_changed_or_missing(
    shelf: Shelf, stored: Path, path: str, what: str, damage: Callable[[Path, int], None]
) -> None:
    damage(stored / path, 1)
    assert faults(shelf) == [(what, path)]
    (stored / path).unlink()
    assert faults(shelf) == [(what, path)]


@pytest.mark.parametrize("name", ["inventory.json", "inventory.json.sha256"])
def test_a_damaged_inventory_is_named_and_the_manifest_serves(
    shelf: Shelf, stored: Path, name: str, damage: Callable[[Path, int], None]
) -> None:
    damage(stored / name, 2)
    damage(stored / PAYLOAD / "p001.tif", 0)
    assert faults(shelf) == [
        ("inventory-damaged", "inventory.json"),
        ("inventory-damaged", f"v1/{name}"),
        ("payload-changed", PAYLOAD + "p001.tif"),
    ]
    with pytest.raises(Damaged):
        shelf.root.inventory("tree")


def test_an_inventory_of_another_object(shelf: Shelf, stored: Path, tree: Path) -> None:
    shelf.store(tree, "other")
    other = shelf.root.object_path("other")
    for folder in ("", "v1/"):
        for name in ("inventory.json", "inventory.json.sha256"):
            rewrite(stored / folder / name, (other / name).read_bytes())
    assert ("inventory-damaged", "inventory.json") in faults(shelf)


def test_a_payload_and_inventory_changed_together(shelf: Shelf, stored: Path) -> None:
    """Whoever can write the inventory too is found by the manifest and the index, and at last by the chain."""
    old = (stored / PAYLOAD / "p001.tif").read_bytes()
    rewrite(stored / PAYLOAD / "p001.tif", b"forged")
    from hashlib import sha256

    inventory = (stored / "inventory.json").read_bytes()
    inventory = inventory.replace(sha256(old).hexdigest().encode(), sha256(b"forged").hexdigest().encode())
    assert json.loads(inventory)
    for folder in ("", "v1/"):
        rewrite(stored / folder / "inventory.json", inventory)
        rewrite(stored / folder / "inventory.json.sha256", sidecar_of(inventory))
    found = faults(shelf)
    assert ("manifest-changed", "v1/content/manifest-sha256.txt") in found
    assert ("index-changed", "p001.tif@0") in found


def test_a_missing_object(shelf: Shelf) -> None:
    assert faults(shelf) == [("object-missing", "")]
    with pytest.raises(UnknownObject):
        shelf.root.manifest("tree")


@pytest.mark.parametrize(
    ("statement", "what", "path"),
    [
        ("DELETE FROM leaf WHERE offset = 1048576", "index-missing", "录音.wav@1048576"),
        ("UPDATE leaf SET offset = 7 WHERE offset = 1048576", "index-surplus", "录音.wav@7"),
        ("UPDATE leaf SET length = 9 WHERE offset = 2097152", "index-changed", "录音.wav@2097152"),
        ("UPDATE leaf SET digest = zeroblob(32) WHERE offset = 1048576", "index-changed", "录音.wav@1048576"),
        ("UPDATE file SET path = 'x' WHERE path = 'p001.tif'", "index-missing", "p001.tif@0"),
        ("DELETE FROM object", "index-missing", "p001.tif@0"),
    ],
    ids=["missing", "astray", "length", "digest", "path", "object"],
)
def test_a_tampered_leaf_row(shelf: Shelf, stored: Path, statement: str, what: str, path: str) -> None:
    assert stored.is_dir()
    execute(shelf, statement)
    assert (what, path) in faults(shelf)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param("DELETE FROM node", {"index-missing"}, id="missing"),
        pytest.param("UPDATE node SET data = zeroblob(9)", {"index-changed"}, id="data"),
        pytest.param("UPDATE node SET digest = randomblob(32)", {"index-missing", "index-surplus"}, id="digest"),
    ],
)
def test_a_tampered_node_row(shelf: Shelf, stored: Path, statement: str, expected: set[str]) -> None:
    assert stored.is_dir()
    execute(shelf, statement)
    assert {what for what, _ in faults(shelf)} == expected


def execute(shelf: Shelf, statement: str) -> None:
    connection = sqlite3.connect(shelf.home / "blocks.db")
    with connection:
        assert connection.execute(statement).rowcount > 0
    connection.close()
