"""Amending, superseding and withdrawing killed at each step: the same command again finishes, the object is whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from fault_place import BOOK
from judges import judge_storage

if TYPE_CHECKING:
    from fault_place import Place

VERSION = ["growing", "grown", "version-indexed", "version-stored"]
AMEND = ("amend", BOOK, "--title", "新题名", "--json")
SUPERSEDE = ("supersede", BOOK, "scans", "--json")
WITHDRAW = ("withdraw", BOOK, "--reason", "个人信息", "--json")
COMMANDS = [
    *((AMEND, step, (2, "registered")) for step in VERSION),
    *((SUPERSEDE, step, (2, "registered")) for step in [*VERSION, "proved"]),
    (WITHDRAW, "withdrawal-stored", (1, "withdrawn")),
    (WITHDRAW, "signed", (1, "withdrawn")),
]


@pytest.mark.parametrize(("command", "step", "becomes"), COMMANDS, ids=[f"{c[0]}-{step}" for c, step, _ in COMMANDS])
def test_it_survives_a_kill_at(place: Place, command: tuple[str, ...], step: str, becomes: tuple[int, str]) -> None:
    killed = place.run(*command, die_at=step)
    assert killed.returncode == -9, killed.stdout + killed.stderr
    again = place.run(*command)
    assert again.returncode == 0, again.stdout + again.stderr
    summary = json.loads(again.stdout.splitlines()[-1])["summary"]
    assert summary["done"] + summary["known"] == 1
    shown = json.loads(place.run("show", BOOK, "--json").stdout.splitlines()[0])
    assert (shown["version"], shown["status"]) == becomes
    judge_storage(place.home)
    audit = place.run("audit")
    assert audit.returncode == 0, audit.stdout


def test_an_edited_draft_survives_a_kill(place: Place) -> None:
    draft = ("draft", "one.txt", "--client-ref", "D", "--period", "2023", "--json")
    assert place.run(*draft).returncode == 0
    for step in ("numbered", "placed", "indexed"):
        killed = place.run(*draft, "--title", "新题名", die_at=step)
        assert killed.returncode == -9, killed.stdout + killed.stderr
    edited = place.run(*draft, "--title", "新题名")
    assert json.loads(edited.stdout.splitlines()[0])["status"] == "draft", edited.stdout + edited.stderr
    judge_storage(place.home)
    audit = place.run("audit")
    assert audit.returncode == 0, audit.stdout
