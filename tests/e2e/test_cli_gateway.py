"""The gateway as a stranger sees it: what is open and what is not, a change that counts at once, its processes."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cbor2
import pytest

from storage.car import car_header, car_section
from storage.cid import DAG_CBOR, DAG_PB, RAW, Cid
from storage.unixfs import FileTree, Link, encode_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@contextmanager
def serving(desk: Desk) -> Iterator[dict[str, Any]]:
    """Run `serve` with a gateway; give where it is, and see that it ends well."""
    process = subprocess.Popen(
        desk.command("serve", "--port", "0", "--gateway", "127.0.0.1:0", "--json"), cwd=desk.folder,
        env=desk.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 0, told


def test_what_is_open_is_served_and_nothing_else(desk: Desk) -> None:
    desk.write("open/page.txt", "an open page")
    desk.write("open/blank.txt", "blank")
    desk.write("closed/page.txt", "a closed page")
    desk.write("closed/blank.txt", "blank")
    opened = desk.well("register", "open", "--set", "access=open", "--json").results[0]
    closed = desk.well("register", "closed", "--json").results[0]
    frozen = desk.well("register", desk.write("frozen.txt", "soon frozen"), "--set", "access=open", "--json").results[0]
    cids = {each["resource_id"]: each["cid"] for each in desk.listed()}
    assert desk.run("serve", "--gateway", "nowhere").code == 2
    with serving(desk) as where:
        gateway = where["gateway"]
        root = f"{gateway}/ipfs/{cids[opened['resource_id']]}"
        assert fetch(f"{root}/page.txt") == (200, b"an open page")
        assert fetch(f"{gateway}/ipfs/{cids[frozen['resource_id']]}") == (200, b"soon frozen")
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
        desk.well("govern", "freeze", frozen["resource_id"])
        deadline = time.monotonic() + 60
        while fetch(f"{gateway}/ipfs/{cids[frozen['resource_id']]}") != nowhere:
            assert time.monotonic() < deadline, "what governors froze is still given out"
            time.sleep(0.2)
        desk.well("amend", opened["resource_id"], "--set", "access=closed")
        assert fetch(f"{root}/page.txt") == nowhere
        gone = children_of(where["pid"])
    assert not any(Path(f"/proc/{each}").exists() for each in gone)


def foreign(codec: int, data: bytes) -> tuple[Cid, bytes]:
    return Cid(codec, hashlib.sha256(data).digest()), data


def linked(cid: Cid) -> cbor2.CBORTag:
    return cbor2.CBORTag(42, b"\0" + cid.binary)


def test_foreign_dags_are_served_beside_our_own_and_open_nothing_of_ours(desk: Desk) -> None:
    desk.write("closed/page.txt", "a closed page")
    desk.well("register", "closed")
    page, single = foreign(RAW, b"a closed page"), foreign(RAW, b"single")
    leaves = [foreign(RAW, bytes([number]) * 4000) for number in range(3)]
    nodes: list[tuple[Cid, bytes]] = []
    tree = FileTree(lambda digest, data: nodes.append((Cid(DAG_PB, digest), data)))
    for cid, data in leaves:
        tree.add(cid.digest, len(data))
    multi = tree.finish()
    folder = foreign(DAG_PB, encode_folder([Link("multi", multi.cid, 1), Link("page", page[0], 1)]))
    root = foreign(DAG_CBOR, cbor2.dumps({"files": {"single": linked(single[0]), "folder": linked(folder[0])}}))
    blocks = [root, single, folder, *nodes, leaves[0], leaves[2], page]
    car = desk.folder / "foreign.car"
    car.write_bytes(car_header(root[0], single[0]) + b"".join(car_section(*block) for block in blocks))
    with serving(desk) as where:
        ipfs = where["gateway"] + "/ipfs/"
        nowhere = fetch(f"{ipfs}{root[0]}?format=raw")
        assert nowhere[0] == 404
        kept = desk.well("import", "car", "foreign.car", "--keep", "--json").results
        assert kept == desk.well("import", "car", "foreign.car", "--keep", "--json").results
        assert (kept[0]["blocks"], kept[0]["missing"], len(kept[0]["roots"])) == (len(blocks), 1, 2)
        assert desk.well("import", "car", "--kept", "--json").results == kept
        assert fetch(f"{ipfs}{root[0]}?format=raw") == (200, root[1])
        assert fetch(f"{ipfs}{single[0]}?format=raw") == (200, b"single")
        assert fetch(f"{ipfs}{root[0]}/files/single") == (200, b"single")
        assert fetch(f"{ipfs}{root[0]}/files/folder/multi?format=car&dag-scope=entity&entity-bytes=0:3999")[0] == 200
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            fetch(f"{ipfs}{root[0]}/files/folder/multi?format=car")
        assert fetch(f"{ipfs}{leaves[1][0]}?format=raw") == nowhere
        for asked in (page[0], Cid(DAG_CBOR, page[0].digest), Cid(DAG_PB, page[0].digest)):
            for form in ("raw", "car"):
                assert fetch(f"{ipfs}{asked}?format={form}") == nowhere
        assert fetch(f"{ipfs}{root[0]}/files/folder/page") == nowhere
        desk.well("import", "car", "--drop", kept[0]["kept"])
        assert fetch(f"{ipfs}{single[0]}?format=raw") == nowhere
    assert [each.name for each in (desk.home / "cars").iterdir() if each.suffix == ".car"] == []
    assert desk.run("import", "car", "--drop", kept[0]["kept"]).code == 2
    assert desk.run("import", "car", "foreign.car", "--keep", "-o", "out").code == 2
