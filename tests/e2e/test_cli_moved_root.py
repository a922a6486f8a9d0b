"""The storage root alone is enough: the index lost, the home copied as files, the root on another disk."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Desk

MEMORY = Path("/dev/shm")  # another file system than the home's


@pytest.fixture
def disk(desk: Desk) -> Iterator[Path]:
    if not os.access(MEMORY, os.W_OK) or MEMORY.stat().st_dev == desk.folder.stat().st_dev:
        pytest.skip("there is no second file system here")
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)


def test_a_lost_index_is_told_with_the_command_that_makes_it_anew(desk: Desk) -> None:
    desk.write("scans/p1.tif", "1")
    number = desk.well("register", "scans", "--json").results[0]["resource_id"]
    (desk.home / "blocks.db").unlink()
    ran = desk.run("audit")
    assert (ran.code, "zhicang storage reindex" in ran.said) == (3, True)
    desk.well("storage", "reindex")
    desk.well("audit")
    desk.well("export", number, "out")
    assert (desk.folder / "out" / "p1.tif").read_text() == "1"


def test_a_plain_copy_of_the_files_and_a_root_brought_back_need_nothing_else(desk: Desk) -> None:
    desk.write("scans/p1.tif", "1")
    number = desk.well("register", "scans", "--json").results[0]["resource_id"]
    copy = desk.folder / "root copy"
    subprocess.run(["cp", "-a", str(desk.home / "storage"), str(copy)], check=True)
    desk.write("later.txt", "2")
    later = desk.well("register", "later.txt", "--json").results[0]["resource_id"]
    shutil.rmtree(desk.home / "storage")
    subprocess.run(["cp", "-r", f"{copy}/.", str(desk.home / "storage")], check=True)  # times and modes are not kept
    (desk.home / "blocks.db").unlink()
    desk.well("storage", "reindex")
    found = [finding for finding in desk.run("audit", "--json").objects if "check" in finding]
    assert {finding["id"] for finding in found} == {later}  # what was stored after the copy, and nothing else
    desk.well("export", number, "out")


def test_root_and_staging_on_another_disk(desk: Desk, disk: Path) -> None:
    desk.write("scans/p1.tif", "1")
    desk.well("register", "scans")
    shutil.move(desk.home / "storage", disk / "storage")
    (desk.home / "storage").symlink_to(disk / "storage")
    desk.write("more/p1.tif", "more")
    ran = desk.run("register", "more")
    assert ran.code == 3
    assert "staging" in ran.said
    shutil.move(desk.home / "staging", disk / "staging")
    (desk.home / "staging").symlink_to(disk / "staging")
    desk.well("register", "more")
    desk.well("audit")
    desk.well("audit", "--fixity")
