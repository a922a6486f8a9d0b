"""Counting as a library and an expert would: two people, an accepted lot, a laptop with nothing but chain and lists."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Desk, Office

LOT = "2023-第一批"


def units(resource: str, *pages: int, tag: str = "晋绥边区", prefix: str = "p") -> str:
    lines = [
        {
            "resource_id": resource, "unit_id": f"{prefix}{page:04d}", "level": "页", "title": f"第{page}版",
            "selector": {"type": "FragmentSelector", "value": f"page={page}"}, "tags": [tag], "method": "人工",
        }
        for page in pages
    ]  # fmt: skip
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def approve_and_send(office: Office) -> None:
    assert office.approve("--all").code == 0
    assert office.well("send", "--json").summary["refused"] == 0


def counted(desk: Desk, *arguments: str | Path) -> dict[str, Any]:
    return desk.well("units", "count", "--json", *arguments).summary


def test_what_counts_is_reviewed_accepted_distinct_and_the_same_for_everybody(office: Office) -> None:
    for page in (1, 2):
        office.write(f"报/tif/{page:04d}.tif", f"tif {page}")
        office.write(f"报/jpg/{page:04d}.jpg", f"jpg {page}")
    resource = office.well("register", "报", "--period", "2023", "--json").results[0]["resource_id"]
    approve_and_send(office)
    office.write("标引.jsonl", units(resource, 1, 2) + units(resource, 2, tag="重复", prefix="again"))
    office.write("无标签.jsonl", units(resource, 3, tag="页"))
    for name in ("标引.jsonl", "无标签.jsonl"):
        office.well("units", "register", name, "--period", "2023", "--lot", LOT)
    assert counted(office)["on_chain"] == 0, "not approved, not sent"
    approve_and_send(office)
    before = counted(office)
    assert (before["on_chain"], before["accepted"], before["counted"]) == (4, 0, 0)
    assert before["excluded"] == {"untagged": 1, "lot": 3}
    office.write("验收单.txt", "合格")
    office.well("attest", f"lot:{LOT}", "--kind", "批次验收", "--verdict", "通过", "--file", "验收单.txt")
    now = counted(office, "--by", "level")
    assert (now["on_chain"], now["accepted"], now["counted"], now["labels"]) == (4, 4, 2, 2)
    assert now["excluded"] == {"untagged": 1, "same-place": 1}
    assert now["by"] == {"level": {"页": 2}}
    assert now["by_period"] == {"2023": 2}
    assert counted(office, "--as-of", str(before["as_of"])) == before
    text = office.well("units", "count", "--by", "lot")
    assert f"交付批次 {LOT}:2 条" in text.out
    assert "可计数 2 条" in text.out
    assert "不计 1 条:同一位置、同一层级已计一条" in text.out
    day = time.strftime("%Y-%m-%d", time.gmtime(now["time"] + 8 * 3600))
    assert counted(office, "--as-of", day, "--by", "level")["counted"] == 2
    assert office.run("units", "count", "--as-of", "1990-01-01").code == 3
    assert office.run("units", "count", "--as-of", "昨天").code == 2
    beyond = office.run("units", "count", "--as-of", "99999", "--json")
    assert (beyond.code, beyond.errors[0]["field"]) == (2, "as-of")
    assert office.run("list", "--after", "garbage").code == 2

    office.well("anchor", "export", "-o", "anchor.json")
    shutil.copytree(office.home / "storage", office.folder / "给专家的清单")
    expert = ("units", "recount", "--anchor", "anchor.json", "--json")
    with_server(office, lambda url: same_count(office, expert, url, now))


def same_count(office: Office, expert: tuple[str, ...], url: str, now: dict[str, Any]) -> None:
    nowhere = {"ZHICANG_HOME": str(office.folder / "no home here")}
    papers = ("--rpc", url, "--lists", "给专家的清单")
    again = office.well(*expert, *papers, "--by", "level", **nowhere).summary
    assert again == now
    for lists in (office.folder / "给专家的清单").rglob("units.jsonl"):
        lists.write_bytes(lists.read_bytes() + b"\n")
    ran = office.run(*expert, *papers, "--lang", "en", **nowhere)
    assert ran.code == 1
    assert "no unit list with the digest" in ran.errors[0]["message"]


def with_server(office: Office, use: Any) -> None:
    """Serve the home and use its endpoint."""
    settings = office.home / "zhicang.toml"
    text = settings.read_text(encoding="utf-8") if settings.exists() else ""
    settings.write_text("rpc_port = 0\n" + re.sub(r"(?m)^rpc_port.*\n", "", text), encoding="utf-8")
    environment = office.environment()
    process = subprocess.Popen(
        [str(part) for part in office.command("serve", "--json")], cwd=office.folder, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        seen = ""
        while not (match := re.search(r"http://127\.0\.0\.1:\d+", seen)):
            line = process.stdout.readline()
            assert line, seen
            seen += line
        use(match[0])
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.wait(30)
        process.stdout.close()  # type: ignore[union-attr]


def test_a_home_of_one_person_counts_nothing_because_nobody_reviewed(desk: Desk) -> None:
    desk.write("一.txt", "第一回\n")
    resource = desk.well("register", "一.txt", "--period", "2023", "--json").results[0]["resource_id"]
    desk.write("u.jsonl", units(resource, 1))
    desk.well("units", "register", "u.jsonl", "--lot", LOT, "--period", "2023")
    desk.write("验收单.txt", "合格")
    desk.well("attest", f"lot:{LOT}", "--kind", "批次验收", "--verdict", "通过", "--file", "验收单.txt")
    assert counted(desk)["excluded"] == {"unreviewed": 1}
    assert "the file to register was not named" in desk.run("units", "register", "--lang", "en").err
    assert desk.run("units", "recount").code == 2
