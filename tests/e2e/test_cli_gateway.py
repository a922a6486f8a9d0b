"""The gateway as a stranger sees it: what is open and what is not, a change that counts at once, its processes."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Desk


def fetch(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def children_of(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_what_is_open_is_served_and_nothing_else(desk: Desk) -> None:
    desk.write("open/page.txt", "an open page")
    desk.write("open/blank.txt", "blank")
    desk.write("closed/page.txt", "a closed page")
    desk.write("closed/blank.txt", "blank")
    opened = desk.well("register", "open", "--set", "access=open", "--json").results[0]
    closed = desk.well("register", "closed", "--json").results[0]
    cids = {each["resource_id"]: each["cid"] for each in desk.listed()}
    assert desk.run("serve", "--gateway", "nowhere").code == 2
    process = subprocess.Popen(
        desk.command("serve", "--port", "0", "--gateway", "127.0.0.1:0", "--json"), cwd=desk.folder,
        env=desk.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        where = json.loads(process.stdout.readline())
        gateway = where["gateway"]
        root = f"{gateway}/ipfs/{cids[opened['resource_id']]}"
        assert fetch(f"{root}/page.txt") == (200, b"an open page")
        blank = "f01551220" + hashlib.sha256(b"blank").hexdigest()
        assert fetch(f"{gateway}/ipfs/{blank}?format=raw") == (200, b"blank")
        hidden = "f01551220" + hashlib.sha256(b"a closed page").hexdigest()
        nowhere = fetch(f"{gateway}/ipfs/f01551220{'0' * 64}?format=raw")
        for below in (f"{hidden}?format=raw", cids[closed["resource_id"]], f"{cids[closed['resource_id']]}?format=car"):
            assert fetch(f"{gateway}/ipfs/{below}") == nowhere
        assert nowhere[0] == 404
        first = children_of(where["pid"])
        os.kill(first[0], signal.SIGKILL)
        deadline = time.monotonic() + 60
        while len(children_of(where["pid"])) < len(first) or first[0] in children_of(where["pid"]):
            assert time.monotonic() < deadline, "the process was not started anew"
            time.sleep(0.2)
        desk.well("amend", opened["resource_id"], "--set", "access=closed")
        assert fetch(f"{root}/page.txt") == nowhere
        gone = children_of(where["pid"])
    finally:
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert not any(Path(f"/proc/{each}").exists() for each in gone)
