"""zhicang audit --fixity: what a person and a script read of it, and its exit codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Desk


def test_a_file_edited_by_hand_is_named_in_both_languages_and_the_exit_code_is_one(desk: Desk) -> None:
    desk.write("scans/p1.tif", "1")
    number = desk.well("register", "scans", "--json").results[0]["resource_id"]
    summary = desk.well("audit", "--fixity", "--json").summary
    assert (summary["objects"], summary["bytes"], summary["findings"]) == (1, 1, 0)
    assert summary["cycle"] == {"day": 1, "days": 0, "objects_read": 1, "objects": 1, "bytes_read": 1, "bytes": 1}
    assert desk.well("audit", "--fixity", "--cycle-days", "30", "--json").summary["objects"] == 0
    [file] = desk.home.rglob("p1.tif")
    file.chmod(0o644)
    file.write_text("2")
    ran = desk.run("audit", "--fixity", "--lang", "en")
    assert (ran.code, f"[payload] {number} v1/content/payload/p1.tif" in ran.out) == (1, True)
    ran = desk.run("audit", "--fixity", "--lang", "zh")
    assert (ran.code, "载荷文件的内容变了" in ran.out, "有 1 处不符" in ran.out) == (1, True, True)
    assert desk.run("audit", "--cycle-days", "3").code == 2
    assert desk.run("audit", "--fixity", "--cycle-days", "-1").code == 2
    assert desk.run("audit", "--fixity", "--cycle-days", "a year").code == 2


def test_the_whole_self_check_names_what_a_person_put_into_the_root_too(desk: Desk) -> None:
    (desk.home / "storage" / "notes.txt").write_text("x", encoding="utf-8")
    whole = desk.run("audit", "--json")
    assert whole.code == 1
    assert [each["id"] for each in whole.results if each.get("check") == "payload"] == ["notes.txt"]
