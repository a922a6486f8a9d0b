"""Broken finality as its operator meets it: listed, loud, resolved with a note, the evidence kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from node.chain.incident import TWO_HEADERS, Incident, IncidentFolder

if TYPE_CHECKING:
    from conftest import Desk

FOUND = Incident(kind=TWO_HEADERS, found=1_700_000_000, chain_id=5, height=7, proven="0x01", now="0x02", head=9)


def test_nothing_stands(desk: Desk) -> None:
    assert desk.well("incident", "list", "--json").summary == {"standing": 0}


def test_an_incident_stands_until_it_is_resolved_with_words(desk: Desk) -> None:
    IncidentFolder(desk.home / "incidents").report(FOUND)
    listed = desk.run("incident", "list", "--json")
    assert listed.code == 3, listed.said
    assert [(each["incident"], each["height"]) for each in listed.results] == [(FOUND.name, 7)]
    assert [error["code"] for error in listed.errors] == ["broken-finality"]
    for arguments in ((), (FOUND.name,), (FOUND.name, "--note", " "), ("another", "--note", "x")):
        assert desk.run("incident", "resolve", *arguments).code == 2
    desk.well("incident", "resolve", FOUND.name, "--note", "与治理方核对完毕")
    desk.well("incident", "list")
    [kept] = (desk.home / "incidents").iterdir()
    assert json.loads(kept.read_bytes())["note"] == "与治理方核对完毕"
