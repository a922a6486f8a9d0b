"""Registering while validators fail: with one of four it goes on; with two it waits, and finishes when they are back.

Every test ends with the self-check and the foreign judges: nothing is lost, nothing doubled.
"""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from branch import Branch
    from network_parts.network import Network

SCRIPT = Path(__file__).parents[2] / "scripts" / "network"
OWN = "3"
"""The validator that the home asks first."""
YEAR = ("--period", "2023")


def script(network: Network, act: str, *numbers: str) -> str:
    """Do something to the network by hand."""
    done = subprocess.run([SCRIPT, act, network.folder, *numbers], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("act", "back"), [("kill", "start"), ("pause", "resume")])
def test_registering_goes_on_without_its_own_validator(branch: Branch, network: Network, act: str, back: str) -> None:
    script(network, act, OWN)
    branch.register(f"{act}-1.txt")
    script(network, back, OWN)
    branch.register(f"{act}-2.txt")
    branch.is_in_order()


def test_two_of_four_halt_it_and_it_finishes_by_itself_after_they_are_back(branch: Branch, network: Network) -> None:
    for number in ("1", "2"):
        said = script(network, "kill", number)
    assert "stands still" in said
    running = branch.starts("register", branch.write("halt.txt", "停"), *YEAR)
    running.until(lambda: "makes no headers" in running.said)
    assert "you may end this command" in running.said
    height = network.height()
    assert f"stood at height {height} for 10 s" in running.said
    assert "enough to make headers" in script(network, "start")
    [line, _] = running.ends_well()
    assert (line["status"], line["height"] > height) == ("registered", True)
    assert "makes headers again" in running.said
    branch.is_in_order()


def test_all_four_are_killed_and_started_while_it_waits(branch: Branch, network: Network) -> None:
    running = branch.starts("register", branch.write("all.txt", "全"), *YEAR, stop_at="sent")
    running.until_stopped()
    script(network, "kill")
    running.process.send_signal(signal.SIGCONT)
    script(network, "start")
    assert running.ends_well()[0]["status"] == "registered"
    branch.is_in_order()


def test_a_partition_is_waited_for_and_heals(branch: Branch, network: Network) -> None:
    script(network, "part", "1", "2")
    running = branch.starts("register", branch.write("parted.txt", "分"), *YEAR)
    running.until(lambda: "makes no headers" in running.said)
    script(network, "mend")
    assert running.ends_well()[0]["status"] == "registered"
    branch.is_in_order()
