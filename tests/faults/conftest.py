"""A founded home for each test, real child processes that die at a named step, and the foreign judges."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from node.founding import Institution, found

ROOT = Path(__file__).parents[2]
PASSPHRASE = b"a passphrase for tests"
INSTITUTION = Institution(code="14000001", name="某图书馆", credit_code="12140000DEM000001M", region="140000")


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with a home, sources beside it, and the environment that its processes have."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder / "state"), "PYTHONPATH": str(ROOT),
            "ZHICANG_PASSPHRASE_FILE": str(self.folder / "passphrase"), "LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8",
        }  # fmt: skip
        return {"PATH": os.environ["PATH"]} | own

    def run(self, *arguments: str | Path, die_at: str = "", times: int = 1) -> subprocess.CompletedProcess[str]:
        """Run a command in a process of its own; with `die_at` it kills itself when it reaches that step."""
        script = str(Path(__file__).with_name("doomed.py"))
        start = [script, die_at, str(times)] if die_at else ["-m", "node.cli"]
        command = [sys.executable, *start, "--home", str(self.home), *map(str, arguments)]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=120, check=False, cwd=self.folder
        )

    def acknowledged(self, done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
        """Give the acknowledgements that a process printed before it ended."""
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.endswith("}")]
        return [line for line in lines if line.get("status") in ("registered", "committed")]


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("founded")
    coroutine = found(
        folder / "home", INSTITUTION, passphrase=PASSPHRASE, chain_id=1_234_567_891, clock=time.time,
        random_bytes=os.urandom, work_factor=2,
    )  # fmt: skip
    asyncio.run(coroutine)
    (folder / "passphrase").write_bytes(PASSPHRASE)
    (folder / "one.txt").write_text("一\n")
    (folder / "again.txt").write_text("一\n")
    (folder / "scans").mkdir()
    for page in range(3):
        (folder / "scans" / f"p{page}.tif").write_bytes(bytes([page]) * 700_000 * (page + 1))
    return folder


@pytest.fixture
def place(founded: Path, tmp_path: Path) -> Place:
    shutil.copytree(founded, tmp_path / "place")
    return Place(tmp_path / "place")
