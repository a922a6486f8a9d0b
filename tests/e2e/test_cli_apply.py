"""A whole delivery from its Excel template to registered, audited and proven resources, killed on the way."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
import zipfile
from typing import TYPE_CHECKING, Any

import bagit
import pymarc
import pytest
from openpyxl import load_workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Desk, Office, Ran

PATIENCE = 120.0
GOOD, BAD = 30, 2


def fill_in(desk: Desk, *, mended: bool) -> None:
    """Fill in the template: a newspaper with a year and its issues, single sheets, and two bad rows."""
    book = load_workbook(desk.folder / "清单.xlsx")
    heads = [cell.value for cell in book["清单"][1]]
    rows: list[dict[str, Any]] = []
    for issue in range(1, 13):
        name = f"报/1940/{issue}"
        row = {"路径": name, "题名": f"第 {issue} 期", "类型": "报纸", "自有编号": f"P-{issue}"}
        rows.append(row | {"上级登记号": "Y-1940", "卷册序": f"1940-{issue}"})
        for page in (1, 2):
            desk.write(f"交付/{name}/{page}.txt", f"第 {issue} 期第 {page} 版\n" * 50)
    rows.append({"路径": "报/1940年目录.txt", "题名": "1940 年", "自有编号": "Y-1940", "上级登记号": "NEWS"})
    rows.append({"路径": "报/刊名.txt", "题名": "抗战日报", "自有编号": "NEWS"})
    rows += [{"路径": f"单页/{n}.txt", "题名": f"单页 {n}"} for n in range(1, GOOD - len(rows) + 1)]
    for row in rows:
        if row["路径"].endswith(".txt"):
            desk.write(f"交付/{row['路径']}", f"{row['题名']}\n")
    desk.write("交付/坏/1.txt", "类型写错\n")
    rows.append({"路径": "坏/1.txt", "题名": "坏一", "类型": "图书" if mended else "羊皮卷"})
    rows.append({"路径": "坏/2.txt", "题名": "坏二"})
    if mended:
        desk.write("交付/坏/2.txt", "后来补交的\n")
    for row in rows:
        row |= {"权利": "公有领域", "公开级别": "公开", "年度": "2023"}
        book["清单"].append([row.get(head) for head in heads])
    book.save(desk.folder / "交付" / "清单.xlsx")


def kill_when(desk: Desk, seen: Callable[[Path], bool], *arguments: str) -> None:
    """Start a command and kill it when something is seen; ``seen`` gets the file that its output goes to."""
    printed = desk.folder / "printed"
    with printed.open("wb") as stream:
        process = subprocess.Popen(
            desk.command(*arguments), cwd=desk.folder, env=desk.environment(), stdin=subprocess.DEVNULL,
            stdout=stream, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    deadline = time.monotonic() + PATIENCE
    while not seen(printed):
        assert time.monotonic() < deadline
        assert process.poll() is None, "it ended before that was seen"
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()


def registered(ran: Ran) -> list[dict[str, Any]]:
    return [each for each in ran.results if each.get("status") == "registered"]


def test_a_delivery_is_checked_mended_applied_killed_and_applied_again(desk: Desk) -> None:
    desk.well("import", "template", "-o", "清单.xlsx")
    (desk.folder / "交付").mkdir()
    fill_in(desk, mended=False)
    assert desk.run("import", "check", "交付").code == 2
    command = ("import", "apply", "交付", "--lot", "第一批", "--json")
    staging, storage, proofs = (desk.home / name for name in ("staging", "storage", "proofs"))
    kept = len(list(proofs.rglob("*.json")))
    kill_when(desk, lambda _: any(staging.iterdir()), *command)
    kill_when(desk, lambda _: any(storage.rglob("payload")), *command)
    kill_when(desk, lambda _: len(list(proofs.rglob("*.json"))) > kept, *command)
    kill_when(desk, lambda printed: printed.read_bytes().count(b'"registered"') > 2, *command)
    first = desk.run(*command)
    assert first.code == 2, first.said
    assert (first.summary["held_back"], first.summary["refused"]) == (BAD, 0)
    assert first.summary["registered"] + first.summary["known"] == GOOD
    fill_in(desk, mended=True)
    second = desk.well(*command)
    assert (second.summary["registered"], second.summary["known"]) == (BAD, GOOD)
    listed = desk.listed()
    assert len(listed) == GOOD + BAD
    assert len({(each["sha256"], each["title"]) for each in listed}) == GOOD + BAD
    by_ref = {each["client_ref"]: each["resource_id"] for each in listed if each["client_ref"]}
    issue = desk.well("show", by_ref["P-3"], "--json").results[0]["metadata"]
    year = desk.well("show", by_ref["Y-1940"], "--json").results[0]["metadata"]
    assert (issue["part_of"], issue["part_order"]) == (by_ref["Y-1940"], [1940, 3])
    assert year["part_of"] == by_ref["NEWS"]
    desk.nothing_half_done()
    desk.well("receipt", by_ref["P-3"], "-o", "r.json")
    desk.well("anchor", "export", "-o", "anchor.json")
    desk.well("verify", "交付/报/1940/3", "r.json", "--anchor", "anchor.json")
    written = (desk.folder / "登记清单-第一批/登记清单.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in written.splitlines()]
    assert {line["resource_id"] for line in lines} == {each["resource_id"] for each in listed}
    assert all(line["tx_hash"] and line["height"] and line["header_time"] and line["cid"] for line in lines)
    page = (desk.folder / "登记清单-第一批/登记清单.html").read_text("utf-8")
    assert "32 件,44 个文件" in page
    desk.well("lot", "add", "第一批", "--contract", "HT-2023-017", "--delivered", "2023-09-18")
    none = desk.run("import", "report", "第二批", "--json")
    assert none.code == 2
    (told,) = none.errors
    assert "没有批次“第二批”,也没有从这里导入过" in str(told)
    english = desk.run("import", "report", "第二批", "--lang", "en")
    assert "there is no lot '第二批', and nothing came from there" in english.err
    again = desk.well("import", "report", "第一批", "-o", "再出", "--json")
    assert again.summary["resources"] == GOOD + BAD
    assert "HT-2023-017" in (desk.folder / "再出/登记清单.html").read_text("utf-8")


def test_what_does_not_open_is_held_back_unless_nothing_is_opened(desk: Desk) -> None:
    desk.write("交付/好.txt", "好")
    desk.write("交付/坏.jpg", "not an image")
    desk.write("交付/清单.csv", "路径,题名,权利,年度\n好.txt,好,公有领域,2023\n坏.jpg,坏,公有领域,2023\n")
    held = desk.run("import", "apply", "交付", "--json")
    assert held.code == 2
    assert [each["source"].rpartition("/")[2] for each in registered(held)] == ["好.txt"]
    assert held.summary["held_back"] == 1
    desk.well("import", "apply", "交付", "--no-decode", "--json")


def test_under_two_persons_it_stops_for_review_and_the_same_command_finishes(office: Office) -> None:
    office.write("交付/清单.csv", "路径,题名,自有编号,上级登记号\n上.txt,上,A,\n下.txt,下,B,A\n")
    office.write("交付/上.txt", "上")
    office.write("交付/下.txt", "下")
    command = ("import", "apply", "交付", "--json", "--period", "2023")
    waiting = office.well(*command)
    assert (waiting.summary["review"], waiting.summary["registered"]) == (2, 0)
    assert office.well(*command).summary["review"] == 2
    assert office.approve("--all").code == 0
    done = office.well(*command)
    assert (done.summary["review"], done.summary["registered"]) == (0, 2)
    assert {each["status"] for each in office.listed()} == {"registered"}
    assert office.well(*command).summary["known"] == 2


@pytest.mark.parametrize("form", ["zip", "bag", "jsonl", "cnmarc"])
def test_other_forms_of_delivery_are_applied_too(form: str, desk: Desk) -> None:
    for name in ("书/1.txt", "书/2.txt", "页.txt"):
        desk.write(f"交付/{name}", f"{form} {name}")
    source = desk.folder / "交付"
    listed = "路径,题名,自有编号\n书,一部书,B-1\n页.txt,一页,B-2\n"
    if form == "jsonl":
        rows = (
            {"path": "书", "title": "一部书", "client_ref": "B-1"},
            {"path": "页.txt", "title": "一页", "client_ref": "B-2"},
        )
        desk.write("交付/清单.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    elif form == "cnmarc":
        desk.write("交付/著录.iso", marc(("书", "一部书", "B-1"), ("页.txt", "一页", "B-2")))
    else:
        desk.write("交付/清单.csv", listed)
    if form == "bag":
        bagit.make_bag(str(source), checksums=["sha256"])
    if form == "zip":
        source = desk.folder / "交付.zip"
        with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted((desk.folder / "交付").rglob("*.*")):
                archive.write(path, path.relative_to(desk.folder).as_posix())
        shutil.rmtree(desk.folder / "交付")
    ran = desk.well("import", "apply", source, "--json")
    assert {(each["client_ref"], each["kind"], each["files"]) for each in registered(ran)} == {
        ("B-1", "tree", 2), ("B-2", "file", 1),
    }  # fmt: skip
    assert desk.well("import", "apply", source, "--json").summary["known"] == 2
    assert not list((desk.home / "staging").iterdir())


def marc(*records: tuple[str, str, str]) -> bytes:
    data = b""
    for path, title, reference in records:
        record = pymarc.Record(force_utf8=True)
        record.add_field(pymarc.Field(tag="001", data=reference))
        for tag, code, value in (("200", "a", title), ("856", "f", path)):
            record.add_field(
                pymarc.Field(tag=tag, indicators=pymarc.Indicators("1", " "), subfields=[pymarc.Subfield(code, value)])
            )
        data += record.as_marc()
    return data
