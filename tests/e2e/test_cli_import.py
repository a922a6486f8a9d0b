from __future__ import annotations

import io
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import load_workbook

if TYPE_CHECKING:
    from conftest import Desk, Library


def everything_in(folder: Path) -> dict[str, tuple[int, int]]:
    """Give size and time of change of every file, so that a change of anything shows; WAL files come and go."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            if not name.endswith(("-wal", "-shm")):
                status = Path(place, name).stat()
                found[f"{place}/{name}"] = (status.st_size, status.st_mtime_ns)
    return found


def test_the_template_is_written_filled_in_checked_and_found_good(empty_desk: Desk) -> None:
    empty_desk.well("import", "template", "-o", "清单.xlsx")
    again = empty_desk.run("import", "template", "-o", "清单.xlsx")
    assert again.code == 2
    assert "不覆盖" in again.err
    book = load_workbook(empty_desk.folder / "清单.xlsx")
    heads = [cell.value for cell in book["清单"][1]]
    row = {"路径": "报/1940", "题名": "抗战日报", "类型": "报纸", "权利": "公有领域", "日期": "1940", "页数": 2}
    book["清单"].append([row.get(head) for head in heads])
    book.save(empty_desk.write("交付/清单.xlsx", b""))
    for page in (1, 2):
        empty_desk.write(f"交付/报/1940/{page}.txt", f"第 {page} 版")
    ran = empty_desk.well("import", "check", "交付", "--json")
    summary = ran.summary
    assert (summary["resources"], summary["files"], summary["errors"], summary["warnings"]) == (1, 2, 0, 0)
    assert set(summary["seconds"]) == {"open", "list", "files", "digests", "duplicates", "decoding"}
    assert "没有节点目录" in ran.err


def test_a_folder_with_sub_folders_is_asked_about_and_never_guessed(empty_desk: Desk) -> None:
    for name in ("甲/1.txt", "甲/2.txt", "乙/1.txt"):
        empty_desk.write(f"交付/{name}", name)
    asked = empty_desk.run("import", "check", "交付")
    assert asked.code == 2
    assert "算 1 件(--as one),还是 2 件(--as entries,第一层每项一件),还是 3 件" in asked.out
    for split, resources in (("one", 1), ("entries", 2), ("files", 3)):
        assert empty_desk.well("import", "check", "交付", "--as", split, "--json").summary["resources"] == resources


def test_what_the_home_registered_before_is_found_file_by_file_and_nothing_changes(library: Library) -> None:
    desk = library.desk
    folder = desk.folder / "新交付"
    shutil.copytree(library.folder, folder / "又一部书")
    (folder / "又一部书" / "新.txt").write_text("新的一页", encoding="utf-8")
    before = everything_in(desk.folder)
    ran = desk.well("import", "check", folder, "--as", "entries", "--json", "--lang", "en")
    assert everything_in(desk.folder) == before
    (finding,) = [f["finding"] for f in ran.results if "finding" in f and f["finding"]["code"] == "same-earlier"]
    assert finding["value"] == "又一部书"
    assert finding["message"] == f"2 of 4 files of '又一部书' equal '书' ({library.tree}) of 2023"
    assert sorted(finding["paths"]) == ["又一部书/一.txt", "又一部书/附/二.txt"]
    shutil.rmtree(folder)


def test_what_this_very_folder_gave_before_is_no_finding(desk: Desk) -> None:
    desk.write("交付/一.txt", "第一页")
    desk.well("register", "交付/一.txt")
    again = desk.well("import", "check", "交付", "--as", "files", "--no-decode", "--json")
    assert not [f for f in again.results if "finding" in f]
    (desk.folder / "交付").rename(desk.folder / "另一处")
    elsewhere = desk.well("import", "check", "另一处", "--as", "files", "--no-decode", "--json")
    assert [f["finding"]["code"] for f in elsewhere.results if "finding" in f] == ["same-earlier"]


def test_a_file_of_several_blocks_is_compared_whole(desk: Desk) -> None:
    large = os.urandom(3 << 20)
    desk.write("旧/大.bin", large)
    desk.well("register", "旧/大.bin")
    desk.write("新/同.bin", large)
    desk.write("新/异.bin", large[:-1] + bytes([large[-1] ^ 1]))
    ran = desk.well("import", "check", "新", "--as", "files", "--json")
    same = [f["finding"]["value"] for f in ran.results if "finding" in f and f["finding"]["code"] == "same-earlier"]
    assert same == ["同.bin"]


def test_the_marked_list_names_row_column_value_and_mend_in_words(empty_desk: Desk) -> None:
    empty_desk.write("交付/清单.csv", "路径,题名,类型\na.txt,甲,图片集\n没有.txt,乙,图像\n".encode("gb18030"))
    empty_desk.write("交付/a.txt", "a")
    ran = empty_desk.run("import", "check", "交付", "--xlsx", "改.xlsx")
    assert ran.code == 2
    assert "错误 清单.csv,第 2 行,列“类型”:没有“图片集”这个取值\n  → 可用:文本、" in ran.out
    assert "错误 清单.csv,第 3 行,列“路径”:没有这个文件或文件夹:没有.txt" in ran.out
    assert "什么都没有改动" in ran.out
    book = load_workbook(io.BytesIO((empty_desk.folder / "改.xlsx").read_bytes()))
    assert "图片集" in book["清单1"]["D2"].value
    english = empty_desk.run("import", "check", "交付", "--lang", "en")
    assert "error 清单.csv, row 2, column '类型': there is no value '图片集'" in english.out


def test_acts_without_what_they_need_are_told(empty_desk: Desk) -> None:
    for arguments, said in (
        (("template",), "没有指明模板写到哪里"),
        (("check",), "没有指明要看什么"),
        (("check", "没有"), "没有这个文件或文件夹"),
        (("check", ".", "--mapping", "没有.toml"), "读不到映射文件"),
        (("check", ".", "--home", "没有"), "不是节点目录"),
    ):
        ran = empty_desk.run("import", *arguments)
        assert ran.code == 2, ran.said
        assert said in ran.err


def test_a_list_of_units_goes_from_excel_to_json_lines_and_into_the_chain(desk: Desk) -> None:
    registered = desk.well("register", desk.write("书.txt", "书\n"), "--period", "2023", "--json")
    number = registered.results[0]["resource_id"]
    desk.well("import", "units", "-o", "标引.xlsx")
    book = load_workbook(desk.folder / "标引.xlsx")
    heads = [cell.value for cell in book["标引"][1]]
    for page, tags in ((1, "抗战;晋绥"), (2, "=SUM(1)")):
        row = {"登记号": number, "标识": f"p{page}", "层级": "页", "页码": page, "标签": tags}
        book["标引"].append([row.get(head) for head in heads])
    book["标引"].cell(3, heads.index("标签") + 1).data_type = "s"
    book.save(desk.folder / "填好.xlsx")
    desk.well("import", "units", "填好.xlsx", "-o", "标引.jsonl")
    lines = [json.loads(line) for line in (desk.folder / "标引.jsonl").read_text("utf-8").splitlines()]
    assert [line["tags"] for line in lines] == [["抗战", "晋绥"], ["=SUM(1)"]]
    assert desk.well("units", "register", "标引.jsonl", "--json").summary["registered"] == 2
    desk.well("import", "units", "标引.jsonl", "-o", "回.xlsx")
    desk.well("import", "units", "回.xlsx", "-o", "回.jsonl")
    assert (desk.folder / "回.jsonl").read_bytes() == (desk.folder / "标引.jsonl").read_bytes()


def test_a_list_of_units_with_one_fault_is_told_and_nothing_is_written(empty_desk: Desk) -> None:
    empty_desk.write("标引.csv", "标识,层级,柜号\nu1,字,3\nu2,页,4\n")
    ran = empty_desk.run("import", "units", "标引.csv", "-o", "标引.jsonl", "--json", "--lang", "en")
    assert ran.code == 2
    assert [(error["row"], error["column"], error["field"]) for error in ran.errors] == [
        (1, "柜号", None), (2, "层级", "level"),
    ]  # fmt: skip
    assert ran.summary == {"units": 1, "refused": 2}
    assert not (empty_desk.folder / "标引.jsonl").exists()


def test_a_template_is_an_excel_file_by_its_name_too(empty_desk: Desk) -> None:
    refused = empty_desk.run("import", "template", "-o", "清单.csv")
    assert refused.code == 2
    assert ".xlsx" in refused.err
    assert not (empty_desk.folder / "清单.csv").exists()
