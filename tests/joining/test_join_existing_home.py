"""An existing home moves onto a network: old receipts and new ones hold, and a kill at any moment is gone on with."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from network_of_one import PASSPHRASE
from old_home import (
    YEAR,
    Here,
    History,
    assert_moved,
    began,
    copied,
    institution,
    keystores_of,
    killed,
    summary,
    write_files,
)

from node.cli.output import Output
from node.founding import found
from node.keys import new_key, save_key

if TYPE_CHECKING:
    from pathlib import Path

    from joining_desk import Desk

CODE, TWO_PERSONS = "14000001", "51000002"
STEPS = (
    "marked", "closed", "set back", "replaced", "signed", "sent", "proved", "confirmed", "anchored",
    # from here on the same four points belong to the records
    "signed", "sent", "proved", "confirmed", "confirmed", "proved", "sent", "registered",
)  # fmt: skip


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> History:
    """A home that began alone, to be copied."""
    return began(tmp_path_factory.mktemp("alone"), institution(CODE))


@pytest.fixture
def history(alone: History, desk: Desk) -> History:
    """A copy of it at the desk."""
    return copied(alone, desk.folder)


@pytest.fixture
def here(desk: Desk) -> Here:
    """The desk, with commands in this process."""
    return Here(desk.folder, desk.url)


def test_versions_withdrawals_and_units_are_registered_anew_and_no_payload_is_read(
    here: Here, history: History
) -> None:
    payloads = sorted((here.folder / "home" / "storage").glob("**/payload"))
    assert len(payloads) == 5
    for payload in payloads:
        payload.rename(payload.with_name("taken away"))
    with patch.object(Output, "progress", autospec=True, side_effect=Output.progress) as bars:
        ran = here.well("home", *here.joins(CODE), "--json")
    assert [bar.args[2:] for bar in bars.call_args_list] == [("earlier receipts", 6), ("register", 8)]
    assert summary(ran) == {"joined": 1, "moved": 8, "review": 0, "refused": 0}
    for payload in payloads:
        payload.with_name("taken away").rename(payload)
    assert_moved(here, history)
    for new, old in {"v1": "v1", "v2": "v2", "v3": "v2", "pages": "pages"}.items():
        named = json.loads((here.folder / f"{new}.new.json").read_bytes())["record"]["earlier_receipt"]
        assert named.removeprefix("0x") == hashlib.sha256((here.folder / f"{old}.old.json").read_bytes()).hexdigest()
    here.well("home", "receipt", history.changed, "--earlier", "--version", "1", "-o", "again.json")
    assert (here.folder / "again.json").read_bytes() == (here.folder / "v1.old.json").read_bytes()
    told = here.well("home", "receipt", history.changed, "-o", "again.json")
    assert "earlier chain at" in told.out
    here.well("home", "amend", history.changed, "--title", "更新的题名")
    assert here.run("home", "audit").code == 0
    assert_leaves(here, history)


def assert_leaves(here: Here, history: History) -> None:
    """See that the home goes out with the receipts of both chains, and that they hold with nothing of ours beside."""
    told = here.well("home", "export", "--all", "left", "--json").lines[0]
    assert (told["resources"], told["unit_lists"]) == (4, 1)
    left = here.folder / "left"
    bag = left / "resources" / "2023" / history.changed
    names = {path.stem for path in (bag / "receipts").iterdir()}
    assert names == {"v2", "v2-earlier", "v3", "v3-earlier", "v4"}
    assert (bag / "receipts" / "v2-earlier.json").read_bytes() == (here.folder / "v2.old.json").read_bytes()
    assert {path.stem for path in left.glob("units/*/receipts/*")} == {"first-unit", "first-unit-earlier"}
    command = [sys.executable, "-I", "-S", "zhicang-verify.pyz", "."]
    ran = subprocess.run(command, cwd=left, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.count("✓")) == (0, 5), ran.stdout + ran.stderr


@pytest.mark.usefixtures("history")
def test_a_moved_home_goes_on_and_an_older_copy_of_it_seals_nothing(here: Here) -> None:
    here.well("home", "lot", "add", "甲")
    accepted = ("attest", "lot: 甲", "--kind", "批次验收", "--file", "one.txt", "--verdict", "通过")
    here.well("home", *accepted)
    before = here.well("home", "lot", "show", "甲", "--json").lines[0]["acceptance"]
    here.well("home", "backup", "before")
    here.well("home", *here.joins(CODE))
    shown = here.well("home", "lot", "show", "甲", "--json").lines[0]["acceptance"]
    assert shown == before | {"chain": "earlier"}
    assert "在本网络上未验收" in here.well("home", "lot", "show", "甲", "--lang", "zh").out
    here.well("home", *accepted)
    shown = here.well("home", "lot", "show", " 甲", "--json").lines[0]["acceptance"]
    assert shown["tx_hash"] != before["tx_hash"]
    assert "chain" not in shown
    assert here.well("home", "register", "four.txt", *YEAR, "--json").lines[0]["status"] == "registered"
    assert summary(here.well("home", "register", "four.txt", *YEAR, "--json"))["known"] == 1
    assert here.run("home", *here.joins(CODE)).code == 2
    here.well("yesterday", "restore", "before")
    head = json.loads((here.folder / "before" / "backup.json").read_bytes())["head"]["block_hash"]
    confirmed = here.run("yesterday", "restore", "--head", head)
    refused = here.run("yesterday", "register", "four.txt", *YEAR)
    assert refused.code == 3, confirmed.err + refused.err
    assert "joined a network" in refused.err
    mark = next((here.folder / "state" / "zhicang").glob("watermark-*.json"))
    assert json.loads(mark.read_bytes())["closed"] is True


def test_a_kill_at_every_step_in_turn_is_gone_on_with(here: Here, history: History) -> None:
    for step in STEPS:
        killed(here, CODE, step)
        assert (here.folder / "home" / "joining.json").exists(), step
        refused = here.run("home", "register", "four.txt", *YEAR)
        assert (refused.code, "join" in refused.err) == (3, True), refused.err
        assert here.run("home", "backup", "half").code == 3
    here.well("home", *here.joins(CODE))
    assert_moved(here, history)


def test_under_two_persons_everything_waits_for_a_reviewer_and_is_then_sent(desk: Desk) -> None:
    here, history = Here(desk.folder, desk.url), began(desk.folder, institution(TWO_PERSONS))
    ran = here.well("home", *here.joins(TWO_PERSONS), "--json")
    assert summary(ran) == {"joined": 1, "moved": 0, "review": 8, "refused": 0}
    assert here.well("home", "show", history.changed, "--json").lines[0]["status"] == "review"
    assert here.run("home", "audit").code == 0
    here.well("home", "submit", "--all", "-o", "request.json")
    reviewer = keystores_of(here, TWO_PERSONS) / "reviewer.json"
    # the newest version is approved first and alone: it waits for those before it
    here.well("home", "approve", history.changed, "--keystore", reviewer)
    assert summary(here.well("home", "send", "--json"))["sent"] == 0
    assert here.run("home", "audit").code == 0
    edited = here.run("home", "register", "one.txt", "--title", "另一个", *YEAR)
    assert (edited.code, "amend" in edited.err) == (2, True), edited.err
    amended = here.run("home", "amend", history.changed, "--title", "另一个")
    assert amended.code == 2, amended.err
    here.well("home", "approve", "--all", "--keystore", reviewer)
    here.well("home", "send")
    assert_moved(here, history)
    shown = here.well("home", "show", history.changed, "--json").lines[0]
    reviewers = [event["reviewer"] for event in shown["events"] if event["event"] == "registered"]
    assert reviewers[0] is None
    assert reviewers[1].startswith("0x")


@pytest.mark.usefixtures("history")
def test_what_may_not_move_is_refused_and_nothing_is_changed(here: Here) -> None:
    home = here.folder / "home"
    before = {path: path.read_bytes() for path in home.glob("*.json")}
    other = here.run("home", *here.joins("33000001"))
    assert (other.code, "knows no such registrar" in other.err, "add-key" in other.err) == (2, True, True), other.err
    half_purged(home, begun=True)
    half = here.run("home", *here.joins(CODE))
    assert (half.code, "half purged" in half.err) == (2, True), half.err
    half_purged(home, begun=False)
    keystores = here.folder / "keys"
    shutil.copytree(home / "keystores", keystores)
    joins = ("join", "--rpc", here.url, "--anchor", here.network / "anchor.json")
    own = here.run("home", *joins, "--keystores", keystores)
    assert (own.code, "a key is of one chain" in own.err, "keys new" in own.err) == (2, True, True), own.err
    assert here.run("home", *joins).code == 2
    from node.records import canonical

    anchor = canonical.decode((here.network / "anchor.json").read_bytes())
    anchor["founding"]["demonstration"] = True
    (here.network / "anchor.json").write_bytes(canonical.encode(anchor))
    earnest = here.run("home", *here.joins(CODE))
    assert (earnest.code, "in earnest" in earnest.err) == (2, True), earnest.err
    identity = json.loads((home / "home.json").read_bytes())
    (home / "home.json").write_bytes(canonical.encode(identity | {"demonstration": True}))
    anchor["founding"]["demonstration"] = False
    (here.network / "anchor.json").write_bytes(canonical.encode(anchor))
    demonstration = here.run("home", *here.joins(CODE))
    assert (demonstration.code, "demonstration cannot" in demonstration.err) == (2, True), demonstration.err
    (home / "home.json").write_bytes(before[home / "home.json"])
    assert {path: path.read_bytes() for path in home.glob("*.json")} == before
    here.well("home", "register", "four.txt", *YEAR)


def half_purged(home: Path, *, begun: bool) -> None:
    """Let the journal say that a purge was begun, or take that back."""
    with closing(sqlite3.connect(home / "journal.db")) as connection, connection:
        if begun:
            connection.execute("INSERT INTO purge VALUES ('x', zeroblob(32), 'x-purged', zeroblob(32), 'begun', 1)")
        else:
            connection.execute("DELETE FROM purge")


def test_what_was_approved_and_not_sent_waits_for_review_again(here: Here) -> None:
    write_files(here.folder, PASSPHRASE)
    reviewer = new_key(os.urandom)
    save_key(here.folder / "reviewer.json", reviewer, PASSPHRASE, work_factor=2)
    founding = found(
        here.folder / "home", institution(CODE), passphrase=PASSPHRASE, chain_id=2_023_000_001, clock=time.time,
        random_bytes=os.urandom, reviewers=(reviewer.public_key.to_canonical_address(),), work_factor=2,
    )  # fmt: skip
    asyncio.run(founding)
    approve = ("approve", "--all", "--keystore", "reviewer.json")
    sent = here.well("home", "register", "one.txt", *YEAR, "--json").lines[0]["resource_id"]
    here.well("home", *approve)
    here.well("home", "send")
    waiting = here.well("home", "register", "two.txt", *YEAR, "--json").lines[0]["resource_id"]
    here.well("home", *approve)
    assert summary(here.well("home", *here.joins(CODE), "--json"))["moved"] == 1
    assert here.well("home", "show", waiting, "--json").lines[0]["status"] == "review"
    assert here.well("home", "show", sent, "--json").lines[0]["status"] == "registered"
    assert here.run("home", "audit").code == 0
    here.well("home", "send")
    assert here.well("home", "show", waiting, "--json").lines[0]["status"] == "registered"
    here.well("home", "receipt", sent, "--earlier", "-o", "old.json")
    here.well("nowhere", "verify", "one.txt", "old.json", "--anchor", here.folder / "home" / "anchor.json")
