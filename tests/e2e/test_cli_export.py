from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import bagit

if TYPE_CHECKING:
    from conftest import Desk


def test_a_bag_and_everything_go_out_and_verify_alone(desk: Desk) -> None:
    desk.write("scans/p1.tif", "1")
    number = desk.well("register", "scans", "--set", "主题词=晋绥;抗战", "--json").results[0]["resource_id"]
    desk.well("export", number, "out/bag", "--bag")
    bagit.Bag(str(desk.folder / "out" / "bag")).validate()
    left = desk.well("export", "--all", "out/all", "--json").results[0]
    assert (left["resources"], left["found"]) == (1, 0)
    assert desk.well("export", "--all", "out/all", "--json").results[0]["found"] == 1
    command = [sys.executable, "-I", "-S", "zhicang-verify.pyz", "."]
    ran = subprocess.run(command, cwd=desk.folder / "out" / "all", capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.count("✓")) == (0, 1), ran.stdout + ran.stderr
    desk.well("withdraw", number, "--reason", "重复登记")
    after = desk.well("export", number, "out/withdrawn", "--json")
    assert (after.results[0]["status"], after.results[0]["frozen"]) == ("withdrawn", False)
    assert f"{number} 已撤销登记" in after.err


def test_a_car_goes_out_and_is_unpacked(desk: Desk) -> None:
    desk.write("scans/p1.tif", "1")
    desk.write("scans/more/p2.tif", "2")
    number = desk.well("register", "scans", "--json").results[0]["resource_id"]
    assert desk.run("export", number, "one.car", "--car", "--json").errors[0]["field"] == "for"  # nobody said: open
    left = desk.well("export", number, "one.car", "--car", "--for", "own", "--json").results[0]
    assert left["blocks"] == 4
    desk.well("amend", number, "--set", "access=consortium")
    assert desk.run("export", number, "two.car", "--car").code == 2
    desk.well("export", number, "two.car", "--car", "--for", "partner")
    assert (desk.folder / "one.car").read_bytes() == (desk.folder / "two.car").read_bytes()
    assert desk.well("import", "car", "one.car", "-o", "out", "--json").results[0]["cid"] == left["cid"]
    refused = desk.run("import", "car", "one.car", "-o", desk.home / "storage" / "x")
    assert (refused.code, "不能解开到节点目录里" in refused.err) == (2, True)
    assert (desk.folder / "out" / "more" / "p2.tif").read_text() == "2"
    for taken in ("one.car", desk.home / "three.car"):
        assert desk.run("export", number, taken, "--car", "--for", "own").code == 2
    assert desk.run("export", number, "four.car", "--car", "--bag").code == 2
    assert not list(desk.folder.rglob("*.zhicang-partial"))


def test_export_refuses_what_is_unclear_or_its_own(desk: Desk) -> None:
    desk.write("a.txt", "a")
    number = desk.well("register", "a.txt", "--json").results[0]["resource_id"]
    assert desk.run("export", "--all", number, "out").code == 2
    assert desk.run("export", "out").code == 2
    assert desk.run("export", "--all", desk.home / "out").code == 2
    desk.write("taken/x", "x")
    for more in ((number, "taken"), (number, "taken", "--bag"), ("--all", "taken")):
        assert desk.run("export", *more).code == 2


def test_lists_in_files_and_totals(desk: Desk) -> None:
    desk.write("a.txt", "a")
    desk.write("b.txt", "b")
    rows = ("路径,题名,行政区划,收藏单位,加工方式,工具", "a.txt,甲,140000,某馆,文字识别,OCR 5", "b.txt,乙,140100,,,")
    desk.write("l.csv", "\n".join(rows))
    numbers = [each["resource_id"] for each in desk.well("register", "--list", "l.csv", "--json").results]
    forms = {"xlsx": b"PK", "csv": b"\xef\xbb\xbf", "csv-no-bom": "登记号".encode(), "dc": b"<?xml"}
    for form, begins in forms.items():
        desk.well("list", "--format", form, "-o", f"list.{form}")
        assert (desk.folder / f"list.{form}").read_bytes().startswith(begins)
    assert desk.run("list", "--format", "csv").code == 2
    by = desk.well("list", "--by", "region", "--json")
    assert [(each["region"], each["resources"]) for each in by.results] == [("140000", 1), ("140100", 1)]
    assert by.summary == {"resources": 2, "by": "region"}
    assert "加工方式 文字识别" in desk.well("show", numbers[0]).out
    amended = desk.well("amend", numbers[0], "--set", "收藏单位=另一馆", "--set", "rights_until=2030", "--json")
    assert amended.summary["done"] == 1
    shown = desk.well("show", numbers[0], "--json").results[0]["metadata"]
    assert (shown["institution"], shown["rights_until"], shown["region"]) == ("另一馆", "2030-12-31", "140000")
    assert shown["sm3"]
    bad = desk.run("amend", numbers[0], "--set", "没有的列=x", "--json")
    assert (bad.code, bad.errors[0]["field"]) == (2, "set")
