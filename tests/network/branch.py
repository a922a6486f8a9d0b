"""A branch: an institution's home on a test file's network, its processes, and the list of what they acknowledged."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from fault_place import Place, acknowledgements
from judges import judge

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 240.0


@dataclass(slots=True)
class Branch:
    """The list of acknowledgements lies here, outside the home, so that judges can hold the home to it."""

    place: Place
    acknowledged: list[dict[str, Any]] = field(default_factory=list)

    def write(self, name: str, text: str) -> Path:
        """Write a source."""
        path = self.place.folder / name
        path.write_text(text + "\n")
        return path

    def run(self, *arguments: str | Path) -> tuple[int, list[dict[str, Any]]]:
        """Run a command with --json to its end; give its exit code and its lines."""
        done = self.place.run(*arguments, "--json")
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, self.take(done.stdout)

    def refused(self, *arguments: str | Path) -> tuple[int, dict[str, Any]]:
        """Run a command that must fail; give its exit code and its first error."""
        code, lines = self.run(*arguments)
        return code, next(line["error"] for line in lines if "error" in line)

    def well(self, *arguments: str | Path) -> list[dict[str, Any]]:
        """Run a command that must succeed; give its lines."""
        code, lines = self.run(*arguments)
        assert code == 0, lines
        return lines

    def register(self, name: str) -> str:
        """Register a new text of that name; give its number."""
        [line, _] = self.well("register", self.write(name, f"正文 {name}"), "--period", "2023")
        assert line["status"] == "registered", line
        return str(line["resource_id"])

    def take(self, stdout: str) -> list[dict[str, Any]]:
        """Keep what a process acknowledged; give its lines."""
        self.acknowledged += acknowledgements(stdout)
        return [json.loads(line) for line in stdout.splitlines()]

    def starts(self, *arguments: str | Path, stop_at: str = "") -> Running:
        """Start a command with --json; it may stop itself at a step of its work, until it is told to go on."""
        said = self.place.folder / f"said-{time.monotonic_ns()}"
        with said.open("wb") as stream:
            process = subprocess.Popen(
                self.place.command(*arguments, "--json", die_at=stop_at and f"?{stop_at}"), cwd=self.place.folder,
                env=self.place.environment, stdout=subprocess.PIPE, stderr=stream, text=True,
            )  # fmt: skip
        return Running(branch=self, process=process, errors=said)

    def is_in_order(self) -> None:
        """Hold the home to its self-check, to the foreign judges, and to all that was ever acknowledged."""
        code, lines = self.run("audit")
        assert code == 0, lines
        judge(self.place.home, self.acknowledged)


@dataclass(slots=True, kw_only=True)
class Running:
    """A command that runs."""

    branch: Branch
    process: subprocess.Popen[str]
    errors: Path

    @property
    def said(self) -> str:
        """What it has said on stderr until now."""
        return self.errors.read_text()

    def until(self, condition: Callable[[], bool], *, limit: float = PATIENCE) -> None:
        """Wait for something while it runs; it must not end before that."""
        deadline = time.monotonic() + limit
        while not condition():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, f"not within {limit} s: {self.said}"
            time.sleep(0.1)

    def until_stopped(self) -> None:
        """Wait until it has stopped itself."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        self.until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "T")

    def ends_well(self) -> list[dict[str, Any]]:
        """Wait for its end; it must have done all of its work."""
        stdout: IO[str] | str
        stdout, _ = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, stdout + self.said
        return self.branch.take(stdout)
