"""Two people as strangers would work: a registrar's home, a reviewer with a key of their own, files that travel."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Office

def test_what_is_registered_waits_and_goes_when_it_was_approved(office: Office) -> None:
    office.write("一.txt", "第一回\n")
    ran = office.well("register", "一.txt", "--period", "2023", "--json")
    number = ran.results[0]["resource_id"]
    assert ran.results[0]["status"] == "review"
    assert ran.summary == {"registered": 0, "known": 0, "refused": 0, "review": 1, "next": "zhicang approve --all"}
    assert office.well("send", "--json").summary == {"approvals": 0, "sent": 0, "refused": 0, "review": 1}

    approved = office.approve("--all")
    assert approved.code == 0, approved.said
    assert approved.results[0]["title"] == "一.txt"
    assert office.shown(number)["status"] == "approved"
    sent = office.well("send", "--json")
    assert sent.results[0]["status"] == "registered"
    shown = office.shown(number)
    assert shown["status"] == "registered"
    assert [event["event"] for event in shown["events"]] == ["stored", "approved", "sent", "registered"]
    assert shown["events"][-1]["reviewer"] == approved.results[0]["reviewer"]
    again = office.well("register", "一.txt", "--period", "2023", "--json")
    assert again.summary == {"registered": 0, "known": 1, "refused": 0}
    office.nothing_half_done()


def test_request_and_approvals_travel_between_two_machines(office: Office) -> None:
    for name in ("甲.txt", "乙.txt"):
        office.write(f"稿/{name}", name)
    drafts = office.well("draft", "稿", "--each", "--period", "2023", "--json")
    assert [line["status"] for line in drafts.results] == ["draft", "draft"]
    request, approvals = office.folder / "送审单.json", office.reviewer / "批准.json"
    office.well("submit", "--all", "-o", request)
    ran = office.approve_elsewhere(request, approvals)
    assert ran.code == 0, ran.said
    assert [line["title"] for line in ran.results] == ["乙.txt", "甲.txt"]
    sent = office.well("send", approvals, "--json")
    assert sent.summary == {"approvals": 2, "sent": 2, "refused": 0, "review": 0}
    office.nothing_half_done()


def test_an_edit_after_the_approval_voids_it(office: Office) -> None:
    file = office.write("文.txt", "文\n")
    office.well("draft", file, "--client-ref", "R-1", "--period", "2023", "--title", "旧题名")
    office.well("submit", "--all", "-o", "r.json")
    assert office.approve_elsewhere(office.folder / "r.json", office.folder / "a.json").code == 0
    office.well("draft", file, "--client-ref", "R-1", "--period", "2023", "--title", "新题名")
    office.well("submit", "--all")
    ran = office.run("send", "a.json", "--json")
    assert ran.code == 2
    assert ran.summary == {"approvals": 0, "sent": 0, "refused": 1, "review": 1}
    assert "edited" in office.run("send", "a.json", "--lang", "en").err
    assert office.approve("--all").code == 0
    office.well("draft", file, "--client-ref", "R-1", "--period", "2023", "--title", "又一题名")
    resource = office.listed()[0]
    assert (resource["title"], resource["status"]) == ("又一题名", "draft")
    assert office.well("send", "--json").summary["sent"] == 0
    office.well("audit", "--json")


def test_a_reviewer_of_nobody_is_refused(office: Office) -> None:
    office.write("文.txt", "文\n")
    office.well("register", "文.txt", "--period", "2023")
    stranger = office.folder / "stranger.json"
    office.well("keys", "new", "reviewer", "-o", stranger)
    ran = office.well("approve", "--all", "--keystore", stranger, "--json")
    assert ran.summary["approved"] == 1
    assert "没有核对" in ran.err
    sent = office.run("send", "--json")
    assert sent.code == 2
    assert sent.summary == {"approvals": 0, "sent": 0, "refused": 1, "review": 1}
    registrar = office.home / "keystores" / "registrar.json"
    own = office.run("approve", "--all", "--keystore", registrar, "--json")
    assert own.code == 2
    assert own.errors[0]["field"] == "keystore"
    office.well("submit", "--all", "-o", "r.json")
    elsewhere = office.run("approve", "r.json", "-o", "a.json", "--keystore", registrar)
    assert (elsewhere.code, "登记员的密钥" in elsewhere.err) == (2, True)
    assert not (office.folder / "a.json").exists()


def test_what_is_returned_is_mended_and_submitted_again(office: Office) -> None:
    file = office.write("文.txt", "文\n")
    ran = office.well("register", file, "--client-ref", "R-2", "--period", "2023", "--json")
    number = ran.results[0]["resource_id"]
    office.well("return", number, "--because", "题名不规范")
    assert "题名不规范" in office.well("show", number).out
    assert office.approve(number).code == 2
    miscopied = office.approve(number[:-1] + ("A" if number[-1] != "A" else "B"))
    assert (miscopied.code, "校验字符不符" in miscopied.errors[0]["message"]) == (2, True)
    office.well("draft", file, "--client-ref", "R-2", "--period", "2023", "--title", "规范题名")
    office.well("submit", number)
    assert office.approve(number).code == 0
    office.well("send")
    shown = office.shown(number)
    assert (shown["status"], shown["metadata"]["title"]) == ("registered", "规范题名")
    story = ["stored", "returned", "draft", "submitted", "approved", "sent", "registered"]
    assert [event["event"] for event in shown["events"]] == story
    office.nothing_half_done()


def test_every_later_act_asks_the_second_person_too(office: Office) -> None:
    file = office.write("文.txt", "文\n")
    ran = office.well("register", file, "--client-ref", "R-3", "--period", "2023", "--json")
    number = ran.results[0]["resource_id"]
    assert office.approve("--all").code == 0
    office.well("send")

    amended = office.well("amend", number, "--title", "更正后的题名", "--json")
    assert amended.summary == {"done": 0, "known": 0, "review": 1, "refused": 0}
    assert office.shown(number)["metadata"]["title"] == "文.txt"
    assert office.approve("--all").code == 0
    assert office.well("send", "--json").results[0]["status"] == "amended"
    assert office.shown(number)["metadata"]["title"] == "更正后的题名"

    office.write("新.txt", "新的内容\n")
    office.well("supersede", number, "新.txt")
    other = office.run("amend", number, "--title", "抢先", "--json")
    assert other.code == 2
    assert office.approve("--all").code == 0
    assert office.well("send", "--json").results[0]["status"] == "superseded"
    shown = office.shown(number)
    assert (shown["version"], len(shown["versions"])) == (3, 3)
    office.well("export", number, "out")
    assert (office.folder / "out" / "新.txt").read_text() == "新的内容\n"

    paper = office.write("函.txt", "来函\n")
    office.well("withdraw", number, "--reason", "权利争议", "--document", paper)
    assert office.approve("--all").code == 0
    assert office.well("send", "--json").results[0]["status"] == "withdrawn"
    shown = office.shown(number)
    assert (shown["status"], shown["events"][-1]["reason"]) == ("withdrawn", 3)
    told = office.well("show", number).out
    assert "理由 权利争议" in next(line for line in told.splitlines() if "已撤销(最终确认)" in line)
    assert all("理由" in line for line in told.splitlines() if "已更正(" in line or "已换版(" in line)
    assert office.run("amend", number, "--title", "太晚", "--json").code == 2
    assert office.run("register", "新.txt", "--client-ref", "R-3", "--period", "2023", "--json").code == 2
    known = office.well("withdraw", number, "--reason", "权利争议", "--document", paper, "--json")
    assert known.summary == {"done": 0, "known": 1, "review": 0, "refused": 0}
    assert json.loads((office.home / "home.json").read_bytes())["reviewer"] == ""
    office.well("audit", "--json")


def test_a_thousand_are_approved_with_one_passphrase(office: Office) -> None:
    for page in range(1000):
        office.write(f"页/{page:04}.txt", f"第 {page} 页\n")
    office.well("draft", "页", "--each", "--period", "2023", "--access", "公开")
    request, approvals = office.folder / "r.json", office.folder / "a.json"
    office.well("submit", "--all", "-o", request)
    own = ("--keystore", office.keystore, "--passphrase-file", office.reviewer_passphrase)
    page = office.well("approve", request, "-o", approvals, *own).out
    assert "共 1000 项:登记 1000" in page
    assert len(page.splitlines()) < 200
    sent = office.well("send", approvals, "--json")
    assert sent.summary == {"approvals": 1000, "sent": 1000, "refused": 0, "review": 0}
    assert len({line["tx_hash"] for line in sent.results}) == 20


def test_all_of_it_goes_through_a_serving_node(office: Office) -> None:
    arguments = office.command("serve", "--port", "0", "--json")
    with subprocess.Popen(arguments, cwd=office.folder, env=office.environment(), stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert "rpc" in json.loads(process.stdout.readline())
            office.write("文.txt", "文\n")
            nobody = office.folder / "no passphrase here"
            hidden = {"ZHICANG_PASSPHRASE_FILE": str(nobody)}
            number = office.well("draft", "文.txt", "--period", "2023", "--json", **hidden).results[0]["resource_id"]
            office.well("submit", number, **hidden)
            office.well("return", number, "--because", "改题名", **hidden)
            office.well("draft", "文.txt", "--period", "2023", "--title", "题名", **hidden)
            office.well("submit", "--all", "-o", "r.json", **hidden)
            assert office.approve("--all").code == 0
            sent = office.well("send", "--json", **hidden)
            assert [line["status"] for line in sent.results] == ["registered"]
        finally:
            process.terminate()
            process.wait(30)
    office.nothing_half_done()
