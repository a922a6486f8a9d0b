"""scripts/torture in short: every stage is hit once, and nothing is lost or doubled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TORTURE = Path(__file__).parents[2] / "scripts" / "torture"
ROUNDS = 25


def test_twenty_five_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    command = [sys.executable, str(TORTURE), "--rounds", str(ROUNDS), "--dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    *hits, result = done.stdout.splitlines()
    assert sum(int(line.split(maxsplit=1)[0]) for line in hits) == ROUNDS
    assert len([line for line in hits if "by chance" not in line]) == 21, "a stage was not hit"
    assert "none doubled" in result
