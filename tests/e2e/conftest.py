"""What the command-line tests share: a desk with a real home, where `zhicang` runs as a process of its own."""

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

sys.path.insert(0, str(Path(__file__).parents[1]))

ROOT = Path(__file__).parents[2]
PASSPHRASE = "a long passphrase 口令 of tests"
REVIEWER_PASSPHRASE = "the reviewer's own words 口令"
INSTITUTION = (
    "--name", "示例省图书馆", "--code", "14000001", "--credit-code", "12140000DEM000001M", "--region", "140000",
)  # fmt: skip
PATIENCE = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command left: exit code, stdout and stderr as bytes."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def out(self) -> str:
        return self.stdout.decode()

    @property
    def err(self) -> str:
        return self.stderr.decode()

    @property
    def said(self) -> str:
        """Everything that a person sees."""
        return self.out + self.err

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The lines of --json, every one an object; anything else on stdout fails here."""
        values = [json.loads(line) for line in self.out.splitlines()]
        assert all(isinstance(value, dict) for value in values), self.out
        return values

    @property
    def summary(self) -> dict[str, Any]:
        last = self.objects[-1]
        assert list(last) == ["summary"], self.out
        return last["summary"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [value["error"] for value in self.objects if "error" in value]

    @property
    def results(self) -> list[dict[str, Any]]:
        return [value for value in self.objects if "error" not in value and "summary" not in value]


class Desk:
    """A folder to work in with a HOME of its own; `run` is the command line as a stranger types it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home 库"
        self.passphrase = folder / "passphrase"
        self.passphrase.write_text(PASSPHRASE + "\n")
        for name in ("user", "state", "data"):
            (folder / name).mkdir(exist_ok=True)

    def environment(self, **more: str) -> dict[str, str]:
        """Give a bare environment: nothing of the one that runs the tests but PATH."""
        return {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(self.folder / "user"),
            "XDG_STATE_HOME": str(self.folder / "state"), "XDG_DATA_HOME": str(self.folder / "data"),
            "ZHICANG_HOME": str(self.home), "ZHICANG_PASSPHRASE_FILE": str(self.passphrase), **more,
        }  # fmt: skip

    def command(self, *arguments: str | bytes | Path) -> list[str | bytes]:
        """Give the argument list of a process."""
        typed = [argument if isinstance(argument, (str, bytes)) else str(argument) for argument in arguments]
        return [sys.executable, "-m", "node.cli", *typed]

    def run(
        self, *arguments: str | bytes | Path, without: tuple[str, ...] = (), prefix: tuple[str, ...] = (), **more: str
    ) -> Ran:
        """Run a command in the folder, without a terminal; `without` names variables that are to be absent."""
        environment = {name: value for name, value in self.environment(**more).items() if name not in without}
        done = subprocess.run(
            [*prefix, *self.command(*arguments)], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        ran = Ran(code=done.returncode, stdout=done.stdout, stderr=done.stderr)
        assert b"Traceback" not in done.stdout + done.stderr, ran.said
        return ran

    def well(self, *arguments: str | bytes | Path, **more: str) -> Ran:
        """Run a command that must succeed."""
        ran = self.run(*arguments, **more)
        assert ran.code == 0, ran.said
        return ran

    def listed(self) -> list[dict[str, Any]]:
        """Give the resources that `list` shows."""
        return self.well("list", "--json", "--limit", "10000").results

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file below the folder; give its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def nothing_half_done(self) -> None:
        """Hold the home to it: every resource is registered, the self-check finds nothing, nothing waits in staging."""
        assert {resource["status"] for resource in self.listed()} <= {"registered"}
        assert not list((self.home / "staging").iterdir())
        self.well("audit", "--json")


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose home has just been founded by `init`; tests read it only."""
    desk = Desk(tmp_path_factory.mktemp("founded"))
    desk.well("init", *INSTITUTION)
    return desk


@pytest.fixture
def empty_desk(tmp_path: Path) -> Desk:
    """A desk without a home."""
    return Desk(tmp_path)


@pytest.fixture
def desk(founded: Desk, tmp_path: Path) -> Desk:
    """A desk with a home of its own to write in."""
    shutil.copytree(founded.home, tmp_path / founded.home.name)
    return Desk(tmp_path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A home with one file, one folder and units of the folder, their receipts and the anchor; tests read it only."""

    desk: Desk
    file: Path
    folder: Path
    number: str
    tree: str
    registered: Ran
    fingerprint: str


@pytest.fixture(scope="session")
def library(founded: Desk, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Register, commit and prove a little of everything once."""
    folder = tmp_path_factory.mktemp("library")
    shutil.copytree(founded.home, folder / founded.home.name)
    desk = Desk(folder)
    file = desk.write("来稿/单页.txt", "一张单页\n")
    for name, content in (("一.txt", "第一回\n"), ("附/二.txt", "第二回\n"), ("空.txt", "")):
        desk.write(f"书/{name}", content)
    ran = desk.well("register", file, folder / "书", "--period", "2023", "--json")
    number, tree = (result["resource_id"] for result in ran.results)
    units = [{"unit_id": f"u{n}", "level": "段", "abstract": f"第 {n} 条"} for n in range(1, 4)]
    lines = [json.dumps(unit, ensure_ascii=False) for unit in units]
    desk.write("units.jsonl", "\n".join(lines) + "\n")
    desk.write("unit.json", lines[1])
    desk.well("units", "register", "units.jsonl", "--resource", tree)
    desk.well("receipt", number, "-o", "file.receipt.json")
    desk.well("receipt", tree, "-o", "tree.receipt.json")
    desk.well("receipt", tree, "--unit", "u2", "-o", "unit.receipt.json")
    fingerprint = desk.well("anchor", "export", "-o", "anchor.json", "--json").results[0]["fingerprint"]
    return Library(
        desk=desk, file=file, folder=folder / "书", number=number, tree=tree, registered=ran, fingerprint=fingerprint
    )


class Office(Desk):
    """A two-person home, and beside it the reviewer's machine: a folder with a keystore and no home."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.reviewer = folder / "reviewer"
        self.reviewer.mkdir(exist_ok=True)
        self.reviewer_passphrase = self.reviewer / "passphrase"
        self.reviewer_passphrase.write_text(REVIEWER_PASSPHRASE + "\n")
        self.keystore = self.reviewer / "key.json"

    def approve(self, *arguments: str | Path) -> Ran:
        """Approve here, with the reviewer's keystore and passphrase."""
        own = ("--keystore", self.keystore, "--passphrase-file", self.reviewer_passphrase)
        return self.run("approve", *arguments, *own, "--json")

    def approve_elsewhere(self, request: Path, approvals: Path, *arguments: str) -> Ran:
        """Approve on a machine without a home."""
        nowhere = str(self.folder / "no home here")
        return self.run(
            "approve", request, "-o", approvals, "--keystore", self.keystore, "--passphrase-file",
            self.reviewer_passphrase, "--json", *arguments, ZHICANG_HOME=nowhere,
        )  # fmt: skip

    def shown(self, number: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.well("show", number, "--json").results[0]
        return shown


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = Office(tmp_path_factory.mktemp("office"))
    office.well("keys", "new", "reviewer", "-o", office.keystore, "--passphrase-file", office.reviewer_passphrase)
    office.well("init", *INSTITUTION, "--two-person", "--reviewer-keystore", office.keystore)
    return office


@pytest.fixture
def office(opened: Office, tmp_path: Path) -> Office:
    shutil.copytree(opened.home, tmp_path / opened.home.name)
    shutil.copytree(opened.reviewer, tmp_path / "reviewer")
    return Office(tmp_path)
