"""`zhicang units register`: a unit file is taken whole or not at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from workbooks import workbook

if TYPE_CHECKING:
    from conftest import Desk


@pytest.fixture(name="tree")
def registered_folder(desk: Desk) -> str:
    """The number of a folder that is registered on the desk."""
    desk.write("书/一", "1")
    return desk.well("register", "书", "--period", "2023", "--json").results[0]["resource_id"]


def lines(*values: dict[str, Any] | str) -> str:
    """Give units as lines: of the level 页 unless they say something else, in our own layout or in another."""
    return "".join(
        (value if isinstance(value, str) else json.dumps(with_level(value), ensure_ascii=False)) + "\n"
        for value in values
    )


def with_level(unit: dict[str, Any]) -> dict[str, Any]:
    return unit if {"level", "层级"} & unit.keys() else unit | {"level": "页"}


def units_of(desk: Desk, number: str) -> int:
    return desk.well("show", number, "--json").results[0]["units"]


def test_units_are_committed_once(desk: Desk, tree: str) -> None:
    desk.write("u.jsonl", lines(*({"unit_id": f"u{n}", "title": "甲"} for n in range(3))))
    first = desk.well("units", "register", "u.jsonl", "--resource", tree, "--json")
    assert first.summary == {"registered": 3, "known": 0, "refused": 0}
    assert first.results[0]["height"] > 2
    assert first.results[0]["tx_hash"].startswith("0x")
    again = desk.well("units", "register", "u.jsonl", "--resource", tree, "--json")
    assert again.summary == {"registered": 0, "known": 3, "refused": 0}
    assert units_of(desk, tree) == 3
    desk.write("u.jsonl", lines(*({"unit_id": f"u{n}", "title": "甲"} for n in range(4))))
    more = desk.well("units", "register", "u.jsonl", "--resource", tree)
    assert "新上链 1 条" in more.out
    assert "此前已登记 3 条" in more.out
    assert (
        "0 units on chain, 4 registered before"
        in desk.well("units", "register", "u.jsonl", "--resource", tree, "--lang", "en").out
    )
    desk.nothing_half_done()


def test_each_line_may_name_its_resource_and_its_identifier(desk: Desk, tree: str) -> None:
    desk.write("页", "2")
    other = desk.well("register", "页", "--period", "2023", "--json").results[0]["resource_id"]
    desk.write(
        "u.jsonl",
        lines({"resource_id": tree, "编号": 1, "层级": "页"}, {"resource_id": other, "编号": 1, "层级": "页"}),
    )
    assert desk.well("units", "register", "u.jsonl", "--id-field", "编号", "--json").summary["registered"] == 2
    assert (units_of(desk, tree), units_of(desk, other)) == (1, 1)
    desk.well("receipt", other, "--unit", "1", "-o", "r.json")


def test_several_batches_each_get_their_line(desk: Desk, tree: str) -> None:
    desk.write("u.jsonl", lines(*({"unit_id": f"u{n}"} for n in range(7))))
    ran = desk.well("units", "register", "u.jsonl", "--resource", tree, "--batch", "3", "--json")
    assert len(ran.results) == 3
    assert ran.summary == {"registered": 7, "known": 0, "refused": 0}
    for unit in ("u0", "u6"):
        desk.well("receipt", tree, "--unit", unit, "-o", f"{unit}.json")
    desk.nothing_half_done()


BAD: tuple[tuple[dict[str, Any] | str, str | None], ...] = (
    ("{bad", None),
    ("[1]", None),
    ('{"unit_id":"x","t":1.5}', "t"),
    ('{"unit_id":"x","deep":{"n":9007199254740993}}', "n"),
    ('{"unit_id":"x","t":1,"t":2}', "t"),
    ({"title": "没有编号"}, "unit_id"),
    ({"unit_id": ""}, "unit_id"),
    ({"unit_id": True}, "unit_id"),
    ({"unit_id": "x" * 201}, "unit_id"),
    ({"unit_id": "x", "salt": "00"}, "salt"),
    ({"unit_id": "x", "resource_id": 7}, "resource_id"),
    ({"unit_id": "x", "level": "回"}, "level"),
    ({"unit_id": "x", "来源": "某处"}, "来源"),
    ({"unit_id": "x", "indexer_id": "张三"}, "indexer_id"),
    ({"unit_id": "x", "selector": {"type": "FragmentSelector", "value": "page=9-3"}}, "selector.value"),
    ({"unit_id": "x", "resource_id": "14000001-2023-00000009-9"}, "resource_id"),
)


def test_every_bad_line_is_named_and_nothing_is_kept(desk: Desk, tree: str) -> None:
    desk.write("u.jsonl", lines({"unit_id": "ok"}, *(value for value, _ in BAD), {"unit_id": "ok2"}))
    ran = desk.run("units", "register", "u.jsonl", "--resource", tree, "--json")
    assert ran.code == 2
    assert {error["row"] for error in ran.errors} == set(range(2, 2 + len(BAD)))
    assert {error["file"] for error in ran.errors} == {"u.jsonl"}
    assert ran.summary == {"registered": 0, "known": 0, "refused": len(BAD)}
    assert ran.results == []
    for language, words in (("zh", ("第 2 行", "没有存入")), ("en", ("line 2", "nothing was kept"))):
        told = desk.run("units", "register", "u.jsonl", "--resource", tree, "--lang", language)
        assert told.code == 2
        assert all(word in told.err for word in words), told.err
    assert units_of(desk, tree) == 0
    desk.nothing_half_done()


@pytest.mark.parametrize(("value", "field"), [case for case in BAD if case[1] is not None][:3])
def test_a_value_that_cannot_be_kept_is_named_by_its_field(desk: Desk, tree: str, value: str, field: str) -> None:
    desk.write("u.jsonl", lines(value))
    ran = desk.run("units", "register", "u.jsonl", "--resource", tree, "--json")
    assert ran.code == 2
    assert ran.errors[0]["row"] == 1
    assert (ran.errors[0]["field"] or "").split(".")[-1] == field


def test_a_repeated_unit_is_named_beside_other_bad_lines(desk: Desk, tree: str) -> None:
    desk.write("u.jsonl", lines({"unit_id": "a"}, "{bad", {"unit_id": "a"}))
    ran = desk.run("units", "register", "u.jsonl", "--resource", tree, "--json")
    assert [error["row"] for error in ran.errors] == [2, 3]


def test_a_line_that_is_not_json_has_one_line_number(desk: Desk, tree: str) -> None:
    desk.write("u.jsonl", lines({"unit_id": "ok"}, "{bad"))
    told = desk.run("units", "register", "u.jsonl", "--resource", tree).err
    assert "第 2 行" in told
    assert "第 1 行" not in told
    assert "Expecting" not in told


def test_an_unknown_or_unregistered_resource_is_refused_by_line(desk: Desk, tree: str) -> None:
    unknown = tree[:14] + "00000002-1"
    desk.write("u.jsonl", lines({"unit_id": "a", "resource_id": tree}, {"unit_id": "a", "resource_id": unknown}))
    ran = desk.run("units", "register", "u.jsonl", "--json")
    assert ran.code == 2
    assert [(error["row"], error["field"]) for error in ran.errors] == [(2, "resource_id")]
    assert desk.run("units", "register", "u.jsonl", "--resource", "14000001-2023-00000001-*").code == 2
    assert units_of(desk, tree) == 0


def test_a_changed_unit_is_refused_and_its_file_with_it(desk: Desk, tree: str) -> None:
    desk.write("u.jsonl", lines({"unit_id": "a", "title": "旧"}))
    desk.well("units", "register", "u.jsonl", "--resource", tree)
    desk.write("u.jsonl", lines({"unit_id": "b"}, {"unit_id": "a", "title": "新"}))
    ran = desk.run("units", "register", "u.jsonl", "--resource", tree, "--json")
    assert ran.code == 2
    assert [(error["row"], error["field"], error["value"]) for error in ran.errors] == [(2, "unit_id", "a")]
    assert "replaces" in ran.errors[0]["mend"]
    assert units_of(desk, tree) == 1
    desk.nothing_half_done()


@pytest.mark.parametrize("batch", ["1", "10"])
def test_a_unit_twice_in_a_file_is_refused(desk: Desk, tree: str, batch: str) -> None:
    desk.write("u.jsonl", lines({"unit_id": "a", "title": "1"}, {"unit_id": "b"}, {"unit_id": "a", "title": "2"}))
    ran = desk.run("units", "register", "u.jsonl", "--resource", tree, "--batch", batch, "--json")
    assert ran.code == 2
    assert [(error["row"], error["field"]) for error in ran.errors] == [(3, "unit_id")]
    assert units_of(desk, tree) == 0
    desk.nothing_half_done()


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_a_file_without_units_is_no_success(desk: Desk, tree: str, content: str) -> None:
    desk.write("u.jsonl", content)
    ran = desk.run("units", "register", "u.jsonl", "--resource", tree, "--json")
    assert ran.code == 2
    assert ran.errors[0]["file"] == "u.jsonl"


def test_what_is_no_unit_file_is_refused(desk: Desk, tree: str) -> None:
    desk.write("gbk.jsonl", '{"unit_id":"甲"}\n'.encode("gbk"))
    desk.write("long.jsonl", '{"unit_id":"a","t":"' + "x" * (1 << 20) + '"}\n')
    for name, row in (("gbk.jsonl", 1), ("long.jsonl", 1), ("missing.jsonl", None), ("书", None)):
        ran = desk.run("units", "register", name, "--resource", tree, "--json")
        assert ran.code == 2, name
        assert (ran.errors[0]["file"], ran.errors[0]["row"]) == (name, row)
    assert units_of(desk, tree) == 0


def test_a_workbook_is_taken_directly_and_its_faults_are_told_by_cell(desk: Desk, tree: str) -> None:
    heads = ["登记号", "标识", "层级", "页码", "标引员", "标签"]
    rows = [heads, [tree, "p1", "页", "1", "0012", "抗战"], [tree, "p2", "回", "2", "张三", "晋绥"]]
    desk.write("标引.xlsx", workbook(("甲", [heads, [tree, "p0", "页", "1", "0012", "抗战"]]), ("乙", rows)))
    ran = desk.run("units", "register", "标引.xlsx", "--json")
    assert ran.code == 2
    assert [(e["sheet"], e["row"], e["column"], e["value"]) for e in ran.errors] == [
        ("乙", 3, "层级", "回"), ("乙", 3, "标引员", "张三"),
    ]  # fmt: skip
    assert "工号" in ran.errors[1]["mend"]
    told = desk.run("units", "register", "标引.xlsx").err
    assert "标引.xlsx, 工作表“乙”, 第 3 行, “标引员”列, 值“张三”" in told
    assert units_of(desk, tree) == 0
    desk.write("标引.xlsx", workbook(("甲", rows[:2])))
    assert desk.well("units", "register", "标引.xlsx", "--json").summary["registered"] == 1


def test_another_layout_comes_in_by_a_mapping_file(desk: Desk, tree: str) -> None:
    desk.write(
        "诗.jsonl", '{"id":"a-1","position":0,"title":"","author":"宋太祖","paragraphs":["未離海底","纔到天中"]}\n'
    )
    refused = desk.run("units", "register", "诗.jsonl", "--resource", tree, "--json")
    assert {error["field"] for error in refused.errors} >= {"id", "position", "unit_id"}
    mapping = 'format = 1\nignored = ["position"]\n[columns]\nid = "标识"\nauthor = "人物"\nparagraphs = "摘要"\n'
    desk.write("映射.toml", mapping + '[constants]\n"层级" = "篇"\n"标签" = "宋诗;诗"\n')
    known = ("units", "register", "诗.jsonl", "--resource", tree, "--mapping", "映射.toml", "--json")
    assert desk.well(*known).summary["registered"] == 1
    unit = {
        "unit_id": "a-1", "level": "篇", "persons": ["宋太祖"], "abstract": "未離海底\n纔到天中",
        "tags": ["宋诗", "诗"],
    }  # fmt: skip
    desk.write("unit.json", json.dumps(unit, ensure_ascii=False))
    desk.well("receipt", tree, "--unit", "a-1", "-o", "r.json")
    desk.well("anchor", "export", "-o", "anchor.json")
    desk.well("verify", "unit.json", "r.json", "--anchor", "anchor.json")
