"""An older copy of a network home, where no newer one exists, is reconciled with the chain and writes again."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING
from unittest.mock import patch

from old_home import YEAR, Here, summary, write_files

from node.registrar.settling import Settling

if TYPE_CHECKING:
    from joining_desk import Desk


def test_an_older_copy_takes_over_what_it_has_names_what_it_lost_and_writes_again(desk: Desk) -> None:
    here = Here(desk.folder, desk.url)
    write_files(desk.folder, b"a passphrase for tests")
    here.well("home", *here.joins("14000001"))

    def registered(name: str) -> str:
        number: str = here.well("home", "register", name, *YEAR, "--json").lines[0]["resource_id"]
        return number

    kept, changed = registered("one.txt"), registered("two.txt")
    drafted = here.well("home", "draft", "three.txt", *YEAR, "--json").lines[0]["resource_id"]
    edited = here.well("home", "draft", "pages", *YEAR, "--json").lines[0]["resource_id"]
    here.well("home", "backup", "older")
    here.well("home", "draft", "pages", "--title", "改过的", *YEAR)
    here.well("home", "submit", "--all")
    here.well("home", "send")
    here.well("home", "amend", changed, "--title", "新题名")
    here.well("home", "withdraw", kept, "--reason", "其他")
    here.well("home", "units", "register", "u.jsonl", "--resource", changed)
    lost = registered("four.txt")
    shutil.rmtree(here.folder / "home")

    here.well("copy", "restore", "older")
    refused = here.run("copy", "restore", "--confirm")
    assert (refused.code, "--reconcile" in refused.err) == (1, True), refused.err
    ran = here.run("copy", "restore", "--reconcile", "--json")
    assert ran.code == 1, ran.out + ran.err
    reconciled = next(line["reconciled"] for line in ran.lines if "reconciled" in line)
    assert reconciled == {"taken": [drafted, kept], "returned": [edited], "lost": 4}
    assert summary(ran) == {"restored": 0, "confirmed": 1}
    named = {(line["lost"]["act"], line["lost"]["id"]) for line in ran.lines if "lost" in line}
    assert {("registered", lost), ("registered", edited), ("amended", changed)} < named
    assert here.run("copy", "restore", "--reconcile").code == 2

    assert here.well("copy", "show", drafted, "--json").lines[0]["status"] == "registered"
    assert here.well("copy", "show", kept, "--json").lines[0]["status"] == "withdrawn"
    _a_crash_on_the_way_is_gone_on_with(here, drafted)
    here.well("copy", "receipt", drafted, "-o", "three.json")
    here.well("nowhere", "verify", "three.txt", "three.json", "--anchor", here.folder / "copy" / "anchor.json")
    again = here.well("copy", "register", "four.txt", *YEAR, "--json").lines[0]
    assert again["status"] == "registered"
    assert again["resource_id"] > lost
    audit = here.run("copy", "audit", "--json")
    found = {line["id"] for line in audit.lines if line.get("check") == "chain"}
    assert audit.code == 1
    assert {lost, edited} <= found
    assert summary(audit)["findings"] == sum("check" in line for line in audit.lines) >= len({lost, edited})


def _a_crash_on_the_way_is_gone_on_with(here: Here, drafted: str) -> None:
    here.well("second", "restore", "older")
    with patch.object(Settling, "confirm", side_effect=RuntimeError("the node stops here")):
        assert here.run("second", "restore", "--reconcile").code == 4
    assert here.run("second", "register", "one.txt", *YEAR).code == 3
    assert here.run("second", "restore", "--reconcile").code == 1
    here.well("second", "send")
    assert here.well("second", "show", drafted, "--json").lines[0]["status"] == "registered"
