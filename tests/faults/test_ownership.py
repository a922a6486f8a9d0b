"""One process owns a home; readers need not; an older copy of a home signs nothing."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from fault_place import BOOK, acknowledgements
from judges import judge, numbers_on_chain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fault_place import Place

WRITERS = [("register", "one.txt"), ("units", "register", "units.jsonl"), ("serve", "--port", "0")]
READERS = [
    ("list",), ("show", BOOK), ("receipt", BOOK, "-o", "book.json"), ("anchor", "export", "-o", "anchor.json"),
    ("export", BOOK, "out"), ("audit",),
]  # fmt: skip


@contextmanager
def serving(place: Place) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """Serve until the end of the block, stop by SIGTERM, and see that this was a clean end."""
    process = place.start("serve", "--port", "0", "--json")
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        rest, trouble = process.communicate(timeout=120)
        assert process.returncode == 0, trouble
        assert json.loads(rest.splitlines()[-1]) == {"summary": {"stopped": True}}
        assert not (place.home / "socket").exists()
    finally:
        process.kill()
        process.communicate()


def ask(url: str, method: str) -> object:
    call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": []}
    request = urllib.request.Request(url, json.dumps(call).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)["result"]


def files(home: Path) -> dict[str, bytes]:
    """Give everything that a home says, less what SQLite and the lock make anew when it is only looked at."""
    passing = ("-wal", "-shm", "/lock")
    found = sorted(path for path in home.rglob("*") if path.is_file() and not str(path).endswith(passing))
    return {str(path.relative_to(home)): path.read_bytes() for path in found}


def test_beside_serve_nobody_else_owns_the_home_writers_are_served_and_readers_work(place: Place) -> None:
    with serving(place) as (process, where):
        for owner in (("serve", "--port", "0"), ("storage", "reindex")):
            began = time.monotonic()
            refused = place.run(*owner)
            assert refused.returncode == 3, refused.stdout
            assert f"pid {process.pid}" in refused.stderr
            assert time.monotonic() - began < 20, "it waited for the owner"
        for reader in READERS:
            done = place.run(*reader)
            assert done.returncode == 0, (reader, done.stdout, done.stderr)
        with urllib.request.urlopen(where["health"], timeout=120) as answer:
            health = json.load(answer)
        assert (health["status"], health["institution"], health["height"]) == ("ok", "14000001", 2)
        assert ask(where["rpc"], "eth_blockNumber") == "0x2"
        for writer in WRITERS[:2]:
            done = place.run(*writer)
            assert done.returncode == 0, (writer, done.stdout, done.stderr)
        assert ask(where["rpc"], "eth_blockNumber") == "0x4"
    verified = place.run("verify", "book.txt", "book.json", "--anchor", "anchor.json")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert (place.folder / "out" / "book.txt").read_bytes() == (place.folder / "book.txt").read_bytes()
    assert place.run("register", "scans").returncode == 0


def test_beside_a_register_that_stands_still_writers_end_at_once_and_readers_work(place: Place) -> None:
    """It is stopped where it shows most: its resource is stored and not yet on the chain."""
    process = subprocess.Popen(
        place.command("register", "one.txt", die_at="?stored"), env=place.environment, cwd=place.folder
    )
    try:
        while json.loads(place.run("list", "--json").stdout.splitlines()[-1])["summary"]["total"] < 2:
            assert process.poll() is None
        refused = place.run("register", "scans")
        assert refused.returncode == 3
        assert f"pid {process.pid}" in refused.stderr
        for reader in READERS[:3]:
            done = place.run(*reader)
            assert done.returncode == 0, (reader, done.stdout, done.stderr)
        process.send_signal(signal.SIGCONT)
        assert process.wait(timeout=120) == 0
    finally:
        process.kill()
        process.wait()
    assert len(numbers_on_chain(place.home)) == 2


def test_an_owner_that_was_killed_owns_nothing(place: Place) -> None:
    process = place.start("serve", "--port", "0", "--json")
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.communicate()
    done = place.run("register", "one.txt", "--json")
    assert done.returncode == 0, done.stdout
    judge(place.home, acknowledgements(done.stdout))


def test_an_older_copy_that_is_put_back_signs_nothing(place: Place) -> None:
    shutil.copytree(place.home, place.folder / "copy")
    newer = place.folder / "newer"
    acknowledged = acknowledgements(place.run("register", "scans", "one.txt", "--json").stdout)
    place.home.rename(newer)
    (place.folder / "copy").rename(place.home)
    before = files(place.home)
    for writer in WRITERS:
        refused = place.run(*writer)
        assert refused.returncode == 3, (writer, refused.stdout)
        assert "older copy" in refused.stderr
    assert files(place.home) == before
    assert place.run("show", BOOK).returncode == 0
    shutil.rmtree(place.home)
    newer.rename(place.home)
    done = place.run("register", "again.txt", "--json")
    assert done.returncode == 0, done.stdout
    assert len(acknowledged) == 2
    judge(place.home, acknowledged + acknowledgements(done.stdout))


@pytest.mark.parametrize("writer", WRITERS, ids=lambda words: words[0])
def test_a_wrong_passphrase_changes_nothing(place: Place, writer: tuple[str, ...]) -> None:
    (place.folder / "passphrase").write_text("another passphrase\n")
    before = files(place.home)
    refused = place.run(*writer)
    assert refused.returncode == 3
    assert "wrong passphrase" in refused.stderr
    assert files(place.home) == before
