"""A place to break things: a folder with a home, sources beside it, and the real processes that work on it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from node.founding import Institution, found

ROOT = Path(__file__).parents[2]
PASSPHRASE = b"a passphrase for tests"
TIMEOUT = 180
INSTITUTION = Institution(code="14000001", name="某图书馆", credit_code="12140000DEM000001M", region="140000")
BOOK = "14000001-2022-00000001-G"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with a home, sources beside it, and the environment that its processes have."""

    folder: Path
    joined: Path | None = None
    """A home elsewhere that belongs to a network; else the home is in the folder."""

    @property
    def home(self) -> Path:
        return self.joined or self.folder / "home"

    @property
    def runtime(self) -> Path:
        """A runtime folder for sockets: pytest's own folders are too deep for the path of one. It goes with `place`."""
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        path = Path(tempfile.gettempdir()) / f"place-{name}"
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder / "state"), "PYTHONPATH": str(ROOT),
            "ZHICANG_PASSPHRASE_FILE": str(self.folder / "passphrase"), "LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8",
        }  # fmt: skip
        return {"PATH": os.environ["PATH"]} | own

    def command(self, *arguments: str | Path, die_at: str = "", times: int = 1) -> list[str]:
        """Give the command line of a process; with `die_at` it ends itself at the n-th arrival at that step."""
        script = str(Path(__file__).with_name("doomed.py"))
        start = [script, die_at, str(times)] if die_at else ["-m", "node.cli"]
        return [sys.executable, *start, "--home", str(self.home), *map(str, arguments)]

    def run(self, *arguments: str | Path, die_at: str = "", times: int = 1) -> subprocess.CompletedProcess[str]:
        """Run a command in a process of its own, to its end."""
        return subprocess.run(
            self.command(*arguments, die_at=die_at, times=times), env=self.environment, cwd=self.folder,
            capture_output=True, text=True, timeout=TIMEOUT, check=False,
        )  # fmt: skip

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start a command in a process of its own; the caller ends it."""
        return subprocess.Popen(
            self.command(*arguments), env=self.environment, cwd=self.folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip


def acknowledgements(stdout: str) -> list[dict[str, Any]]:
    """Give the acknowledgements that a process printed before it ended: whole lines of its standard output."""
    lines = [json.loads(line) for line in stdout.splitlines(keepends=True) if line.endswith("\n")]
    return [line for line in lines if line.get("status") in ("registered", "committed") and "tx_hash" in line]


async def found_here(place: Place) -> None:
    """Found a home with cheap key derivation, so that its many processes start quickly."""
    await found(
        place.home, INSTITUTION, passphrase=PASSPHRASE, chain_id=1_234_567_891, clock=time.time,
        random_bytes=os.urandom, work_factor=2,
    )  # fmt: skip
    (place.folder / "passphrase").write_bytes(PASSPHRASE)
