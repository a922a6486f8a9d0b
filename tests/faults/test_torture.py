from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TORTURE = Path(__file__).parents[2] / "scripts" / "torture"


def test_twenty_five_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    command = [sys.executable, str(TORTURE), "--rounds", "25", "--dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "none doubled" in done.stdout
