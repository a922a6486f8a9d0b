"""A home founded once by the real `init`, copied for each test, and the command line as its user runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
INIT = ("--name", "山西省图书馆", "--code", "14000001", "--credit-code", "12140000DEM000001M", "--region", "140000")


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder in which a user works, with a home below it."""

    folder: Path

    def run(self, *arguments: str | Path, lang: str = "zh") -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "PYTHONPATH": str(ROOT),
            "ZHICANG_HOME": str(self.folder / "home"), "ZHICANG_PASSPHRASE_FILE": str(self.folder / "passphrase"),
            "LC_ALL": "en_US.UTF-8" if lang == "en" else "zh_CN.UTF-8",
        }  # fmt: skip
        command = [sys.executable, "-m", "node.cli", *map(str, arguments)]
        return subprocess.run(
            command, env=environment, cwd=self.folder, capture_output=True, check=False, timeout=120,
            text=True, encoding="utf-8", stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def json(self, *arguments: str | Path, code: int = 0, lang: str = "zh") -> list[dict[str, Any]]:
        """Run with --json; every line of stdout must be an object, the last a summary."""
        done = self.run(*arguments, "--json", lang=lang)
        assert done.returncode == code, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def number(self, *arguments: str | Path) -> str:
        return str(self.json("register", *arguments)[0]["resource_id"])

    def listed(self) -> int:
        return int(self.json("list")[-1]["summary"]["total"])


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    (desk.folder / "passphrase").write_text("a passphrase for tests\n")
    done = desk.run("init", *INIT)
    assert done.returncode == 0, done.stderr
    assert "指纹" in done.stdout
    (desk.folder / "one.txt").write_text("一\n")
    (desk.folder / "scans" / "里").mkdir(parents=True)
    for name in ("p1.tif", "p2.tif", "里/空.txt"):
        (desk.folder / "scans" / name).write_bytes(b"" if name.endswith("空.txt") else name.encode() * 99)
    return desk.folder


@pytest.fixture
def desk(founded: Path, tmp_path: Path) -> Desk:
    shutil.copytree(founded, tmp_path / "desk")
    return Desk(tmp_path / "desk")
