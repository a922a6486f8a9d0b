"""The write path broken at each step twice, by an error and by SIGKILL; the same command again finishes it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from judges import judge, numbers_on_chain

if TYPE_CHECKING:
    from conftest import Place

STORE = ["staged", "numbered", "placed", "indexed", "stored"]
ACTS = ["signed", "sent", "proved", "confirmed"]
CHAIN = ["executed", "sealed", "intended", "committed", "settled"]
UNITS = ["units-numbered", "units-placed", "units-stored", *ACTS]
APPLIED = {"!committed", "!settled"}
"""Errors after the header is durable: the command may have its answer before the engine stops."""


def resources(place: Place) -> dict[str, str]:
    done = place.run("list", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["resource_id"]: line["status"] for line in lines if "resource_id" in line}


@pytest.mark.parametrize("step", [*STORE, *ACTS, *CHAIN])
@pytest.mark.parametrize("how", ["", "!"])
def test_registering_survives_a_break_at(place: Place, step: str, how: str) -> None:
    register = ("register", "one.txt", "scans", "again.txt", "--period", "2023", "--json")
    broken = place.run(*register, die_at=how + step)
    expected = {0, 3} if how + step in APPLIED else {3} if how else {-9}
    assert broken.returncode in expected, broken.stderr
    acknowledged = place.acknowledged(broken)
    again = place.run(*register)
    assert again.returncode == 0, again.stdout + again.stderr
    acknowledged += place.acknowledged(again)
    assert sorted(resources(place).values()) == ["registered"] * 3
    assert len(numbers_on_chain(place.home)) == 3
    judge(place.home, acknowledged)
    audit = place.run("audit")
    assert audit.returncode == 0, audit.stdout


@pytest.mark.parametrize("step", UNITS)
@pytest.mark.parametrize("how", ["", "!"])
def test_units_survive_a_break_at(place: Place, step: str, how: str) -> None:
    number = json.loads(place.run("register", "one.txt", "--json").stdout.splitlines()[0])["resource_id"]
    lines = [json.dumps({"unit_id": f"u{i}", "resource_id": number}) for i in range(50)]
    (place.folder / "units.jsonl").write_text("\n".join(lines))
    units = ("units", "register", "units.jsonl", "--batch", "20", "--json")
    broken = place.run(*units, die_at=how + step)
    assert broken.returncode == (3 if how else -9), broken.stderr
    again = place.run(*units)
    assert again.returncode == 0, again.stdout + again.stderr
    summary = json.loads(again.stdout.splitlines()[-1])["summary"]
    assert summary["registered"] + summary["known"] == 50
    judge(place.home, [])
    audit = place.run("audit")
    assert audit.returncode == 0, audit.stdout
    done = place.run("receipt", number, "--unit", "u49", "-o", "r.json")
    assert done.returncode == 0, done.stderr
