"""`zhicang … --json` as a process of its own, in a bare environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command left: its exit code, the objects on stdout, and stderr."""

    code: int
    lines: list[dict[str, Any]]
    said: str

    @property
    def error(self) -> dict[str, Any]:
        """The first error."""
        found: dict[str, Any] = next(line["error"] for line in self.lines if "error" in line)
        return found


def zhicang(*arguments: str | Path) -> Ran:
    """Run a command; everything on stdout must be JSON."""
    command = [sys.executable, "-m", "node.cli", *map(str, arguments), "--json"]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": "/nonexistent", "LANG": "en_US.UTF-8"}
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(code=done.returncode, lines=[json.loads(line) for line in done.stdout.splitlines()], said=done.stderr)
