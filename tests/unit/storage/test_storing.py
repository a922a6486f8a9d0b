"""Storing: what is staged and placed is what was given, and foreign tools agree."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import stat
import subprocess
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import ocfl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.audit import check_object
from storage.errors import EmptyFile, MalformedId, RootExists, RootMissing, UnknownObject, UnsafeName
from storage.root import Kind, StorageRoot
from storage.unixfs import CHUNK
from storage.walk import walk

if TYPE_CHECKING:
    from conftest import Shelf

NUMBER = "DEMO0001-2023-00000001-A"
REMARKS = {"W004", "W005"}


def digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def judged(root: Path) -> tuple[bool, set[str]]:
    """Let the foreign validator judge the root and every object in it; give its verdict and the codes it named.

    Its `validate` answers for the root alone and merely counts the objects that are good.
    """
    judge = ocfl.StorageRoot(root=str(root))
    valid = judge.validate(log_warnings=True) and judge.good_objects == judge.num_objects
    text = " ".join([*judge.log.messages, *(messages for _, messages in judge.errors)])
    return valid, set(re.findall(r"\[([EW]\d{3})[a-z]?\]", text))


def assert_valid(root: Path) -> None:
    """It may remark on SHA-256 (W004) and on ids that are no URIs (W005), and on nothing else."""
    valid, codes = judged(root)
    assert valid
    assert codes <= REMARKS


def assert_sha256sum_agrees(payload: Path) -> int:
    outcome = subprocess.run(
        ["sha256sum", "--strict", "-c", "../manifest-sha256.txt"], cwd=payload, capture_output=True, check=False
    )
    assert outcome.returncode == 0, outcome
    return outcome.stdout.count(b": OK\n")


def test_a_file_is_stored_under_its_own_name(shelf: Shelf) -> None:
    data = b"page one"
    staged = shelf.store(shelf.source("第一页.tif", data), NUMBER, b'{"title":"t"}')
    assert staged.kind is Kind.FILE
    assert staged.content_digest == staged.cid.digest == digest(data)
    assert staged.size == len(data)
    assert (shelf.root.payload_path(NUMBER) / "第一页.tif").read_bytes() == data
    assert shelf.root.metadata(NUMBER) == b'{"title":"t"}'
    assert shelf.root.manifest(NUMBER) == f"{digest(data).hex()}  第一页.tif\n".encode()
    assert assert_sha256sum_agrees(shelf.root.payload_path(NUMBER)) == 1
    assert shelf.staging_is_empty()


def test_a_tree_is_stored_with_its_canonical_manifest(shelf: Shelf, tree: Path) -> None:
    staged = shelf.store(tree, NUMBER)
    contents = {path.relative_to(tree).as_posix(): path.read_bytes() for path in tree.rglob("*") if path.is_file()}
    manifest = "".join(
        f"{digest(contents[path]).hex()}  {path}\n" for path in sorted(contents, key=lambda path: path.encode())
    ).encode()
    assert staged.kind is Kind.TREE
    assert staged.manifest == manifest == shelf.root.manifest(NUMBER)
    assert staged.content_digest == digest(manifest)
    assert staged.size == sum(map(len, contents.values()))
    assert [(file.path, file.sha256) for file in staged.files] == [
        (line[66:], bytes.fromhex(line[:64])) for line in manifest.decode().splitlines()
    ]
    assert assert_sha256sum_agrees(shelf.root.payload_path(NUMBER)) == 4


def test_files_stand_in_the_order_of_the_bytes_of_their_paths(shelf: Shelf) -> None:
    paths = ["Z", "a b", "a-b", "a/b", "a/é", "a0", "b", "é", "图", "\U00020000"]
    for path in reversed(paths):
        shelf.source(f"tree/{path}", path.encode())
    staged = shelf.root.stage(shelf.sources / "tree")
    assert [line[66:] for line in staged.manifest.decode().splitlines()] == paths
    assert [file.path for file in staged.files] == paths
    assert [file.path for file in walk(shelf.sources / "tree").files] == paths


def test_a_foreign_validator_accepts_the_root(shelf: Shelf, tree: Path) -> None:
    assert_valid(shelf.root.path)
    shelf.store(tree, NUMBER)
    shelf.store(shelf.source("one.bin", b"x" * CHUNK), "DEMO0001-2023-00000002-B")
    shelf.store(shelf.source("same/one.bin", b"x" * CHUNK).parent, "DEMO0001-2023-00000003-C")
    assert_valid(shelf.root.path)
    assert sorted(shelf.root.objects()) == [
        NUMBER, "DEMO0001-2023-00000002-B", "DEMO0001-2023-00000003-C"
    ]  # fmt: skip


def test_the_validator_is_a_judge(shelf: Shelf, tree: Path) -> None:
    shelf.store(tree, NUMBER)
    assert judged(shelf.root.path) == (True, REMARKS)
    (shelf.root.object_path(NUMBER) / "surplus.txt").write_bytes(b"")
    assert judged(shelf.root.path) == (False, REMARKS | {"E001"})


def test_the_inventory_says_when_and_by_whom(shelf: Shelf) -> None:
    staged = shelf.root.stage(shelf.source("a.txt", b"a"))
    shelf.root.place(staged, NUMBER, metadata=b"{}", message="登记")
    version = json.loads((shelf.root.object_path(NUMBER) / "inventory.json").read_bytes())["versions"]["v1"]
    assert version["created"] == datetime.fromtimestamp(1_700_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert version["message"] == "登记"
    assert version["user"]["name"] == "知仓"


names = st.text(st.characters(codec="utf-8", exclude_characters="/\\%", exclude_categories=["Cc", "Zl", "Zp", "Cs"]),
                min_size=1, max_size=12).filter(lambda name: name not in {".", "..", "-", "Thumbs.db"}
                                                and not name.startswith("~$"))  # fmt: skip
trees = st.dictionaries(
    st.lists(names, min_size=1, max_size=3).map("/".join), st.binary(max_size=50), min_size=1, max_size=8
)


def fold(path: str) -> str:
    """Give what two names must not share: NFC of the folded NFC."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


