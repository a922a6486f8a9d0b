"""A desk where commands are typed, beside a network of one validator that runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PATIENCE = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines of --json."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder with a network of one validator in ``network``, and homes beside it."""

    folder: Path
    url: str

    @property
    def network(self) -> Path:
        """Where the network's files are."""
        return self.folder / "network"

    @property
    def environment(self) -> dict[str, str]:
        """What every command gets."""
        own = {
            "HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder / "state"), "PYTHONPATH": str(ROOT),
            "ZHICANG_PASSPHRASE_FILE": str(self.folder / "passphrase"), "LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8",
            "XDG_RUNTIME_DIR": str(self.folder),
        }  # fmt: skip
        return {"PATH": os.environ["PATH"]} | own

    def command(self, home: str, *arguments: str | Path) -> list[str]:
        """Give a command line."""
        return [sys.executable, "-m", "node.cli", "--home", str(self.folder / home), *map(str, arguments)]

    def run(self, home: str, *arguments: str | Path) -> Ran:
        """Run a command to its end."""
        done = subprocess.run(
            self.command(home, *arguments), cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(code=done.returncode, out=done.stdout, err=done.stderr)

    def well(self, home: str, *arguments: str | Path) -> Ran:
        """Run a command that must succeed."""
        ran = self.run(home, *arguments)
        assert ran.code == 0, ran.out + ran.err
        return ran

    def joins(self, code: str) -> tuple[str | Path, ...]:
        """Give the words by which an institution's new home joins."""
        keystores = self.network / "institutions" / code / "keystores"
        return ("join", "--rpc", self.url, "--anchor", self.network / "anchor.json", "--keystores", keystores)


@contextmanager
def running(folder: Path, port: int = 0) -> Iterator[str]:
    """Run the network of a folder until the end of the block; give its URL."""
    folder.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("network_of_one.py")), str(folder), str(port)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.kill()
        process.communicate()
