"""Where an export or a register cannot be written: clear words, nothing by half, and the same command goes on later."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from node.cli.main import main
from node.leaving.everything import export_all
from node.runtime import open_for_reading
from storage.errors import DiskFull

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.home import Home

LITTLE, ENOUGH = 1 << 20, 64 << 20


def mount(place: Path, options: str) -> str:
    """Mount a file system in memory, and give the complaint or nothing."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return "run as root"
    command = ["mount", "-t", "tmpfs", "-o", options, "zhicang-test", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


@pytest.fixture
def cramped(tmp_path: Path) -> Iterator[Path]:
    """A file system with little room."""
    place = tmp_path / "cramped"
    place.mkdir()
    if why := mount(place, f"size={LITTLE}"):
        pytest.skip(f"a small file system cannot be mounted here: {why[:200]}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_an_export_goes_on_after_room_was_made(leaving: Home, cramped: Path) -> None:
    with open_for_reading(leaving) as node:
        with pytest.raises(DiskFull):
            export_all(node, cramped / "all", step=lambda: None)
        assert not list(cramped.rglob("*.zhicang-partial"))
        assert (cramped / "all" / "zhicang-verify.pyz").is_file()
        assert mount(cramped, f"remount,size={ENOUGH}") == ""
        left = export_all(node, cramped / "all", step=lambda: None)
    assert left.resources + left.units + left.found == 4
    assert left.refused == []


def test_a_full_disk_is_told_as_one(leaving: Home, cramped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = os.statvfs(cramped)
    (cramped / "ballast").write_bytes(bytes(state.f_bavail * state.f_bsize))
    with open_for_reading(leaving) as node:
        rows = list(node.journal.resources.all())
    home = ("--home", str(leaving.path), "--lang", "en")
    for command in (
        ("export", "--all", cramped / "all"),
        ("export", rows[0].number, cramped / "one"),
        ("export", rows[1].number, cramped / "bag", "--bag"),
        ("import", "report", rows[0].source_path, "-o", cramped / "list"),
        ("list", "--format", "xlsx", "-o", cramped / "list.xlsx"),
    ):
        assert main([*home, *map(str, command)]) == 3, command
        assert "full" in capsys.readouterr().err, command
    assert {path.name for path in cramped.rglob("*") if path.is_file()} <= {"ballast", ".zhicang-export"}


@pytest.mark.parametrize("taken", ["file", "folder with something in it", "below a file"])
def test_a_place_that_is_taken_is_refused_and_left_alone(
    leaving: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], taken: str
) -> None:
    place = tmp_path / "place"
    if taken == "folder with something in it":
        place.mkdir()
        (place / "mine.txt").write_text("mine")
    else:
        place.write_text("mine")
    target = place / "below" if taken == "below a file" else place
    with open_for_reading(leaving) as node:
        row = next(node.journal.resources.all())
    home = ("--home", str(leaving.path), "--lang", "en")
    commands = [("export", "--all", target), ("export", row.number, target), ("export", row.number, target, "--bag")]
    if taken != "folder with something in it":
        commands.append(("import", "report", row.source_path, "-o", target))
    for command in commands:
        assert main([*home, *map(str, command)]) == 2, command
        assert str(target) in capsys.readouterr().err, command
    mine = place / "mine.txt" if place.is_dir() else place
    assert mine.read_text() == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]