@settings(max_examples=40, deadline=None)
@given(trees)
def test_any_tree_comes_back_or_is_refused_for_its_names(contents: dict[str, bytes]) -> None:
    with TemporaryDirectory() as folder:
        source = Path(folder, "source")
        for path, data in contents.items():
            file = source / path
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
            except (FileExistsError, NotADirectoryError, IsADirectoryError):
                continue  # one path is a folder of another
        root = StorageRoot.found(Path(folder, "storage"))
        folds = [fold(str(path)) for path in source.rglob("*")]
        if len(set(folds)) < len(folds) or any(not any(path.iterdir()) for path in source.rglob("*") if path.is_dir()):
            with pytest.raises(UnsafeName):
                root.stage(source)
            return
        staged = root.stage(source)
        root.place(staged, NUMBER, metadata=b"{}")
        payload = root.payload_path(NUMBER)
        assert assert_sha256sum_agrees(payload) == len(staged.files)
        assert not subprocess.run(["diff", "-r", source, payload], check=False).returncode
        assert_valid(root.path)
        assert check_object(root, NUMBER).faults == ()


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 20 * CHUNK + 7])
def test_every_size_is_hashed_and_copied_whole(shelf: Shelf, size: int) -> None:
    data = b"0123456789abcdef" * (size // 16 + 1)
    source = shelf.source("file.bin", data[:size])
    pieces: list[int] = []
    staged = shelf.root.stage(source, progress=pieces.append)
    shelf.root.place(staged, NUMBER, metadata=b"{}")
    assert staged.content_digest == digest(data[:size])
    assert (shelf.root.payload_path(NUMBER) / "file.bin").read_bytes() == data[:size]
    assert sum(pieces) == size
    assert sum(leaf.length for leaf in staged.files[0].leaves()) == size


def test_stored_payload_is_read_only(shelf: Shelf) -> None:
    shelf.store(shelf.source("small.bin", b"x"), "small")
    shelf.store(shelf.source("large.bin", bytes(CHUNK + 1)), "large")
    for object_id in ("small", "large"):
        file = shelf.root.payload_path(object_id) / f"{object_id}.bin"
        assert stat.S_IMODE(file.stat().st_mode) == 0o444


def test_ignored_files_are_named_and_not_stored(shelf: Shelf) -> None:
    for path in ("tree/a.tif", "tree/Thumbs.db", "tree/sub/.DS_Store", "tree/sub/b.tif", "tree/~$list.xlsx",
                 "tree/list.csv", "tree/sub/list.csv"):  # fmt: skip
        shelf.source(path, b"x")
    staged = shelf.root.stage(shelf.sources / "tree", left_out=frozenset({"list.csv"}))
    assert staged.ignored == ("Thumbs.db", "list.csv", "sub/.DS_Store", "~$list.xlsx")
    assert [file.path for file in staged.files] == ["a.tif", "sub/b.tif", "sub/list.csv"]


def test_lines_become_one_payload_file(shelf: Shelf) -> None:
    lines = [f'{{"unit_id":"{i}","文":"{"字" * 40}"}}'.encode() for i in range(10_000)]
    digests: list[bytes] = []
    staged = shelf.root.stage_lines(iter(lines), name="units.jsonl", each=digests.append)
    shelf.root.place(staged, "units-1", metadata=b"{}")
    data = b"\n".join(lines) + b"\n"
    assert len(data) > CHUNK
    assert (shelf.root.payload_path("units-1") / "units.jsonl").read_bytes() == data
    assert digests == [digest(line) for line in lines]
    assert staged.content_digest == digest(data)
    same = shelf.root.stage(shelf.source("units.jsonl", data))
    assert (same.cid, same.manifest, same.size) == (staged.cid, staged.manifest, staged.size)


def test_lines_that_fail_in_the_middle_leave_nothing(shelf: Shelf) -> None:
    def lines() -> object:
        yield b"one"
        raise KeyError("two")

    with pytest.raises(KeyError):
        shelf.root.stage_lines(lines(), name="units.jsonl", each=lambda _: None)  # type: ignore[arg-type]
    with pytest.raises(EmptyFile):
        shelf.root.stage_lines([], name="units.jsonl", each=lambda _: None)
    assert shelf.staging_is_empty()


def test_an_object_that_was_never_acknowledged_is_replaced(shelf: Shelf, tree: Path) -> None:
    shelf.root.place(shelf.root.stage(tree), NUMBER, metadata=b"old")
    shelf.store(shelf.source("new.txt", b"new"), NUMBER, b"new")
    assert shelf.root.metadata(NUMBER) == b"new"
    assert [path.name for path in shelf.root.payload_path(NUMBER).iterdir()] == ["new.txt"]
    assert list(shelf.root.objects()) == [NUMBER]
    assert shelf.staging_is_empty()
    assert_valid(shelf.root.path)


def test_an_object_can_be_taken_back(shelf: Shelf, tree: Path) -> None:
    shelf.root.place(shelf.root.stage(tree), NUMBER, metadata=b"{}")
    shelf.root.remove_unacknowledged(NUMBER)
    shelf.root.remove_unacknowledged(NUMBER)
    assert list(shelf.root.objects()) == []
    assert_valid(shelf.root.path)
    with pytest.raises(UnknownObject):
        shelf.root.inventory(NUMBER)


def test_sweeping_leaves_nothing_of_a_crash(shelf: Shelf, tree: Path) -> None:
    shelf.store(tree, NUMBER)
    shelf.root.stage(tree)
    shelf.root.stage(tree)
    (shelf.root.path / "abc").mkdir()  # what a crash between making a folder and moving the object leaves
    (shelf.home / "staging" / "stray").write_bytes(b"")
    assert shelf.root.sweep_staging() == 3
    assert shelf.staging_is_empty()
    assert_valid(shelf.root.path)
    assert list(shelf.root.objects()) == [NUMBER]
    assert shelf.root.sweep_staging() == 0


def test_what_is_discarded_is_gone(shelf: Shelf, tree: Path) -> None:
    shelf.root.discard(shelf.root.stage(tree))
    assert shelf.staging_is_empty()


@pytest.mark.parametrize("object_id", ["", "a/b", "../a", "号", "a.b", "x" * 101, "a\n"])
def test_an_id_that_is_no_folder_name_is_refused(shelf: Shelf, object_id: str) -> None:
    staged = shelf.root.stage(shelf.source("a", b"a"))
    with pytest.raises(MalformedId):
        shelf.root.place(staged, object_id, metadata=b"{}")
    with pytest.raises(MalformedId):
        shelf.root.payload_path(object_id)
    assert shelf.staging_is_empty()


def test_a_root_is_founded_once_and_opened_only_when_whole(shelf: Shelf) -> None:
    with pytest.raises(RootExists):
        StorageRoot.found(shelf.root.path)
    with pytest.raises(RootMissing):
        StorageRoot(shelf.home / "elsewhere")
    (shelf.root.path / "ocfl_layout.json").write_bytes(b"{}")
    with pytest.raises(RootMissing) as caught:
        StorageRoot(shelf.root.path)
    assert "ocfl_layout.json" in caught.value.words.zh
    assert caught.value.exit_code == 3


def test_a_moved_home_is_the_same_home(shelf: Shelf, tree: Path) -> None:
    shelf.store(tree, NUMBER)
    shutil.copytree(shelf.root.path, shelf.home / "moved" / "storage")
    moved = StorageRoot(shelf.home / "moved" / "storage")
    assert check_object(moved, NUMBER).faults == ()
    moved.place(moved.stage(tree), "second", metadata=b"{}")  # the staging folder is made when it is first needed
    assert sorted(moved.objects()) == [NUMBER, "second"]


def test_payload_can_be_opened_by_its_path(shelf: Shelf, tree: Path) -> None:
    shelf.store(tree, NUMBER)
    with shelf.root.open_payload(NUMBER, "文本/第一页.txt") as file:
        assert file.read() == "数字资源\n".encode()
    for object_id, path in ((NUMBER, "none"), ("none", "a")):
        with pytest.raises(UnknownObject):
            shelf.root.open_payload(object_id, path)


def test_an_object_grows_by_metadata_and_by_content(shelf: Shelf, tree: Path) -> None:
    shelf.store(tree, NUMBER, b'{"title":"t"}')
    assert shelf.root.grow(NUMBER, None, metadata=b'{"title":"u"}', message="amend") == 2
    staged = shelf.root.stage(shelf.source("new.txt", b"new content"))
    assert shelf.root.grow(NUMBER, staged, metadata=b'{"title":"v"}', message="supersede") == 3
    shelf.root.sync()
    shelf.blocks.add(staged, f"{NUMBER}/v3")
    assert [shelf.root.metadata(NUMBER, version) for version in (1, 2, 3)] == [
        b'{"title":"t"}',
        b'{"title":"u"}',
        b'{"title":"v"}',
    ]
    assert shelf.root.payload_path(f"{NUMBER}/v3").joinpath("new.txt").read_bytes() == b"new content"
    assert assert_sha256sum_agrees(shelf.root.payload_path(f"{NUMBER}/v3")) == 1
    assert assert_sha256sum_agrees(shelf.root.payload_path(NUMBER)) == 4
    assert_valid(shelf.root.path)
    checked = check_object(shelf.root, NUMBER, shelf.blocks.rows)
    assert checked.faults == ()
    assert sorted(checked.payloads) == [1, 3]
    assert shelf.blocks.get(staged.cid) == b"new content"
    assert shelf.blocks.export(f"{NUMBER}/v3", shelf.home / "out", expected=(Kind.FILE, staged.content_digest)) == 1
    assert shelf.staging_is_empty()


@pytest.mark.parametrize("left", ["folder", "inventory", "everything"])
def test_a_version_that_a_crash_left_is_taken_back(shelf: Shelf, tree: Path, left: str) -> None:
    shelf.store(tree, NUMBER)
    folder = shelf.root.object_path(NUMBER)
    before = {name: (folder / name).read_bytes() for name in ("inventory.json", "inventory.json.sha256")}
    shelf.root.grow(NUMBER, None, metadata=b'{"title":"u"}', message="amend")
    for name in {"folder": list(before), "inventory": ["inventory.json.sha256"], "everything": []}[left]:
        (folder / name).chmod(0o644)
        (folder / name).write_bytes(before[name])
    shelf.root.shrink(NUMBER, 1)
    assert {name: (folder / name).read_bytes() for name in before} == before
    assert not (folder / "v2").exists()
    assert check_object(shelf.root, NUMBER, shelf.blocks.rows).faults == ()
    assert_valid(shelf.root.path)
    assert shelf.root.grow(NUMBER, None, metadata=b"{}", message="amend") == 2
