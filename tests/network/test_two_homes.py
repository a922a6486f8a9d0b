"""What needs two on a real network: two people from draft to chain, two institutions, and a home that was restored."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from branch import Branch
from fault_place import Place

if TYPE_CHECKING:
    from pathlib import Path

    from network_parts.network import Network

YEAR = ("--period", "2023")


def test_two_people_bring_drafts_on_chain_from_two_machines(branches: dict[str, Branch], tmp_path: Path) -> None:
    """The reviewer's key lies on another machine, to which a request travels and from which approvals come back."""
    office = branches["shanxi"]
    keystores = office.place.home / "keystores"
    apart = tmp_path / "reviewer.json"
    shutil.move(keystores / "reviewer.json", apart)
    try:
        for name in ("甲", "乙"):
            [line, _] = office.well("draft", office.write(f"{name}.txt", name), *YEAR, "--title", name)
            assert line["status"] == "draft"
        office.well("submit", "--all", "-o", tmp_path / "request.json")
        code, error = office.refused("approve", "--all")
        assert (code, "reviewer.json" in str(error)) == (2, True), error
        elsewhere = Branch(Place(office.place.folder, tmp_path / "no home here"))
        elsewhere.well("approve", tmp_path / "request.json", "-o", tmp_path / "approvals.json", "--keystore", apart)
        lines = office.well("send", tmp_path / "approvals.json")
    finally:
        shutil.move(apart, keystores / "reviewer.json")
    assert lines[-1]["summary"] == {"approvals": 2, "sent": 2, "refused": 0, "review": 0}
    assert [line["status"] for line in lines[:-1]] == ["registered", "registered"]
    receipt = tmp_path / "receipt.json"
    number = lines[0]["resource_id"]
    office.well("receipt", number, "-o", receipt)
    source = office.place.folder / f"{office.well('show', number)[0]['metadata']['title']}.txt"
    code, verified = office.run("verify", source, receipt, "--anchor", office.place.home / "anchor.json")
    assert code == 0, verified
    office.is_in_order()


def test_a_delivery_is_accepted_and_another_returned(branches: dict[str, Branch]) -> None:
    province, national = branches["zhejiang"], branches["national"]
    good, bad = province.write("good.zip", "完整"), province.write("bad.zip", "缺页")
    for package in (good, bad):
        [line, _] = province.well("deliver", "DEMO0000", "--package", package, "--claimed", "3")
        assert line["status"] == "delivered"
    code, error = branches["shanxi"].refused("accept", "DEMO0033", "--package", good)
    assert (code, "DEMO0000" in error["message"]) == (2, True), error
    [accepted, _] = national.well("accept", "DEMO0033", "--package", good)
    [returned, _] = national.well("return-delivery", "DEMO0033", "--package", bad)
    assert (accepted["status"], returned["status"]) == ("accepted", "returned")
    assert national.refused("return-delivery", "DEMO0033", "--package", good)[0] == 2
    [again, _] = province.well("deliver", "DEMO0000", "--package", bad, "--claimed", "3")
    assert (again["status"], again["fresh"]) == ("delivered", True)
    province.is_in_order()
    national.is_in_order()


def test_a_backup_is_restored_and_confirmed_by_the_validators(
    branch: Branch, network: Network, tmp_path: Path
) -> None:
    """With one validator away; a copy that is older than the network is recognised and writes nothing."""
    branch.register("before.txt")
    branch.well("backup", tmp_path / "older")
    branch.register("between.txt")
    branch.well("backup", tmp_path / "newest")
    network.validator(1).kill()
    older = Branch(Place(branch.place.folder, tmp_path / "yesterday"))
    older.well("restore", tmp_path / "older")
    code, error = older.refused("restore", "--confirm")
    assert (code, "older copy" in error["message"]) == (1, True), error
    code, error = older.refused("register", branch.write("other.txt", "别"), *YEAR)
    assert (code, older.acknowledged) == (3, []), error

    restored = Branch(Place(branch.place.folder, tmp_path / "home"), list(branch.acknowledged))
    restored.well("restore", tmp_path / "newest", "--confirm")
    [_, summary] = restored.well("register", branch.place.folder / "between.txt", *YEAR)
    assert summary["summary"] == {"registered": 0, "known": 1, "refused": 0}
    restored.is_in_order()
