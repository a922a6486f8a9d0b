"""What is acknowledged is durable: the kernel's own record of a process, read by strace, shows every sync before it."""

from __future__ import annotations

import functools
import itertools
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from fault_place import Place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CALLS = "fsync,fdatasync,syncfs,write,writev,pwrite64,sendto,sendmsg,rename,renameat,renameat2"
LINE = re.compile(r"(?P<thread>\d+) +(?P<call>\w+)\((?P<rest>.*)")
RESUMED = re.compile(r"(?P<thread>\d+) +<\.\.\. (?P<call>\w+) resumed>(?P<rest>.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A system call as strace wrote it; it stands where it ended, and a write where it began."""

    name: str
    text: str

    @property
    def is_sync(self) -> bool:
        return self.name in ("fsync", "fdatasync", "syncfs") and self.text.endswith(" = 0")

    def syncs(self, path: Path) -> bool:
        return self.is_sync and f"<{path}>" in self.text

    @property
    def is_acknowledgement(self) -> bool:
        return self.name in ("write", "writev") and self.text.startswith("1<") and "status" in self.text


@functools.cache
def trouble() -> str:
    """Say why strace cannot be used here, or nothing when it can."""
    if shutil.which("strace") is None:
        return "strace is missing; install it with: apt-get install strace"
    done = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"strace is not permitted here: {done.stderr.strip()[:200]}"


def trace(place: Place, command: Sequence[str | Path]) -> list[Call]:
    """Run a command under strace and give its calls in the order in which syncs ended and writes began."""
    if why := trouble():
        pytest.skip(why)
    record = place.folder / "strace.txt"
    strace = ["strace", "-f", "-y", "-s", "4096", "-e", "signal=none", "-e", f"trace={CALLS}", "-o", str(record)]
    done = subprocess.run(
        [*strace, *command], env=place.environment, cwd=place.folder, capture_output=True, text=True, timeout=180,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return read(record.read_text(errors="replace"))


def read(record: str) -> list[Call]:
    """Read what strace wrote, putting together the calls of a thread that another thread's interrupted."""
    calls: list[Call] = []
    begun: dict[str, str] = {}
    for line in record.splitlines():
        if (end := RESUMED.match(line)) is not None:
            if end["call"] not in ("write", "writev"):
                calls.append(Call(name=end["call"], text=begun.pop(end["thread"], "") + end["rest"]))
        elif (whole := LINE.match(line)) is not None:
            text = whole["rest"].removesuffix(" <unfinished ...>")
            if text == whole["rest"] or whole["call"] in ("write", "writev"):
                calls.append(Call(name=whole["call"], text=text))
            else:
                begun[whole["thread"]] = text
    return calls


def acknowledgement_places(calls: list[Call]) -> list[int]:
    return [place for place, call in enumerate(calls) if call.is_acknowledgement]


def last(calls: list[Call], path: Path) -> int:
    """Give the place of the last sync of a file or of the file system that a folder stands for."""
    places = [place for place, call in enumerate(calls) if call.syncs(path)]
    assert places, f"{path} is never synced: {[call.text for call in calls if call.is_sync]}"
    return places[-1]


def assert_in_order(place: Place, calls: list[Call]) -> int:
    """See the write path's order in the syncs, and give the place of the first acknowledgement."""
    home = place.home
    first = acknowledgement_places(calls)[0]
    before = calls[:first]
    stored = last(before, home / "storage")
    sealed = last(before, home / "chain.db-wal")
    confirmed = last(before, home / "journal.db-wal")
    assert calls[stored].name == "syncfs"
    assert any(call.syncs(home / "journal.db-wal") for call in calls[stored:sealed]), "stored and signed, then sealed"
    assert any(call.syncs(home / "blocks.db-wal") for call in calls[stored:sealed])
    proofs = [at for at, call in enumerate(before) if call.is_sync and f"<{home / 'proofs'}" in call.text]
    assert stored < sealed < proofs[0] <= proofs[-1] < confirmed < first
    return first


def test_registering_acknowledges_what_is_durable(place: Place) -> None:
    calls = trace(place, place.command("register", "one.txt", "scans", "--json"))
    assert_in_order(place, calls)
    assert len(acknowledgement_places(calls)) == 2
    for lost in ("storage>", "journal.db-wal>", "blocks.db-wal>", "chain.db-wal>", "proofs"):
        with pytest.raises((AssertionError, IndexError)):
            assert_in_order(place, [call for call in calls if not (call.is_sync and f"/home/{lost}" in call.text)])


def test_registering_units_acknowledges_what_is_durable(place: Place) -> None:
    calls = trace(place, place.command("units", "register", "units.jsonl", "--batch", "20", "--json"))
    assert_in_order(place, calls)
    places = acknowledgement_places(calls)
    assert len(places) == 3
    for earlier, later in itertools.pairwise(places):
        assert any(call.syncs(place.home / "journal.db-wal") for call in calls[earlier:later])


def test_the_watermark_is_durable_before_the_header(place: Place) -> None:
    calls = trace(place, place.command("register", "one.txt", "--json"))
    before = calls[: acknowledgement_places(calls)[0]]
    header = last(before, place.home / "chain.db-wal")
    executed = max(at for at, call in enumerate(before) if call.syncs(place.home / "journal.db-wal") and at < header)
    marks = [at for at, call in enumerate(before) if call.is_sync and "/watermark-" in call.text]
    assert any(executed < mark < header for mark in marks)


def test_founding_says_that_it_is_done_when_it_is_durable(tmp_path: Path) -> None:
    place = Place(tmp_path)
    (tmp_path / "passphrase").write_text("a passphrase for tests\n")
    who = ("--name", "某图书馆", "--code", "14000001", "--credit-code", "12140000DEM000001M", "--region", "140000")
    calls = trace(place, place.command("init", *who, "--json"))
    said = next(at for at, call in enumerate(calls) if call.name == "write" and call.text.startswith("1<"))
    goal = f'"{place.home}"'
    renamed = max(at for at, call in enumerate(calls) if call.name.startswith("rename") and goal in call.text)
    synced = [call.text for call in calls[:renamed] if call.is_sync]
    for name in ("chain.db", "journal.db", "blocks.db", "home.json", "anchor.json", "zhicang.toml",
                 "key-recovery-sheet.txt", "keystores/registrar.json", "keystores/validator.json",
                 "keystores/governor.json"):  # fmt: skip
        assert any(f"/{name}" in text for text in synced), f"{name} is not synced before the home is there"
    assert any(call.syncs(tmp_path) for call in calls[renamed:said]), "the home's own name is not synced"
