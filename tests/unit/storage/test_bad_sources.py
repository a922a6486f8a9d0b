"""Sources that cannot be stored: each is refused by its file, and nothing is left behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storage.errors import (
    BadSource,
    EmptyFile,
    SourceChanged,
    StorageError,
    UnreadableSource,
    UnsafeName,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Shelf


def refuse(shelf: Shelf, source: Path, error: type[BadSource], *, named: str) -> StorageError:
    """Stage a source that is to be refused; the message names the file in both languages."""
    with pytest.raises(error) as caught:
        shelf.root.stage(source)
    told = caught.value
    assert type(told) is error
    assert told.exit_code == 2
    assert told.file is not None
    assert named in told.file  # the words do not repeat it: whoever prints a refusal puts its file in front
    assert told.words.zh
    assert told.words.en
    assert told.file is not None
    assert told.mend is not None
    assert shelf.staging_is_empty()
    return told


def test_a_missing_source(shelf: Shelf) -> None:
    refuse(shelf, shelf.sources / "无此文件.tif", UnreadableSource, named="无此文件.tif")


def test_an_unreadable_file(shelf: Shelf) -> None:
    """As another user than root, for whom no file is unreadable."""
    file = shelf.source("secret.tif", b"x")
    file.chmod(0)
    if os.geteuid() != 0:
        refuse(shelf, file, UnreadableSource, named="secret.tif")
        return
    for folder in (shelf.home, *shelf.home.parents[:2]):
        folder.chmod(0o755)
    program = f"""
import os, sys
from pathlib import Path
from storage.errors import UnreadableSource
from storage.root import StorageRoot
root = StorageRoot.found(Path({str(shelf.home / "other" / "storage")!r}))
os.chown(root.path.parent / "staging", 65534, 65534)
os.setuid(65534)
try:
    root.stage(Path({str(file)!r}))
except UnreadableSource as error:
    assert {file.name!r} in error.file, error.file
    sys.exit(23)
