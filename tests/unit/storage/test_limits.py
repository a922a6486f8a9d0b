"""The limits of the machine: a full disk in the middle leaves nothing, and a large file needs little memory."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from storage.blocks import BlockIndex
from storage.durable import sync_file_system, write_durably
from storage.errors import DiskFull, StorageError
from storage.reindex import reindex
from storage.root import StorageRoot
from storage.unixfs import CHUNK, FileTree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Shelf

ROOM = 4 << 20
CAP_MIB = 64


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for 4 MiB."""
    place = tmp_path / "small"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.decode()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def fill_up(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def assert_full(error: DiskFull) -> None:
    assert type(error) is DiskFull
    assert error.exit_code == 3
    assert error.mend is not None


def test_a_disk_that_fills_while_a_file_is_copied(small_disk: Path, shelf: Shelf) -> None:
    root = StorageRoot.found(small_disk / "storage")
    source = shelf.source("large.bin", bytes(2 * ROOM))
    with pytest.raises(DiskFull) as caught:
        root.stage(source)
    assert_full(caught.value)
    assert "large.bin" in caught.value.words.zh
    assert not list((small_disk / "staging").iterdir())
    kept = root.stage(shelf.source("small.bin", b"x" * 1000))
    root.place(kept, "small", metadata=b"{}")
    root.sync()
    assert list(root.objects()) == ["small"]


def test_a_disk_that_fills_while_a_tree_is_copied(small_disk: Path, shelf: Shelf) -> None:
    root = StorageRoot.found(small_disk / "storage")
    for i in range(100):
        shelf.source(f"tree/{i}.bin", bytes(100_000))
    with pytest.raises(DiskFull) as caught:
        root.stage(shelf.sources / "tree")
    assert_full(caught.value)
    assert not list((small_disk / "staging").iterdir())


def test_a_disk_that_fills_while_lines_are_written(small_disk: Path) -> None:
    root = StorageRoot.found(small_disk / "storage")
    lines = (b"x" * 1000 for _ in range(10_000))
    with pytest.raises(DiskFull):
        root.stage_lines(lines, name="units.jsonl", each=lambda _: None)
    assert not list((small_disk / "staging").iterdir())


def test_a_disk_that_fills_while_an_object_is_completed(small_disk: Path, shelf: Shelf) -> None:
    root = StorageRoot.found(small_disk / "storage")
    staged = root.stage(shelf.source("small.bin", b"x" * 1000))
    with pytest.raises(DiskFull) as caught:
        root.place(staged, "small", metadata=bytes(2 * ROOM))
    assert_full(caught.value)
    assert not list((small_disk / "staging").iterdir())
    assert list(root.objects()) == []
    assert [path.name for path in root.path.iterdir() if len(path.name) == 3] == []


def test_a_disk_that_fills_while_the_index_is_written(small_disk: Path, shelf: Shelf, tree: Path) -> None:
    shelf.store(tree, "tree")
    BlockIndex.found(small_disk / "blocks.db").close()
    index = BlockIndex.open(small_disk / "blocks.db", root=shelf.root.path)
    filler = small_disk / "filler"
    fill_up(filler)
    with pytest.raises(DiskFull) as caught:
        index.add(shelf.root.stage(tree), "tree")
    assert_full(caught.value)
    with pytest.raises(DiskFull):
        reindex(small_disk / "blocks.db", root=shelf.root)
    filler.unlink()
    assert list(index.rows.objects()) == []
    index.add(shelf.root.stage(tree), "tree")
    assert list(index.rows.objects()) == ["tree"]
    index.close()


def test_a_disk_that_fills_while_a_payload_is_exported(small_disk: Path, shelf: Shelf) -> None:
    shelf.store(shelf.source("large.bin", bytes(2 * ROOM)), "large")
    with pytest.raises(DiskFull):
        shelf.blocks.export("large", small_disk / "out")
    assert not list(small_disk.iterdir())


MEASURED = """
import sys
import tracemalloc
from pathlib import Path
from storage.audit import check_object
from storage.root import StorageRoot
from storage.unixfs import CHUNK, FileTree

home, source = Path(sys.argv[1]), Path(sys.argv[2])
root = StorageRoot.found(home / "storage")
staged = root.stage(source)
root.place(staged, "large", metadata=b"{}")
assert check_object(root, "large").faults == ()
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(staged.cid, int(status["VmHWM"].split()[0]) // 1024)  # ru_maxrss would count the parent before exec
"""


def test_a_large_file_needs_little_memory(tmp_path: Path) -> None:
    """300 MB, sparse; storing and checking it stays far under its size."""
    source = tmp_path / "large.bin"
    with source.open("wb") as file:
        file.truncate(300_000_000)
    outcome = subprocess.run(
        [sys.executable, "-c", MEASURED, tmp_path / "home", source], capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stderr
    cid, peak = outcome.stdout.split()
    whole, rest = divmod(300_000_000, CHUNK)
    tree = FileTree()
    for length in [CHUNK] * whole + [rest]:
        tree.add(hashlib.sha256(bytes(length)).digest(), length)
    assert cid == str(tree.finish().cid)
    assert int(peak) < CAP_MIB


def test_leaf_digests_of_a_huge_file_do_not_stay_in_memory(tmp_path: Path) -> None:
    from storage.staged import LeafLog

    log = LeafLog(tmp_path)
    tracemalloc.start()
    for i in range(200_000):  # 200 GiB of content, 6.4 MB of digests
        log.append(i.to_bytes(32))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000
    assert [int.from_bytes(digest) for digest in log] == list(range(200_000))
    assert list(tmp_path.iterdir()) == []
    log.close()


def test_a_small_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    (tmp_path / "a.json.partial").write_bytes(b"left by a crash")
    write_durably(file, b"one", mode=0o600)
    write_durably(file, b"two", mode=0o600)
    assert file.read_bytes() == b"two"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_small_file_on_a_full_disk_stays_the_old_one(small_disk: Path) -> None:
    file = small_disk / "a.json"
    write_durably(file, b"old")
    with pytest.raises(OSError, match="No space left"):
        write_durably(file, bytes(2 * ROOM))
    assert file.read_bytes() == b"old"
    assert [path.name for path in small_disk.iterdir()] == ["a.json"]


def test_a_failed_sync_is_told(shelf: Shelf) -> None:
    with pytest.raises(OSError, match="Bad file descriptor") as caught:
        sync_file_system(-1)
    assert caught.value.errno == errno.EBADF
    shelf.root.close()
    with pytest.raises(StorageError) as told:
        shelf.root.sync()
    assert told.value.exit_code == 3


def test_the_clock_is_asked_not_the_machine(tmp_path: Path) -> None:
    root = StorageRoot.found(tmp_path / "storage", clock=lambda: 0.0)
    root.place(root.stage_lines([b"x"], name="x", each=lambda _: None), "one", metadata=b"{}")
    assert b"1970-01-01T00:00:00Z" in (root.object_path("one") / "inventory.json").read_bytes()
