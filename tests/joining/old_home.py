"""A home that began alone, with a history, and commands typed in this process: a fresh one adds nothing but seconds."""

from __future__ import annotations

import asyncio
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from joining_desk import Desk, Ran
from network_of_one import INSTITUTIONS, PASSPHRASE

from node.cli.main import main
from node.founding import Institution, found

YEAR = ("--period", "2023")


class Here(Desk):
    """A desk whose commands run in this process."""

    def run(self, home: str, *arguments: str | Path) -> Ran:
        """Run a command to its end."""
        out, err = (io.TextIOWrapper(io.BytesIO()) for _ in range(2))
        words = ["--home", str(self.folder / home), *map(str, arguments)]
        environment = patch.dict(os.environ, self.environment, clear=True)
        with environment, chdir(self.folder), redirect_stdout(out), redirect_stderr(err):
            code = main(words)
        return Ran(code=code, out=said(out), err=said(err))


def said(stream: io.TextIOWrapper) -> str:
    """Give what was written to a stream."""
    stream.seek(0)
    return stream.read()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A home's folder with its desk's files, and the numbers of its records."""

    folder: Path
    changed: str
    """Three versions: registered, superseded, amended."""
    withdrawn: str
    """Has two units, was amended and withdrawn, and gave its client_ref to the next."""
    replacing: str
    """Registered after that in its place; a folder."""

    @property
    def numbers(self) -> tuple[str, ...]:
        return self.changed, self.withdrawn, self.replacing


RECEIPTS = {"v1": ("one.txt", 1), "v2": ("two.txt", 2), "v3": ("two.txt", 3)}
"""Of the record that changed: name → file, version."""


def institution(code: str) -> Institution:
    """Give one of those that the network of one validator knows."""
    name, credit_code, region = INSTITUTIONS[code]
    return Institution(code=code, name=name, credit_code=credit_code, region=region)


def began(
    folder: Path, library: Institution, *, passphrase: bytes = PASSPHRASE, demonstration: bool = False
) -> History:
    """Found a home alone and give it a history, whose receipts are kept as NAME.old.json."""
    desk = Here(folder, "")
    write_files(folder, passphrase)
    asyncio.run(
        found(
            folder / "home", library, passphrase=passphrase, chain_id=2_023_000_001, clock=time.time,
            random_bytes=os.urandom, work_factor=2, demonstration=demonstration,
        )
    )  # fmt: skip
    first = desk.well("home", "register", "one.txt", *YEAR, "--json").lines[0]["resource_id"]
    ref = ("--client-ref", "甲-1")
    second = desk.well("home", "register", "three.txt", *ref, *YEAR, "--json").lines[0]["resource_id"]
    # content first, then metadata: by the kind of act they would be sent the other way round
    desk.well("home", "supersede", first, "two.txt", "--reason", "其他")
    desk.well("home", "amend", first, "--title", "新题名")
    desk.well("home", "units", "register", "u.jsonl", "--resource", second)
    desk.well("home", "receipt", second, "--unit", "u1", "-o", "unit.old.json")
    desk.well("home", "amend", second, "--title", "著录有误")
    desk.well("home", "withdraw", second, "--reason", "其他")
    folded = desk.well("home", "register", folder / "pages", "--replaces", second, *ref, *YEAR, "--json")
    third = folded.lines[0]["resource_id"]
    for receipt, (_, version) in RECEIPTS.items():
        desk.well("home", "receipt", first, "--version", str(version), "-o", f"{receipt}.old.json")
    desk.well("home", "receipt", third, "-o", "pages.old.json")
    return History(folder=folder, changed=first, withdrawn=second, replacing=third)


def write_files(folder: Path, passphrase: bytes) -> None:
    """Write what a desk has beside it."""
    (folder / "passphrase").write_bytes(passphrase + b"\n")
    for name in ("one", "two", "three", "four"):
        (folder / f"{name}.txt").write_text(f"{name}\n")
    (folder / "u.jsonl").write_text('{"unit_id": "u0", "level": "页"}\n{"unit_id": "u1", "level": "页"}\n')
    (folder / "pages").mkdir()
    (folder / "pages" / "1.txt").write_text("第一页")
    (folder / "pages" / "2.txt").write_text("第二页")


def keystores_of(desk: Desk, code: str) -> Path:
    """Give where the keys lie that the network admitted."""
    return desk.network / "institutions" / code / "keystores"


def killed(desk: Desk, code: str, step: str) -> None:
    """Move the home until it comes to a step, and see that the process was killed there."""
    script = Path(__file__).with_name("doomed_join.py")
    words = (
        desk.folder / "home", desk.url, desk.network / "anchor.json", keystores_of(desk, code),
        desk.folder / "passphrase", step,
    )  # fmt: skip
    died = subprocess.run(
        [sys.executable, str(script), *map(str, words)], env=desk.environment, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert died.returncode == -signal.SIGKILL, (step, died.stderr)


def assert_moved(desk: Here, history: History) -> None:
    """See that old and new receipts hold by the home's anchor, both times are shown, and audit finds nothing."""
    anchor = desk.folder / "home" / "anchor.json"
    assert not (desk.folder / "home" / "joining.json").exists()
    for receipt, (_, version) in RECEIPTS.items():
        desk.well("home", "receipt", history.changed, "--version", str(version), "-o", f"{receipt}.new.json")
    desk.well("home", "receipt", history.replacing, "-o", "pages.new.json")
    desk.well("home", "receipt", history.withdrawn, "--unit", "u1", "-o", "unit.new.json")
    pieces = {name: desk.folder / file for name, (file, _) in RECEIPTS.items()} | {"pages": desk.folder / "pages"}
    for receipt, piece in pieces.items():
        for age in ("old", "new"):
            ran = desk.well("nowhere", "verify", piece, f"{receipt}.{age}.json", "--anchor", anchor, "--json")
            assert ran.lines[0]["answer"] == "yes"
    shown = desk.well("home", "show", history.changed, "--json").lines[0]
    final = [
        (event["event"], event.get("chain"), event["version"])
        for event in shown["events"]
        if event["event"] in ("registered", "superseded", "amended")
    ]
    made = [("registered", 1), ("superseded", 2), ("amended", 3)]
    assert final == [(act, chain, version) for chain in ("earlier", None) for act, version in made]
    assert shown["version"] == 3
    shown = desk.well("home", "show", history.withdrawn, "--json").lines[0]
    assert (shown["status"], shown["units"]) == ("withdrawn", 2)
    ran = desk.run("home", "audit", "--json")
    assert (ran.code, ran.lines[-1]["summary"]["findings"]) == (0, 0), ran.out


def copied(history: History, folder: Path) -> History:
    """Give a copy of a home, its watermark included, at another desk."""
    shutil.copytree(history.folder, folder, dirs_exist_ok=True)
    return History(
        folder=folder, changed=history.changed, withdrawn=history.withdrawn, replacing=history.replacing
    )


def summary(ran: Ran) -> dict[str, object]:
    """Give the totals of a command's --json."""
    found: dict[str, object] = json.loads(ran.out.splitlines()[-1])["summary"]
    return found


