"""A disk that is full in the middle of a backup or of restoring one: clear words, and nothing by half."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from fault_place import Place
from test_disk_full import LARGE, leave, mount, said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARTS = (0, 10, 45, 80, 97)
"""Percent of what is needed for which there is room."""


@pytest.fixture
def small(place: Place) -> Iterator[Path]:
    """A folder on a file system of its own."""
    folder = place.folder / "small"
    folder.mkdir()
    if why := mount("-t", "tmpfs", "-o", f"size={LARGE},mode=0700", "zhicang-test", str(folder)):
        pytest.skip(f"a small file system cannot be mounted here: {why[:200]}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def assert_nothing_half_done(done: subprocess.CompletedProcess[str], small: Path) -> None:
    assert done.returncode == 3, done.stdout + done.stderr
    [error] = said(done)
    assert "disk is full" in error["message"], error
    assert error["file"] in (str(small / "copy"), str(small / "home")), error
    assert [path.name for path in small.iterdir()] == ["ballast"]


def test_a_backup_for_which_there_is_no_room_leaves_nothing(place: Place, small: Path) -> None:
    assert place.run("backup", "measured").returncode == 0
    needed = size_of(place.folder / "measured")
    for part in PARTS:
        ballast = leave(small, needed * part // 100)
        assert_nothing_half_done(place.run("backup", small / "copy", "--json"), small)
        ballast.unlink()
    assert place.run("backup", small / "copy").returncode == 0
    assert place.run("audit").returncode == 0


def test_restoring_for_which_there_is_no_room_leaves_nothing(place: Place, small: Path) -> None:
    assert place.run("backup", "copy").returncode == 0
    needed = size_of(place.folder / "copy")
    machine = Place(place.folder, joined=small / "home")
    for part in PARTS:
        ballast = leave(small, needed * part // 100)
        assert_nothing_half_done(machine.run("restore", "copy", "--json"), small)
        ballast.unlink()
    assert machine.run("restore", "copy").returncode == 0
    assert machine.run("audit").returncode == 0
    shutil.rmtree(small / "home")
