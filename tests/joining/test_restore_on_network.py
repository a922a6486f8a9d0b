"""A restored home of a network is confirmed by the network: what stands there must be in its journal."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from joining_desk import Desk

YEAR = ("--period", "2023")


def test_the_network_confirms_the_newest_copy_and_recognises_an_older_one(desk: Desk) -> None:
    desk.well("home", *desk.joins("14000001"))
    desk.well("home", "register", "one.txt", *YEAR)
    desk.well("home", "backup", "older")
    desk.well("home", "register", "two.txt", *YEAR)
    newest = desk.well("home", "backup", "newest", "--json").lines[0]
    assert newest["height"] == 3
    shutil.rmtree(desk.folder / "home")

    desk.well("yesterday", "restore", "older")
    ran = desk.run("yesterday", "restore", "--confirm")
    assert (ran.code, "older copy" in ran.err) == (1, True), ran.err
    assert desk.run("yesterday", "register", "two.txt", *YEAR).code == 3
    assert desk.well("yesterday", "list", "--json").lines[-1]["summary"]["total"] == 1

    desk.well("home", "restore", "newest")
    refused = desk.run("home", "register", "two.txt", *YEAR)
    assert (refused.code, "read-only" in refused.err) == (3, True)
    assert desk.run("home", "restore", "--head", newest["block_hash"]).code == 2
    desk.well("home", "restore", "--confirm")
    again = desk.well("home", "register", "two.txt", *YEAR, "--json").lines
    assert again[-1]["summary"] == {"registered": 0, "known": 1, "refused": 0}
    (desk.folder / "three.txt").write_text("三\n")
    assert desk.well("home", "register", "three.txt", *YEAR, "--json").lines[0]["status"] == "registered"
