"""Governance, statements and deliveries from the command line, in a home whose own key is the only governor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Desk

CODE = "14000001"


def address(desk: Desk, role: str, path: Path) -> str:
    """Make a key; give its address."""
    made: dict[str, Any] = desk.well("keys", "new", role, "-o", path, "--json").results[0]
    return str(made["address"])


def test_a_governor_makes_two_persons_of_one_and_freezes_a_record(desk: Desk) -> None:
    reviewer = desk.folder / "reviewer.json"
    who = address(desk, "reviewer", reviewer)
    added = desk.well("govern", "add-key", CODE, "reviewer", who, "--json")
    assert added.summary == {"executed": 1}
    assert who in added.results[0]["meaning"]
    desk.well("govern", "policy", CODE, "two-person")
    file = desk.write("文.txt", "文\n")
    ran = desk.well("register", file, "--period", "2023", "--json")
    assert ran.results[0]["status"] == "review"
    number = ran.results[0]["resource_id"]
    desk.well("approve", "--all", "--keystore", reviewer)
    desk.well("send")

    desk.well("govern", "freeze", number)
    assert desk.listed()[0]["frozen"] is True
    refused = desk.run("withdraw", number, "--reason", "其他", "--json")
    assert refused.code == 2
    assert "冻结" in refused.errors[0]["message"]
    before = desk.run("audit", "--json")
    assert (before.code, "anchor update" in before.results[0]["mend"]) == (1, True)
    desk.well("anchor", "update")
    desk.well("audit", "--json")
    desk.well("govern", "unfreeze", number)
    assert desk.well("govern", "list", "--json").summary == {"open": 0, "threshold": 1, "governors": 1, "sequence": 4}

    desk.well("govern", "stolen-key", who, "2")
    audit = desk.run("audit", "--json")
    assert audit.code == 1
    assert who in [finding["id"] for finding in audit.results]


def test_a_second_governor_must_agree_once_the_threshold_is_two(desk: Desk) -> None:
    second = desk.folder / "second.json"
    who = address(desk, "governor", second)
    desk.well("govern", "nominate", who)
    desk.well("govern", "accept-office", "--keystore", second)
    for count in ("0", "3"):
        beyond = desk.run("govern", "threshold", count, "--json")
        assert (beyond.code, beyond.errors[0]["field"]) == (2, "threshold")
    desk.well("govern", "threshold", "2")
    dismissed = desk.run("govern", "dismiss", who, "--json")
    assert (dismissed.code, dismissed.errors[0]["field"]) == (2, "account")
    assert desk.well("govern", "list", "--json").summary["open"] == 0
    proposed = desk.well("govern", "suspend", CODE, "--json").results[0]
    assert (proposed["executed"], proposed["approvals"], proposed["threshold"]) == (False, 1, 2)
    listed = desk.well("govern", "list", "--json").results
    assert [line["proposal"] for line in listed] == [proposed["proposal"]]
    agreed = desk.well("govern", "approve", proposed["proposal"], "--keystore", second, "--json").results[0]
    assert agreed["executed"] is True
    file = desk.write("文.txt", "文\n")
    refused = desk.run("register", file, "--period", "2023", "--json")
    assert (refused.code, refused.errors[0]["code"], refused.summary["refused"]) == (2, "registry-refused", 1)
    assert [line["status"] for line in desk.well("list", "--review", "--json").results] == ["returned"]
    desk.well("anchor", "update")
    desk.well("audit", "--json")


def test_a_refused_act_is_not_tried_again_until_somebody_asks(desk: Desk) -> None:
    file = desk.write("文.txt", "文\n")
    desk.well("govern", "suspend", CODE)
    first = desk.run("register", file, "--title", "一", "--period", "2023", "--json")
    assert first.code == 2
    assert [line["status"] for line in desk.well("list", "--review", "--json").results] == ["returned"]
    desk.well("govern", "reinstate", CODE)
    assert desk.listed()[0]["status"] != "registered"
    again = desk.well("register", file, "--title", "一", "--period", "2023", "--json")
    assert again.results[0]["status"] == "registered"
    desk.well("anchor", "update")
    desk.nothing_half_done()


def test_statements_and_deliveries(desk: Desk) -> None:
    report = desk.write("报告.txt", "报告\n")
    auditor = desk.folder / "auditor.json"
    who = address(desk, "auditor", auditor)
    desk.well("govern", "add-key", CODE, "auditor", who)
    unknown = desk.run("attest", "lot:第一批", "--kind", "批次验收", "--file", report, "--verdict", "通过", "--json")
    assert (unknown.code, unknown.errors[0]["field"]) == (2, "name")
    assert "lot list" in unknown.errors[0]["mend"]
    desk.well("lot", "add", "第一批")
    own = desk.well("attest", "lot:第一批", "--kind", "批次验收", "--file", report, "--verdict", "通过", "--json")
    again = desk.well("attest", "lot:第一批", "--kind", "批次验收", "--file", report, "--verdict", "通过", "--json")
    assert (own.results[0]["fresh"], again.results[0]["fresh"]) == (True, False)
    assert own.results[0]["tx_hash"] == again.results[0]["tx_hash"]
    theirs = desk.well(
        "attest", "lot:第一批", "--kind", "核查意见", "--file", report, "--verdict", "存疑", "--as", "auditor",
        "--keystore", auditor, "--json",
    )  # fmt: skip
    assert theirs.results[0]["account"] == who

    other = ("--name", "另一图书馆", "--credit-code", "12140000DEM000001M", "--region", "140000", "--one-person")
    whose = address(desk, "registrar", desk.folder / "r2.json")
    admitted = desk.well("govern", "admit", "14000002", *other, "--registrar", whose, "--json")
    profile = desk.write("资料.json", json.dumps(admitted.results[0]["profile"]))
    without = desk.run("anchor", "update", "--json")
    assert (without.code, "--profile" in without.errors[0]["mend"]) == (2, True), without.errors
    assert desk.well("anchor", "update", "--profile", profile, "--json").results[0]["changes"] > 0
    delivered = desk.well("deliver", "14000002", "--package", report, "--claimed", "3", "--json")
    assert (delivered.results[0]["status"], delivered.results[0]["fresh"]) == ("delivered", True)
    repeated = desk.well("deliver", "14000002", "--package", report, "--claimed", "3", "--json")
    assert repeated.results[0]["fresh"] is False
    elsewhere = desk.run("deliver", "14000003", "--package", report, "--claimed", "3", "--json")
    assert (elsewhere.code, elsewhere.errors[0]["field"]) == (2, "recipient")
    for act in ("accept", "return-delivery"):
        not_ours = desk.run(act, CODE, "--package", report, "--json")
        assert not_ours.code == 2
        assert "接收机构是 14000002" in not_ours.errors[0]["message"]
    refused = desk.run("accept", "14000002", "--package", report, "--json")
    assert (refused.code, refused.summary) == (2, {"refused": 1})
    desk.well("audit", "--json")


def test_units_that_were_refused_go_when_their_file_comes_again(desk: Desk) -> None:
    number = desk.well("register", desk.write("文.txt", "文\n"), "--period", "2023", "--json").results[0]["resource_id"]
    desk.write("u.jsonl", '{"unit_id": "u1", "level": "页"}\n{"unit_id": "u2", "level": "页"}\n')
    desk.well("govern", "suspend", CODE)
    suspended = desk.run("units", "register", "u.jsonl", "--resource", number, "--json")
    assert (suspended.code, suspended.summary) == (2, {"registered": 0, "known": 0, "refused": 1})
    desk.well("govern", "reinstate", CODE)
    again = desk.well("units", "register", "u.jsonl", "--resource", number, "--json")
    assert [line["status"] for line in again.results] == ["committed"]
    assert again.summary == {"registered": 0, "known": 2, "refused": 0}


def test_a_key_that_the_registry_does_not_know_is_refused_and_holds_up_nothing(desk: Desk) -> None:
    stranger, report = desk.folder / "stranger.json", desk.write("意见.txt", "有问题\n")
    address(desk, "auditor", stranger)
    number = desk.well("register", desk.write("文.txt", "文\n"), "--json").results[0]["resource_id"]
    refused = desk.run(
        "attest", number, "--kind", "核查意见", "--file", report, "--verdict", "存疑", "--as", "auditor",
        "--keystore", stranger, "--json",
    )  # fmt: skip
    assert refused.code == 2
    assert "链不收这笔交易" in refused.errors[0]["message"]
    desk.well("register", desk.write("又一文.txt", "又一文\n"), "--json")
    desk.well("audit", "--json")