"""
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert outcome.returncode == 23, outcome.stderr.decode()


@pytest.mark.parametrize("inside", [False, True])
def test_a_symlink(shelf: Shelf, tree: Path, inside: bool) -> None:  # noqa: FBT001 - a parameter
    outside = shelf.source("outside.txt", b"not to be stored")
    link = (tree if inside else shelf.sources) / "link.txt"
    link.symlink_to(outside)
    refuse(shelf, tree if inside else link, UnsafeName, named="link.txt")


def test_a_symlink_to_a_folder(shelf: Shelf, tree: Path) -> None:
    (tree / "away").symlink_to("/etc")
    refuse(shelf, tree, UnsafeName, named="away")


def test_a_symlink_that_hides_behind_an_ignored_name(shelf: Shelf, tree: Path) -> None:
    (tree / "Thumbs.db").symlink_to("/etc/passwd")
    refuse(shelf, tree, UnsafeName, named="Thumbs.db")


@pytest.mark.parametrize("inside", [False, True])
def test_a_fifo_does_not_hold_the_node_up(shelf: Shelf, tree: Path, inside: bool) -> None:  # noqa: FBT001
    fifo = (tree if inside else shelf.sources) / "fifo"
    os.mkfifo(fifo)
    refuse(shelf, tree if inside else fifo, UnsafeName, named="fifo")


def test_a_socket(shelf: Shelf, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)  # a socket's path is limited to 107 bytes
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        refuse(shelf, tree, UnsafeName, named="socket")


def test_an_empty_file_alone(shelf: Shelf) -> None:
    refuse(shelf, shelf.source("empty.tif", b""), EmptyFile, named="empty.tif")


def test_an_empty_folder(shelf: Shelf, tree: Path) -> None:
    (tree / "空").mkdir()
    refuse(shelf, tree, UnsafeName, named="空")
    refuse(shelf, tree / "空", UnsafeName, named="空")


def test_a_folder_with_nothing_but_ignored_files(shelf: Shelf, tree: Path) -> None:
    shelf.source("tree/sub/Thumbs.db", b"x")
    refuse(shelf, tree, UnsafeName, named="sub")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(b"100%.tif", id="percent"),
        pytest.param(b"a\\b.tif", id="backslash"),
        pytest.param(b"a\nb.tif", id="line-feed"),
        pytest.param(b"a\tb.tif", id="tab"),
        pytest.param(b"a\x7fb.tif", id="delete"),
        pytest.param("a\u0085b.tif".encode(), id="next-line"),
        pytest.param("a\u2028b.tif".encode(), id="line-separator"),
        pytest.param("扫描".encode("gb18030") + b".tif", id="not-utf-8"),
        pytest.param(b"\xed\xa0\x80.tif", id="surrogate"),
        pytest.param(b"-", id="standard-input"),
    ],
)
def test_a_name_that_cannot_be_kept(shelf: Shelf, tree: Path, name: bytes) -> None:
    for folder in (shelf.sources, tree):
        path = os.fsencode(folder) + b"/" + name
        Path(os.fsdecode(path)).write_bytes(b"x")
        told = refuse(shelf, Path(os.fsdecode(path)) if folder != tree else tree, UnsafeName, named=folder.name)
        assert "\n" not in told.words.zh + told.words.en


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Page.tif", "page.TIF", id="case"),
        pytest.param("caf\u00e9.txt", "cafe\u0301.txt", id="unicode-form"),
        pytest.param("CAF\u00c9.txt", "cafe\u0301.txt", id="both"),
        pytest.param("straße.txt", "STRASSE.txt", id="folded"),
        pytest.param("卷1/a.tif", "卷1/A.tif", id="in-a-folder"),
        pytest.param("Vol/a.tif", "vol/b.tif", id="folders"),
    ],
)
def test_names_that_collide(shelf: Shelf, tree: Path, one: str, other: str) -> None:
    shelf.source(f"tree/{one}", b"1")
    shelf.source(f"tree/{other}", b"2")
    told = refuse(shelf, tree, UnsafeName, named="tree")
    assert "differs only in case or Unicode form" in told.words.en


def test_the_same_name_in_two_folders_is_fine(shelf: Shelf, tree: Path) -> None:
    shelf.source("tree/1/A.tif", b"1")
    shelf.source("tree/2/a.tif", b"2")
    shelf.root.discard(shelf.root.stage(tree))


APPENDED = 5


@pytest.fixture(params=[100, 5_000_000], ids=["small", "large"])
def changing(request: pytest.FixtureRequest, shelf: Shelf) -> tuple[Path, Callable[[Callable[[], None]], None]]:
    """A source, and how to stage it while something is done to it after its first piece was read."""
    file = shelf.source("scan.tif", b"x" * request.param)

    def stage(change: Callable[[], None]) -> None:
        pieces: list[int] = []

        def progress(length: int) -> None:
            if not pieces:
                change()
            pieces.append(length)

        with pytest.raises(SourceChanged) as caught:
            shelf.root.stage(file, progress=progress)
        assert "scan.tif" in str(caught.value.file)
        assert caught.value.exit_code == 2
        assert shelf.staging_is_empty()

    return file, stage


def test_a_file_that_grows_while_it_is_read(changing: tuple[Path, Callable[[Callable[[], None]], None]]) -> None:
    file, stage = changing

    def append() -> None:
        with file.open("ab") as writer:
            writer.write(b"y" * APPENDED)

    stage(append)


def test_a_file_that_shrinks_while_it_is_read(changing: tuple[Path, Callable[[Callable[[], None]], None]]) -> None:
    file, stage = changing
    stage(lambda: os.truncate(file, 10))


def test_a_file_that_is_rewritten_in_place(changing: tuple[Path, Callable[[Callable[[], None]], None]]) -> None:
    file, stage = changing

    def rewrite() -> None:
        with file.open("r+b") as writer:
            writer.write(b"z")
        os.utime(file, ns=(0, file.stat().st_mtime_ns + 1))  # even within one tick of the file system's clock

    stage(rewrite)


def test_a_file_that_is_replaced(changing: tuple[Path, Callable[[Callable[[], None]], None]]) -> None:
    file, stage = changing

    def replace() -> None:
        other = file.with_name("other")
        other.write_bytes(file.read_bytes())
        status = file.stat()
        os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
        other.replace(file)

    stage(replace)


def test_a_file_that_goes_away(changing: tuple[Path, Callable[[Callable[[], None]], None]]) -> None:
    file, stage = changing
    stage(file.unlink)


@pytest.mark.parametrize("change", ["come", "go", "grow"])
def test_a_folder_that_changes_while_it_is_read(shelf: Shelf, tree: Path, change: str) -> None:
    def progress(_: int) -> None:
        if change == "come":
            shelf.source("tree/late.tif", b"late")
        elif change == "go":
            (tree / "p001.tif").unlink(missing_ok=True)
        else:
            with (tree / "p001.tif").open("ab") as writer:
                writer.write(b"more")

    with pytest.raises(SourceChanged):
        shelf.root.stage(tree, progress=progress)
    assert shelf.staging_is_empty()


def test_a_folder_swapped_for_a_symlink_while_it_is_read(shelf: Shelf, tree: Path) -> None:
    def progress(_: int) -> None:
        if not (tree / "文本").is_symlink():
            (tree / "文本").rename(shelf.sources / "aside")
            (tree / "文本").symlink_to(shelf.sources / "aside")

    with pytest.raises(UnsafeName):
        shelf.root.stage(tree, progress=progress)
    assert shelf.staging_is_empty()
