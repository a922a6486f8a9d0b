"""`replay` as an auditor types it: over the node's own JSON-RPC with his anchor, or on a home's chain."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Desk, Library

PATIENCE = 30


@pytest.fixture
def audited(library: Library, tmp_path: Path) -> Desk:
    """A copy of the library's home, to serve and to damage."""
    shutil.copytree(library.desk.home, tmp_path / library.desk.home.name)
    return type(library.desk)(tmp_path)


@pytest.fixture
def anchor(library: Library) -> str:
    return str(library.desk.folder / "anchor.json")


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """Run `serve` on a free port; give its URL."""
    command = desk.command("serve", "--port", "0", "--json")
    server = subprocess.Popen(
        command, cwd=desk.folder, env=desk.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield json.loads(server.stdout.readline())["rpc"]  # type: ignore[union-attr]
    finally:
        server.terminate()
        server.communicate(timeout=PATIENCE)


def test_over_json_rpc_with_the_auditors_anchor(audited: Desk, anchor: str) -> None:
    with served(audited) as url:
        first = audited.well("replay", "--rpc", url, "--anchor", anchor, "--json")
        again = audited.well("replay", "--rpc", f"http://127.0.0.1:1/,{url}", "--anchor", anchor, "--json")
        refused = audited.run("replay", "--rpc", url, "--json")
    assert first.summary == again.summary == {"yes": 1}
    report = first.results[0]
    assert report["acts"]["Registered"] == 2
    assert report["transactions"] == report["height"] > 2
    assert len(report["validators"]) == 1
    assert {**again.results[0], "seconds": 0} == {**report, "seconds": 0}
    assert "127.0.0.1:1" in again.err
    assert (refused.code, refused.errors[0]["code"]) == (2, "missing-anchor")


def test_on_a_home_a_person_reads_what_was_found(audited: Desk) -> None:
    chinese = audited.well("replay", "--state", "进度.db").out
    for word in ("重放到高度", "区块头哈希 0x", "状态根相符", "验证节点 1 个", "Registered 2", "登记合约", "指纹"):
        assert word in chinese
    english = audited.well("replay", "--state", "进度.db", "--lang", "en").out
    for word in ("replayed to height", "state root equal", "1 validators", "Registered 2", "its code is the anchor's"):
        assert word in english
    assert (audited.folder / "进度.db").exists()


def test_other_rules_have_a_state_file_of_their_own(audited: Desk, anchor: str) -> None:
    for options in ((), ("--every-seal",), ("--engine", "goquorum"), ()):
        audited.well("replay", "--anchor", anchor, *options)
    files = [path.name for path in (audited.folder / "state" / "zhicang").glob("replay-*.db")]
    assert len(files) == 3


def test_a_difference_is_named_and_ends_with_1(audited: Desk, anchor: str) -> None:
    with sqlite3.connect(audited.home / "chain.db") as chain:
        chain.execute("DELETE FROM transactions WHERE height = 2")
    chain.close()
    ran = audited.run("replay", "--anchor", anchor, "--json")
    assert (ran.code, ran.summary) == (1, {"no": 1})
    assert ran.errors[0]["code"] == "replay-difference"
    found = ran.results[0]["difference"]
    assert (found["height"], found["field"], found["sealed"]) == (2, "transactionsRoot", False)
    said = audited.run("replay", "--anchor", anchor)
    assert "高度 2 的 transactionsRoot" in said.said


def test_what_cannot_be_done_is_3_and_what_makes_no_sense_2(audited: Desk, anchor: str) -> None:
    gone = audited.run("replay", "--rpc", "http://127.0.0.1:1/", "--anchor", anchor, "--json")
    assert (gone.code, gone.summary) == (3, {"not_available": 1})
    for words in (("--epoch", "0"), ("--period", "-1"), ("--fingerprint", "ab"), ("--rpc", "file:///x")):
        assert audited.run("replay", "--anchor", anchor, *words).code == 2, words
    mixed = audited.run("replay", "--anchor", anchor, "--state", audited.write("别的.db", "x" * 5000), "--json")
    assert (mixed.code, mixed.errors[0]["file"]) == (2, str(audited.folder / "别的.db"))
