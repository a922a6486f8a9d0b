"""`zhicang register`: files, folders and lists become resources, once each."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Desk, Library, Ran

FIELDS = {"resource_id", "sha256", "cid", "kind", "status", "tx_hash", "height", "client_ref"}
YEAR = ("--period", "2023")


def numbers(ran: Ran) -> list[str]:
    return [result["resource_id"] for result in ran.results]


def test_each_result_in_json_is_complete(library: Library) -> None:
    file, tree = library.registered.results
    assert set(file) >= FIELDS
    assert set(tree) >= FIELDS
    assert library.registered.summary == {"registered": 2, "known": 0, "refused": 0}
    assert library.registered.err == ""
    assert file["sha256"] == hashlib.sha256(library.file.read_bytes()).hexdigest()
    assert (file["kind"], tree["kind"]) == ("file", "tree")
    assert file["cid"].startswith("bafkrei")
    assert tree["cid"].startswith("bafybei")
    assert re.fullmatch(r"14000001-2023-00000001-[0-9A-Z]", file["resource_id"])
    assert re.fullmatch(r"0x[0-9a-f]{64}", file["tx_hash"])
    assert file["height"] == tree["height"] > 1
    assert {file["status"], tree["status"]} == {"registered"}
    manifest = sorted(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(library.folder).as_posix()}\n"
        for path in library.folder.rglob("*")
        if path.is_file()
    )
    by_path = sorted(manifest, key=lambda line: line[66:].encode())
    assert tree["sha256"] == hashlib.sha256("".join(by_path).encode()).hexdigest()


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", ("已登记", "3 个文件", "新登记 2 件", "拒绝 0 件")),
     ("en", ("registered", "3 files", "2 registered", "0 refused"))],
)  # fmt: skip
def test_a_person_reads_the_number_the_title_and_a_sum(desk: Desk, language: str, words: tuple[str, ...]) -> None:
    desk.write("页.txt", "一")
    for name in "甲乙丙":
        desk.write(f"书/{name}", name)
    ran = desk.well("register", "页.txt", "书", *YEAR, "--lang", language)
    for word in (*words, "14000001-2023-00000001-", "14000001-2023-00000002-", "页.txt", "书"):
        assert word in ran.out
    assert ran.err == ""


def test_repeating_changes_nothing_and_gives_the_same_numbers(desk: Desk) -> None:
    desk.write("页.txt", "一")
    desk.write("书/甲", "甲")
    first = desk.well("register", "页.txt", "书", *YEAR, "--json")
    again = desk.well("register", "书", "页.txt", "页.txt", *YEAR, "--json")
    assert set(numbers(again)) == set(numbers(first))
    assert len(again.results) == 3
    assert {result["fresh"] for result in again.results} == {False}
    assert again.summary == {"registered": 0, "known": 3, "refused": 0}
    assert {r["tx_hash"] for r in again.results} == {r["tx_hash"] for r in first.results}
    assert len(desk.listed()) == 2
    assert "此前已登记" in desk.well("register", "页.txt", *YEAR).out
    assert "registered before" in desk.well("register", "页.txt", *YEAR, "--lang", "en").out
    desk.nothing_half_done()


def test_each_file_of_a_folder_can_be_a_resource_of_its_own(desk: Desk) -> None:
    for name in ("b.txt", "a.txt", "深/c.txt"):
        desk.write(f"册/{name}", name)
    ran = desk.well("register", "--each", "册", *YEAR, "--json")
    assert [result["kind"] for result in ran.results] == ["file"] * 3
    assert len(set(numbers(ran))) == 3
    assert sorted(resource["title"] for resource in desk.listed()) == ["a.txt", "b.txt", "c.txt"]
    assert [result["source"].rsplit("/", 1)[1] for result in ran.results] == ["a.txt", "b.txt", "c.txt"]


def test_an_empty_folder_among_each_holds_up_no_other(desk: Desk) -> None:
    (desk.folder / "空").mkdir()
    desk.write("页.txt", "一")
    ran = desk.run("register", "--each", "空", "页.txt", *YEAR, "--json")
    assert ran.code == 2
    assert ran.errors[0]["file"] == "空"
    assert ran.summary == {"registered": 1, "known": 0, "refused": 1}


LIST = """路径,题名,类型,公开级别,权利,年度,自有编号,责任者,项目
页/甲.txt,甲页,文本,公开,公有领域,2021,R-1,某人,晋绥文献
页,全页,图像,馆内,自有版权,,R-2,,
没有.txt,缺,,,,,R-3,,
页/乙.txt,乙页,羊皮卷,,,,R-4,,
,无路径,,,,,R-5,,
页/乙.txt,乙页,文本,,,20x1,R-6,,
页/乙.txt,,文本,,,,R-7,,
页/乙.txt,乙页,文本,,,,R-8,,,多一格
"""


def test_a_list_registers_its_good_rows_and_names_its_bad_ones(desk: Desk) -> None:
    desk.write("表/页/甲.txt", "甲")
    desk.write("表/页/乙.txt", "乙")
    desk.write("表/著录表.csv", "\ufeff" + LIST)
    ran = desk.run("register", "--list", "表/著录表.csv", "--period", "2022", "--json")
    assert ran.code == 2
    assert ran.summary == {"registered": 2, "known": 0, "refused": 6}
    assert {result["client_ref"]: result["kind"] for result in ran.results} == {"R-1": "file", "R-2": "tree"}
    assert [number[:13] for number in numbers(ran)] == ["14000001-2021", "14000001-2022"]
    by_row = {error["row"]: error for error in ran.errors}
    assert sorted(by_row) == [4, 5, 6, 7, 8, 9]
    assert {row: error["field"] for row, error in by_row.items() if row not in (4, 9)} == {
        5: "type", 6: "path", 7: "period", 8: "title",
    }  # fmt: skip
    assert "文本" in by_row[5]["mend"]
    shown = desk.well("show", numbers(ran)[0], "--json").results[0]["metadata"]
    assert shown["title"] == "甲页"
    assert (shown["type"], shown["access"], shown["rights"]) == ("text", "open", "public-domain")
    assert (shown["creator"], shown["programme"], shown["client_ref"]) == (["某人"], "晋绥文献", "R-1")
    again = desk.run("register", "--list", "表/著录表.csv", "--period", "2022", "--json")
    assert numbers(again) == numbers(ran)
    assert again.summary == {"registered": 0, "known": 2, "refused": 6}
    desk.nothing_half_done()


def test_a_missing_source_of_a_list_is_told_with_the_list_and_its_row(desk: Desk) -> None:
    desk.write("表/著录表.csv", "path,title\nnot-there.txt,x\n")
    for language, line in (("zh", "第 2 行"), ("en", "line 2")):
        ran = desk.run("register", "--list", "表/著录表.csv", "--lang", language)
        assert ran.code == 2
        assert f"表/著录表.csv, {line}" in ran.err
        assert "not-there.txt" in ran.err


def test_a_list_may_be_narrowed_to_some_paths(desk: Desk) -> None:
    for name in ("a", "b"):
        desk.write(f"{name}/1.txt", name)
    desk.write("l.csv", "path,title\na/1.txt,A\nb/1.txt,B\n")
    ran = desk.well("register", "--list", "l.csv", "b", "--json")
    assert [resource["title"] for resource in desk.listed()] == ["B"]
    assert ran.summary == {"registered": 1, "known": 0, "refused": 0}
    nothing = desk.run("register", "--list", "l.csv", "c", "--json")
    assert nothing.code == 2
    assert nothing.errors[0]["file"] == "l.csv"


def test_options_of_one_resource_do_not_go_with_several(desk: Desk) -> None:
    desk.write("a", "1")
    desk.write("b", "2")
    desk.write("l.csv", "path\na\n")
    assert desk.run("register", "a", "b", "--title", "x").code == 2
    assert desk.run("register", "a", "b", "--client-ref", "x").code == 2
    for option in (("--title", "x"), ("--client-ref", "x"), ("--each",)):
        ran = desk.run("register", "--list", "l.csv", *option)
        assert ran.code == 2
        assert option[0] in ran.err
    assert "--list" in desk.run("register").err
    assert desk.listed() == []


def test_changed_metadata_under_a_known_client_ref_is_an_amendment(desk: Desk) -> None:
    desk.write("a", "1")
    first = desk.well("register", "a", "--client-ref", "R", "--title", "旧", *YEAR, "--json")
    for language, word in (("zh", "更正"), ("en", "amend")):
        ran = desk.run("register", "a", "--client-ref", "R", "--title", "新", *YEAR, "--json", "--lang", language)
        assert ran.code == 2
        assert ran.summary == {"registered": 0, "known": 0, "refused": 1}
        error = ran.errors[0]
        assert error["field"] == "title"
        assert error["file"] == "a"
        assert numbers(first)[0] in error["message"]
        assert word in error["mend"]
    both = desk.run("register", "a", "--client-ref", "R", "--title", "新", "--rights", "own", *YEAR, "--lang", "en")
    assert "title" in both.err
    assert "rights" in both.err
    assert len(desk.listed()) == 1
    desk.nothing_half_done()


def test_other_content_under_a_known_client_ref_is_a_new_version(desk: Desk) -> None:
    desk.write("a", "1")
    first = desk.well("register", "a", "--client-ref", "R", *YEAR, "--json")
    desk.write("a", "2")
    for language, word in (("zh", "换版"), ("en", "supersede")):
        ran = desk.run("register", "a", "--client-ref", "R", *YEAR, "--json", "--lang", language)
        assert ran.code == 2
        assert ran.errors[0]["field"] == "client_ref"
        assert numbers(first)[0] in ran.errors[0]["message"]
        assert word in ran.errors[0]["mend"]
    assert len(desk.listed()) == 1
    desk.nothing_half_done()


def test_the_same_content_is_reported_and_yet_registered(desk: Desk) -> None:
    desk.write("a", "same")
    desk.write("b", "same")
    first = desk.well("register", "a", "--client-ref", "A", *YEAR, "--json")
    second = desk.well("register", "b", "--client-ref", "B", *YEAR, "--json")
    assert second.results[0]["duplicate_of"] == numbers(first)
    assert first.results[0]["duplicate_of"] == []
    desk.write("c", "same")
    chinese = desk.well("register", "c", "--client-ref", "C", *YEAR)
    assert "内容与" in chinese.err
    assert numbers(first)[0] in chinese.err
    english = desk.well("register", "c", "--client-ref", "D", *YEAR, "--lang", "en")
    assert "the same content as" in english.err
    found = desk.well("show", first.results[0]["sha256"], "--json")
    assert len(found.results) == 4


def test_what_was_withdrawn_comes_back_only_by_name(desk: Desk) -> None:
    desk.write("a", "same")
    [number] = numbers(desk.well("register", "a", *YEAR, "--json"))
    desk.well("withdraw", number, "--reason", "个人信息")
    receipt = desk.well("receipt", number, "-o", "r.json", "--json")
    assert receipt.results[0]["status"] == "withdrawn"
    assert "已撤销" in desk.well("receipt", number, "-o", "r.json").out
    desk.write("elsewhere/a", "same")
    for arguments in (("a",), ("elsewhere/a",), ("elsewhere/a", "--client-ref", "N")):
        ran = desk.run("register", *arguments, *YEAR, "--json")
        assert (ran.code, ran.errors[0]["field"]) == (2, "replaces")
        assert f"--replaces {number}" in ran.errors[0]["mend"]
    anew = desk.well("register", "elsewhere/a", "--client-ref", "N", "--replaces", number, *YEAR, "--json")
    assert anew.results[0]["duplicate_of"] == []
    for _ in range(2):
        other = desk.well("register", "elsewhere/a", "--client-ref", "M", *YEAR, "--json")
        assert other.results[0]["duplicate_of"] == numbers(anew)
    desk.well("audit")


def test_junk_of_desktop_systems_is_left_out_aloud(desk: Desk) -> None:
    for name in ("一.txt", ".DS_Store", "Thumbs.db"):
        desk.write(f"书/{name}", name)
    ran = desk.well("register", "书", *YEAR, "--json")
    assert ran.results[0]["files"] == 1
    assert sorted(ran.results[0]["ignored"]) == [".DS_Store", "Thumbs.db"]


def test_without_titles_option_and_list_name_a_resource_alike(desk: Desk) -> None:
    desk.write("页.txt", "1")
    desk.write("l.csv", "path\n页.txt\n")
    first = desk.well("register", "页.txt", "--client-ref", "1", *YEAR, "--json")
    desk.write("l.csv", "path,client_ref\n页.txt,2\n")
    second = desk.well("register", "--list", "l.csv", *YEAR, "--json")
    titles = {resource["title"] for resource in desk.listed()}
    assert numbers(first) != numbers(second)
    assert len(titles) == 1


@pytest.mark.parametrize(
    ("language", "words"), [("zh", "注意:权利期限 2020-12-31 已过"), ("en", "note: its licence ended on 2020-12-31")]
)
def test_a_licence_that_has_ended_is_said(desk: Desk, language: str, words: str) -> None:
    file = desk.write("旧照.txt", "旧照")
    said = ("--access", "公开", "--set", "权利期限=2020")
    ran = desk.well("--lang", language, "register", file, *said)
    assert words in ran.err
    if language == "zh":
        return
    again = desk.well("register", file, *said, "--json")
    number = again.results[0]["resource_id"]
    assert again.results[0]["licence_ended"] == "2020-12-31"
    draft = desk.well("draft", desk.write("新照.txt", "新照"), *said, "--json")
    assert draft.results[0]["licence_ended"] == "2020-12-31"
    superseded = desk.well("supersede", number, desk.write("重扫.txt", "重扫"), "--json")
    assert superseded.results[0]["licence_ended"] == "2020-12-31"
    amended = desk.well("amend", number, "--set", "权利期限=2021-05-01", "--json")
    assert (amended.results[0]["licence_ended"], "2021-05-01" in amended.err) == ("2021-05-01", True)
    renewed = desk.well("amend", number, "--set", "权利期限=2999", "--json")
    assert "licence_ended" not in renewed.results[0]
    assert renewed.err == ""
