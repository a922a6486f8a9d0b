"""The write path broken at each step twice, by an error and by SIGKILL; the same command again finishes it.

A step's name is called when the step is done, so an error there is "failed, but applied" for that step and "failed, not
applied" for the one after it; SIGKILL is the same for a caller that hears nothing at all any more.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from fault_place import BOOK, acknowledgements
from judges import judge, lists_on_chain, numbers_on_chain

if TYPE_CHECKING:
    import subprocess

    from fault_place import Place

STORE = ["staged", "numbered", "placed", "indexed", "stored"]
ACTS = ["signed", "sent", "proved", "confirmed"]
CHAIN = ["executed", "sealed", "intended", "committed", "settled"]
UNITS = ["units-numbered", "units-placed", "units-stored", *ACTS]
APPLIED = {"!committed", "!settled"}
"""Errors after the header is durable: the command may have its answer before the chain stops."""
REGISTER = ("register", "one.txt", "scans", "again.txt", "--period", "2023", "--json")
REGISTER_UNITS = ("units", "register", "units.jsonl", "--batch", "20", "--json")


def assert_broken(done: subprocess.CompletedProcess[str], how: str) -> None:
    expected = {0, 3} if how in APPLIED else {3} if how.startswith("!") else {-9}
    assert done.returncode in expected, done.stdout + done.stderr


def assert_registered_once(place: Place, broken: list[subprocess.CompletedProcess[str]]) -> None:
    """Run the command again in earnest and see that what was broken is whole, and each resource there once."""
    again = place.run(*REGISTER)
    assert again.returncode == 0, again.stdout + again.stderr
    final = acknowledgements(again.stdout)
    one, scans, twin = (str(line["resource_id"]) for line in final)
    assert sorted(number[9:22] for number in (one, scans, twin)) == [f"2023-0000000{n}" for n in (1, 2, 3)]
    assert set(numbers_on_chain(place.home)) == {BOOK, one, scans, twin}
    earlier = [line for done in broken for line in acknowledgements(done.stdout)]
    assert {line["resource_id"] for line in earlier} <= {one, scans, twin}
    judge(place.home, [*earlier, *final])
    audit = place.run("audit")
    assert audit.returncode == 0, audit.stdout


@pytest.mark.parametrize("step", [*STORE, *ACTS, *CHAIN])
@pytest.mark.parametrize("how", ["", "!"], ids=["killed", "failed"])
def test_registering_survives_a_break_at(place: Place, step: str, how: str) -> None:
    broken = place.run(*REGISTER, die_at=how + step)
    assert_broken(broken, how + step)
    assert_registered_once(place, [broken])


@pytest.mark.parametrize("times", [2, 3])
def test_storing_survives_a_kill_after_some_were_staged(place: Place, times: int) -> None:
    broken = place.run(*REGISTER, die_at="staged", times=times)
    assert_broken(broken, "staged")
    assert len(list((place.home / "staging").iterdir())) == times
    assert_registered_once(place, [broken])


@pytest.mark.parametrize("step", ["signed", "intended", "committed", "proved"])
def test_a_recovery_that_is_killed_is_recovered(place: Place, step: str) -> None:
    broken = [place.run(*REGISTER, die_at=step) for step in ("stored", step, "confirmed")]
    assert [done.returncode for done in broken] == [-9, -9, -9]
    assert_registered_once(place, broken)


@pytest.mark.parametrize("step", UNITS)
@pytest.mark.parametrize("how", ["", "!"], ids=["killed", "failed"])
def test_units_survive_a_break_at(place: Place, step: str, how: str) -> None:
    broken = place.run(*REGISTER_UNITS, die_at=how + step)
    assert_broken(broken, how + step)
    again = place.run(*REGISTER_UNITS)
    assert again.returncode == 0, again.stdout + again.stderr
    summary = json.loads(again.stdout.splitlines()[-1])["summary"]
    assert summary["registered"] + summary["known"] == 50
    assert len(lists_on_chain(place.home)) == 3
    judge(place.home, acknowledgements(broken.stdout) + acknowledgements(again.stdout))
    audit = place.run("audit")
    assert audit.returncode == 0, audit.stdout
    done = place.run("receipt", BOOK, "--unit", "u49", "-o", "r.json")
    assert done.returncode == 0, done.stderr
