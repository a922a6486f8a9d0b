"""One process owns a home; readers need not; an older copy of a home signs nothing."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Place


def serve(place: Place) -> tuple[subprocess.Popen[str], dict[str, str]]:
    command = [sys.executable, "-m", "node.cli", "--home", str(place.home), "serve", "--port", "0", "--json"]
    process = subprocess.Popen(command, env=place.environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


def test_beside_serve_writers_end_at_once_and_readers_work(place: Place) -> None:
    assert place.run("register", "one.txt").returncode == 0
    process, said = serve(place)
    try:
        refused = place.run("register", "scans")
        assert refused.returncode == 3
        assert f"pid {process.pid}" in refused.stderr
        assert place.run("list").returncode == 0
        assert place.run("audit").returncode == 0
        with urllib.request.urlopen(said["health"], timeout=10) as answer:
            health = json.load(answer)
        assert (health["status"], health["institution"], health["height"]) == ("ok", "14000001", 3)
        call = {"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []}
        request = urllib.request.Request(
            said["rpc"], data=json.dumps(call).encode(), headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert json.load(answer)["result"] == "0x3"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        if process.stdout is not None:
            process.stdout.close()
    assert place.run("register", "scans").returncode == 0


def test_an_older_copy_that_is_put_back_signs_nothing(place: Place) -> None:
    assert place.run("register", "one.txt").returncode == 0
    shutil.copytree(place.home, place.folder / "copy")
    assert place.run("register", "scans").returncode == 0
    assert place.run("register", "again.txt").returncode == 0
    shutil.rmtree(place.home)
    (place.folder / "copy").rename(place.home)
    before = (place.home / "chain.db").read_bytes()
    refused = place.run("register", "scans")
    assert refused.returncode == 3, refused.stdout
    assert "older copy" in refused.stderr
    assert (place.home / "chain.db").read_bytes() == before


def test_a_wrong_passphrase_changes_nothing(place: Place) -> None:
    (place.folder / "passphrase").write_text("another passphrase\n")
    refused = place.run("register", "one.txt")
    assert refused.returncode == 3
    assert "wrong passphrase" in refused.stderr
    assert list((place.home / "staging").iterdir()) == []
