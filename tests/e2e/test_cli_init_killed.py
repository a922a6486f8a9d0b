"""A founding that was killed: nothing has the home's name, and the next `init` clears what is left and says so."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Desk

INSTITUTION = (
    "--name", "示例省图书馆", "--code", "14000001", "--credit-code", "12140000DEM000001M", "--region", "140000",
)  # fmt: skip


def left_by(desk: Desk) -> list[Path]:
    return sorted(desk.folder.glob(f".{desk.home.name}.founding-*"))


def test_what_a_killed_founding_leaves_is_removed_by_the_next_one(empty_desk: Desk) -> None:
    command = empty_desk.command("init", *INSTITUTION)
    process = subprocess.Popen(command, cwd=empty_desk.folder, env=empty_desk.environment())
    while not any(list(folder.glob("keystores/*.json")) for folder in left_by(empty_desk)):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    (left,) = left_by(empty_desk)
    assert not empty_desk.home.exists()
    ran = empty_desk.well("init", *INSTITUTION, "--lang", "en")
    assert str(left) in ran.err
    assert "never in use" in ran.err
    assert left_by(empty_desk) == []


def test_what_is_being_founded_now_and_what_is_not_ours_is_left_alone(empty_desk: Desk, tmp_path: Path) -> None:
    name = empty_desk.home.name
    now, link = empty_desk.folder / f".{name}.founding-00000000", empty_desk.folder / f".{name}.founding-11111111"
    now.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    link.symlink_to(elsewhere)
    descriptor = os.open(now / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        empty_desk.well("init", *INSTITUTION)
    finally:
        os.close(descriptor)
    assert left_by(empty_desk) == [now, link]
    assert (elsewhere / "kept").exists()


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_an_existing_place_is_refused_before_a_passphrase_is_asked_for(empty_desk: Desk, kind: str) -> None:
    if kind == "file":
        empty_desk.home.touch()
    elif kind == "folder":
        empty_desk.write(f"{empty_desk.home.name}/mine", "1")
    else:
        empty_desk.home.symlink_to(empty_desk.folder / "nowhere")
    ran = empty_desk.run("init", *INSTITUTION, "--lang", "en", without=("ZHICANG_PASSPHRASE_FILE",))
    assert ran.code == 2, ran.said
    assert "not empty" in ran.err
