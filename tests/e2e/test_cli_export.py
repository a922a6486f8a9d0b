from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import bagit

if TYPE_CHECKING:
    from conftest import Desk


def test_a_bag_and_everything_go_out_and_verify_alone(desk: Desk) -> None:
    desk.write("scans/p1.tif", "1")
    number = desk.well("register", "scans", "--set", "主题词=晋绥;抗战", "--json").results[0]["resource_id"]
    desk.well("export", number, "out/bag", "--bag")
    bagit.Bag(str(desk.folder / "out" / "bag")).validate()
    left = desk.well("export", "--all", "out/all", "--json").results[0]
    assert (left["resources"], left["found"]) == (1, 0)
    assert desk.well("export", "--all", "out/all", "--json").results[0]["found"] == 1
    command = [sys.executable, "-I", "-S", "zhicang-verify.pyz", "."]
    ran = subprocess.run(command, cwd=desk.folder / "out" / "all", capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.count("✓")) == (0, 1), ran.stdout + ran.stderr


def test_export_refuses_what_is_unclear_or_its_own(desk: Desk) -> None:
    desk.write("a.txt", "a")
    number = desk.well("register", "a.txt", "--json").results[0]["resource_id"]
    assert desk.run("export", "--all", number, "out").code == 2
    assert desk.run("export", "out").code == 2
    assert desk.run("export", "--all", desk.home / "out").code == 2
    desk.write("taken/x", "x")
    for more in ((number, "taken"), (number, "taken", "--bag"), ("--all", "taken")):
        assert desk.run("export", *more).code == 2
