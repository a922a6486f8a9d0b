"""An existing home moves onto a network: old receipts and new ones hold, and a kill at any step is gone on with."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Desk

YEAR = ("--period", "2023")
INIT = ("--name", "某图书馆", "--code", "14000001", "--credit-code", "12140000DEM000001M", "--region", "140000")
STEPS = ("marked", "closed", "set back", "replaced", "signed", "sent", "proved", "confirmed", "anchored", "registered")
DOOMED = """
import asyncio, os, sys, time
from pathlib import Path
from node.home import Home
from node.joining.existing_home import join_existing
from node.joining.new_home import Network, given_keys
from node.offline import read_anchor
home, url, anchor, keystores, step = sys.argv[1:]
word = b"a passphrase for tests"
def die(point):
    if point == step:
        os.kill(os.getpid(), 9)
network = Network(anchor=read_anchor(Path(anchor)), urls=(url,))
asyncio.run(join_existing(Home(Path(home)), network, given_keys(Path(keystores), word), passphrase=word,
    environment=os.environ, clock=time.time, crash_point=die, work_factor=2))
"""


def began(desk: Desk) -> list[str]:
    """Give the numbers of an embedded home with a record of two versions and one that is withdrawn; keep receipts."""
    desk.well("home", "init", *INIT)
    numbers = [
        desk.well("home", "register", name, *YEAR, "--json").lines[0]["resource_id"] for name in ("one.txt", "two.txt")
    ]
    for number, name in zip(numbers, ("one", "two"), strict=True):
        desk.well("home", "receipt", number, "-o", f"{name}.old.json")
    return numbers


def assert_joined(desk: Desk, numbers: list[str]) -> None:
    anchor = desk.folder / "home" / "anchor.json"
    assert not (desk.folder / "home" / "joining.json").exists()
    for number, name in zip(numbers, ("one", "two"), strict=True):
        desk.well("home", "receipt", number, "-o", f"{name}.new.json")
        for receipt in (f"{name}.old.json", f"{name}.new.json"):
            ran = desk.well("nowhere", "verify", f"{name}.txt", receipt, "--anchor", anchor, "--json")
            assert ran.lines[0]["answer"] == "yes"
        shown = desk.well("home", "show", number, "--json").lines[0]
        final = [event.get("chain") for event in shown["events"] if event["event"] == "registered"]
        assert final == ["earlier", None]
    ran = desk.run("home", "audit", "--json")
    assert (ran.code, ran.lines[-1]["summary"]["findings"]) == (0, 0), ran.out


def test_versions_withdrawals_and_units_are_registered_anew_as_they_were(desk: Desk) -> None:
    first, second = began(desk)
    # content first, then metadata: by the kind of act they would be sent the other way round
    desk.well("home", "supersede", second, "one.txt", "--reason", "其他")
    desk.well("home", "amend", second, "--title", "新题名")
    (desk.folder / "u.jsonl").write_text('{"unit_id": "u0"}\n{"unit_id": "u1"}\n')
    desk.well("home", "units", "register", "u.jsonl", "--resource", first)
    desk.well("home", "receipt", first, "--unit", "u1", "-o", "unit.old.json")
    desk.well("home", "withdraw", first, "--reason", "其他")
    for version in ("2", "3"):
        desk.well("home", "receipt", second, "--version", version, "-o", f"{version}.old.json")
    desk.well("home", *desk.joins("14000001"))
    anchor = desk.folder / "home" / "anchor.json"
    for version in ("2", "3"):
        desk.well("home", "receipt", second, "--version", version, "-o", f"{version}.new.json")
        for age in ("old", "new"):
            desk.well("nowhere", "verify", "one.txt", f"{version}.{age}.json", "--anchor", anchor)
    named = json.loads((desk.folder / "3.new.json").read_bytes())["record"]["earlier_receipt"]
    assert named.removeprefix("0x") == hashlib.sha256((desk.folder / "2.old.json").read_bytes()).hexdigest()
    desk.well("home", "receipt", first, "--unit", "u1", "-o", "unit.new.json")
    shown = desk.well("home", "show", first, "--json").lines[0]
    assert (shown["status"], shown["units"]) == ("withdrawn", 2)
    assert desk.well("home", "show", second, "--json").lines[0]["version"] == 3
    desk.well("home", "amend", second, "--title", "更新的题名")
    ran = desk.run("home", "audit", "--json")
    assert (ran.code, ran.lines[-1]["summary"]["findings"]) == (0, 0), ran.out


def test_an_existing_home_joins_with_its_records(desk: Desk) -> None:
    numbers = began(desk)
    desk.well("home", "backup", "before")
    desk.well("home", *desk.joins("14000001"))
    assert_joined(desk, numbers)
    (desk.folder / "three.txt").write_text("三\n")
    assert desk.well("home", "register", "three.txt", *YEAR, "--json").lines[0]["status"] == "registered"
    again = desk.well("home", "register", "one.txt", *YEAR, "--json").lines
    assert again[-1]["summary"] == {"registered": 0, "known": 1, "refused": 0}
    assert desk.run("home", *desk.joins("14000001")).code == 2
    desk.well("yesterday", "restore", "before")
    head = json.loads((desk.folder / "before" / "backup.json").read_bytes())["head"]["block_hash"]
    confirmed = desk.run("yesterday", "restore", "--head", head)
    refused = desk.run("yesterday", "register", "three.txt", *YEAR)
    assert refused.code == 3, confirmed.err + refused.err
    assert "joined a network" in confirmed.err + refused.err, confirmed.err + refused.err


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_is_gone_on_with(desk: Desk, step: str) -> None:
    numbers = began(desk)
    keystores = desk.network / "institutions" / "14000001" / "keystores"
    words = (desk.folder / "home", desk.url, desk.network / "anchor.json", keystores, step)
    died = subprocess.run(
        [sys.executable, "-c", DOOMED, *map(str, words)], env=desk.environment, cwd=Path(__file__).parents[2],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert died.returncode == -9, died.stderr
    refused = desk.run("home", "register", "one.txt", *YEAR)
    assert (refused.code, "join" in refused.err) == (3, True), refused.err
    assert desk.run("home", "backup", "half").code == 3
    desk.well("home", *desk.joins("14000001"))
    assert_joined(desk, numbers)
    mark = next((desk.folder / "state" / "zhicang").glob("watermark-*.json"))
    assert json.loads(mark.read_bytes())["closed"] is True
