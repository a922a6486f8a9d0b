"""One home on a network, ill-treated: killed at every step and at random moments, then its key used twice.

Nobody else uses this home, which after all this is no home in order.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from branch import Branch
from fault_place import Place
from judges import numbers_on_chain

if TYPE_CHECKING:
    from network_parts.demonstration import Demonstration

TORTURE = Path(__file__).parents[2] / "scripts" / "torture"
ROUNDS, STEPS, SEED = 27, 15, 7
YEAR = ("--period", "2023")


def test_kills_on_a_network_lose_and_double_nothing(
    standing: Demonstration, branches: dict[str, Branch], tmp_path: Path
) -> None:
    del branches  # they are joined: one of the homes is tortured
    options = ["--rounds", str(ROUNDS), "--seed", str(SEED), "--dir", tmp_path, "--network", standing.folder]
    done = subprocess.run([sys.executable, TORTURE, *options], capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    *hits, result = done.stdout.splitlines()
    assert sum(int(line.split(maxsplit=1)[0]) for line in hits) == ROUNDS
    assert len([line for line in hits if "by chance" not in line]) == STEPS, "a step was not hit"
    assert "none doubled" in result


def test_the_same_key_on_two_machines_is_detected_and_named(branches: dict[str, Branch], tmp_path: Path) -> None:
    """A copy of the home registers elsewhere; here the next act is stopped with the other's transaction named."""
    here = branches["sichuan"]
    shutil.copytree(here.place.home, tmp_path / "home")
    there = Branch(Place(tmp_path, tmp_path / "home"))
    (tmp_path / "passphrase").write_bytes((here.place.folder / "passphrase").read_bytes())
    [theirs, _] = there.well("register", there.write("theirs.txt", "彼"), *YEAR)

    ours = here.write("ours.txt", "此")
    code, error = here.refused("register", ours, *YEAR)
    assert (code, error["code"], here.acknowledged) == (3, "key-elsewhere", []), error
    assert theirs["tx_hash"] in error["message"]
    # Both machines gave the same number, which belongs to whoever was first; the loser is told so, and audit says why.
    code, error = here.refused("register", ours, *YEAR)
    assert (code, theirs["resource_id"] in error["message"]) == (2, True), error
    assert "--client-ref" in error["mend"]
    code, lines = here.run("audit")
    assert (code, theirs["resource_id"]) == (1, lines[0]["id"]), lines
    # Under a reference of its own it gets the next number; what both acknowledged stands on chain, each once.
    [line, _] = here.well("register", ours, *YEAR, "--client-ref", "own")
    numbers = numbers_on_chain(here.place.home)
    for acknowledged in (line, theirs):
        assert numbers[acknowledged["resource_id"]].tx_hash == acknowledged["tx_hash"]
