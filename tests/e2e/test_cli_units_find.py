"""`zhicang units find` and `units show`: by words of one to four characters, labels, resource, lot, batch, id."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from node.home import Home
from node.runtime import open_for_reading
from node.unit_lookup import UnitLookup, Wanted

if TYPE_CHECKING:
    from conftest import Desk

SAID = (
    ("u1", "晋绥日报社论", ["抗战"], "晋绥边区"),
    ("u2", "兴县风物", ["晋绥", "春"], "地方志"),
    ("u3", "Ｎewspaper 画报", ["抗战"], "画报"),
)


def names(desk: Desk, *arguments: str) -> list[str]:
    return [unit["unit"].partition("#")[2] for unit in desk.well("units", "find", *arguments, "--json").results]


def write(desk: Desk, name: str, units: list[dict[str, Any]]) -> None:
    desk.write(name, "".join(json.dumps(unit, ensure_ascii=False) + "\n" for unit in units))


def test_units_are_found_shown_and_told_to_be_replaced(desk: Desk) -> None:
    desk.write("书.txt", "书\n")
    number = desk.well("register", "书.txt", "--period", "2023", "--json").results[0]["resource_id"]
    units = [
        {"unit_id": name, "resource_id": number, "level": "段", "title": title, "tags": tags, "subjects": [subject]}
        for name, title, tags, subject in SAID
    ]
    write(desk, "u.jsonl", units)
    desk.well("units", "register", "u.jsonl", "--lot", "第一批", "--batch", "2")
    for words, found in (
        (["晋绥"], ["u1", "u2"]), (["抗战"], ["u1", "u3"]), (["春"], ["u2"]), (["晋绥日报"], ["u1"]), (["绥晋"], []),
        (["newspaper"], ["u3"]), (["晋绥", "社论"], ["u1"]), (["--tag", "晋绥"], ["u2"]),
        (["报", "--resource", number], ["u1", "u3"]), (["--lot", "第一批"], ["u1", "u2", "u3"]),
        (["--subject", "画报"], ["u3"]), (["--batch", "2"], ["u3"]), (["--lot", "别的"], []),
    ):  # fmt: skip
        assert names(desk, *words) == found, words
    first = desk.well("units", "find", "--lot", "第一批", "--limit", "2", "--json")
    assert names(desk, "--lot", "第一批", "--after", first.summary["next_after"]) == ["u3"]
    correction = {"unit_id": "u1b", "level": "段", "title": "晋绥日报社评", "replaces": [f"{number}#u1"]}
    write(desk, "c.jsonl", [correction, correction | {"unit_id": "u9", "replaces": [f"{number}#没有"]}])
    refused = desk.run("units", "register", "c.jsonl", "--resource", number, "--json")
    told = [(error["row"], error["field"], error["value"]) for error in refused.errors]
    assert told == [(2, "replaces", f"{number}#没有")]
    write(desk, "c.jsonl", [correction])
    desk.well("units", "register", "c.jsonl", "--resource", number)
    shown = desk.well("units", "show", f"{number}#u1", "--json").results[0]
    assert shown["taken_back_by"] == [f"{number}#u1b"]
    assert shown["record"]["title"] == "晋绥日报社论"
    assert f"已由 {number}#u1b 替换或撤销" in desk.well("receipt", number, "--unit", "u1", "-o", "old.json").out
    desk.well("anchor", "export", "-o", "anchor.json")
    write(desk, "old-unit.json", units[:1])
    desk.well("verify", "old-unit.json", "old.json", "--anchor", "anchor.json")
    assert desk.run("units", "show", "没有", "--json").code == 2
    assert desk.run("units", "find").code == 2
    for path in (desk.home / "unit-index").iterdir():
        path.unlink()
    assert names(desk, "晋绥") == ["u1", "u2", "u1b"]  # without its index a list is read line by line
    assert desk.well("units", "reindex", "--json").summary == {"batches": 3, "units": 4}
    assert names(desk, "晋绥") == ["u1", "u2", "u1b"]
    for path in (desk.home / "unit-index").iterdir():
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    damaged = desk.well("units", "find", "晋绥", "--json")
    assert [unit["unit"].partition("#")[2] for unit in damaged.results] == ["u1", "u2", "u1b"]
    assert "zhicang units reindex" in damaged.err
    desk.well("units", "reindex")
    assert desk.well("units", "find", "晋绥", "--json").err == ""


def test_nothing_is_passed_over_beside_a_merge_or_in_a_damaged_list(desk: Desk) -> None:
    desk.write("书.txt", "书\n")
    number = desk.well("register", "书.txt", "--period", "2023", "--json").results[0]["resource_id"]
    said = {"resource_id": number, "level": "段"}
    units = [said | {"unit_id": f"u{place}", "title": f"抗战 {place}"} for place in range(4)]
    write(desk, "1.jsonl", units[:2])
    write(desk, "2.jsonl", units[2:])
    desk.well("units", "register", "1.jsonl")
    with open_for_reading(Home(desk.home)) as node:
        lookup, wanted = UnitLookup(node), Wanted(words=("抗战",))
        searching = lookup.find(wanted)
        assert next(searching).value["unit_id"] == "u0"
        desk.well("units", "register", "2.jsonl")
        (merged,) = (desk.home / "unit-index").glob("*.units")  # and the catalogue of the search names another
        assert [unit.value["unit_id"] for unit in lookup.find(wanted)] == ["u0", "u1", "u2", "u3"]
        assert [unit.value["unit_id"] for unit in searching] == ["u1"]
        assert lookup.read_whole == set()
    (list_,) = (path for path in (desk.home / "storage").rglob("units.jsonl") if b'"u1"' in path.read_bytes())
    good = list_.read_bytes()
    list_.chmod(0o644)
    list_.write_bytes(good.replace("抗战 1".encode(), "抗鲁 1".encode()))
    for arguments in (("find", "抗战"), ("show", f"{number}#u1")):
        told = desk.run("units", *arguments, "--json")
        assert (told.code, told.errors[0]["code"]) == (1, "doubtful"), told.said
    again = desk.run("units", "reindex", "--json")
    assert (again.code, again.summary) == (1, {"batches": 1, "units": 2})
    assert [error["file"] for error in again.errors] == [str(list_)]
    assert desk.run("units", "find", "抗战", "--json").code == 1
    assert names(desk, "抗战", "--batch", "2") == ["u2", "u3"]
    merged.unlink()
    assert desk.run("units", "find", "抗战", "--json").code == 1  # read line by line, which also tells
    list_.write_bytes(good[:-10])
    assert desk.run("units", "show", f"{number}#u1", "--json").code == 1
    list_.write_bytes(good)
    desk.well("units", "reindex")
    assert names(desk, "抗战") == ["u0", "u1", "u2", "u3"]
