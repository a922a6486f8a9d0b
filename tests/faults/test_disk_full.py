"""A disk that is full in the middle of an act: clear words, nothing by half, and the same command finishes later.

The home lies on a small file system in memory, which the tests may mount only with the right to do so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from fault_place import BOOK, Place, acknowledgements
from judges import judge, lists_on_chain, numbers_on_chain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REGISTER = ("register", "one.txt", "scans", "again.txt", "--period", "2023", "--json")
REGISTER_UNITS = ("units", "register", "many.jsonl", "--batch", "1000", "--json")
UNITS = 5000
SMALL, LARGE = 6 << 20, 64 << 20
ROOM = [0, 48, 96, 160, 256, 304, 352, 384]
"""KiB that are left: the end is met by staging, placing, and each of the databases in turn, the chain among them."""


def mount(*arguments: str) -> str:
    """Ask for a file system to be mounted, and give the complaint or nothing."""
    if shutil.which("mount") is None:
        return "there is no mount(8) here"
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else ""


@pytest.fixture
def cramped(place: Place) -> Iterator[Place]:
    """A place whose home lies on a file system of SMALL bytes."""
    aside = place.folder / "aside"
    place.home.rename(aside)
    place.home.mkdir()
    if why := mount("-t", "tmpfs", "-o", f"size={SMALL},mode=0700", "zhicang-test", str(place.home)):
        pytest.skip(f"a small file system cannot be mounted here: {why[:200]}")
    try:
        shutil.copytree(aside, place.home, dirs_exist_ok=True)
        yield place
    finally:
        subprocess.run(["umount", place.home], check=True)


def leave(home: Path, room: int) -> Path:
    """Fill the file system up to so many bytes, and give the file that takes the room."""
    state = os.statvfs(home)
    ballast = home / "ballast"
    ballast.write_bytes(bytes(state.f_bavail * state.f_bsize - room))
    return ballast


def said(done: subprocess.CompletedProcess[str]) -> list[dict[str, str]]:
    return [line["error"] for line in map(json.loads, done.stdout.splitlines()) if "error" in line]


def assert_told(place: Place, done: subprocess.CompletedProcess[str]) -> None:
    """The command ends as "not available" and speaks of a full disk, or of the home's file that it is about.

    SQLite cannot always tell: where the file that its processes share finds no room, it speaks of an I/O error.
    """
    assert done.returncode == 3, done.stdout + done.stderr
    [error] = said(done)
    words = f"{error['message']} {error['mend']}"
    assert "disk is full" in words or f"{place.home}/" in words, error
    assert "Traceback" not in done.stderr


def assert_finished(place: Place, broken: subprocess.CompletedProcess[str]) -> None:
    again = place.run(*REGISTER)
    assert again.returncode == 0, again.stdout + again.stderr
    final = acknowledgements(again.stdout)
    assert set(numbers_on_chain(place.home)) == {BOOK, *(str(line["resource_id"]) for line in final)}
    assert len(final) == 3
    judge(place.home, acknowledgements(broken.stdout) + final)
    audit = place.run("audit")
    assert audit.returncode == 0, audit.stdout


def test_a_payload_for_which_there_is_no_room_leaves_nothing(cramped: Place) -> None:
    leave(cramped.home, 3 << 20)
    broken = cramped.run(*REGISTER)
    assert_told(cramped, broken)
    assert "disk is full" in said(broken)[0]["message"]
    assert acknowledgements(broken.stdout) == []
    assert list((cramped.home / "staging").iterdir()) == []
    assert set(numbers_on_chain(cramped.home)) == {BOOK}
    listed = map(json.loads, cramped.run("list", "--json").stdout.splitlines())
    assert [line["resource_id"] for line in listed if "resource_id" in line] == [BOOK]
    assert mount("-o", f"remount,size={LARGE}", str(cramped.home)) == ""
    assert_finished(cramped, broken)


@pytest.mark.parametrize("room", ROOM)
def test_databases_without_room_lose_nothing(cramped: Place, room: int) -> None:
    shutil.rmtree(cramped.folder / "scans")
    (cramped.folder / "scans").mkdir()
    (cramped.folder / "scans" / "p1.txt").write_text("small\n")
    ballast = leave(cramped.home, room << 10)
    broken = cramped.run(*REGISTER)
    if broken.returncode != 0:
        assert_told(cramped, broken)
    ballast.unlink()
    assert_finished(cramped, broken)


@pytest.mark.parametrize("room", [64, 512, 1024, 2048])
def test_units_without_room_lose_nothing(cramped: Place, room: int) -> None:
    common = {"resource_id": BOOK, "level": "页", "abstract": "字" * 50}
    lines = [json.dumps(common | {"unit_id": f"u{i}"}) for i in range(UNITS)]
    (cramped.folder / "many.jsonl").write_text("\n".join(lines))
    ballast = leave(cramped.home, room << 10)
    broken = cramped.run(*REGISTER_UNITS)
    assert_told(cramped, broken)
    ballast.unlink()
    assert mount("-o", f"remount,size={LARGE}", str(cramped.home)) == ""
    again = cramped.run(*REGISTER_UNITS)
    assert again.returncode == 0, again.stdout + again.stderr
    assert len(lists_on_chain(cramped.home)) == UNITS // 1000
    judge(cramped.home, acknowledgements(broken.stdout) + acknowledgements(again.stdout))
    audit = cramped.run("audit")
    assert audit.returncode == 0, audit.stdout
