"""Slips of the hand that must not become records: empty paths, the home as payload, places that cannot be written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Desk, Library

YEAR = ("--period", "2023")


def test_an_empty_path_is_not_the_current_folder(desk: Desk) -> None:
    here = desk.write("此处/不登记.txt", "1").parent
    for arguments in (("register", ""), ("register", "", "--each")):
        ran = desk.run(*arguments, *YEAR, "--json", prefix=("sh", "-c", f'cd "{here}"; exec "$@"', "sh"))
        assert ran.code == 2, ran.said
        assert ran.errors
    assert desk.listed() == []


@pytest.mark.parametrize("part", ["", "keystores", "keystores/registrar.json", "key-recovery-sheet.txt", "chain.db"])
def test_the_home_itself_is_no_payload(desk: Desk, part: str) -> None:
    for source in (desk.home / part, f"{desk.home.name}/{part}"):
        ran = desk.run("register", source, *YEAR, "--access", "open", "--json")
        assert ran.code == 2, ran.said
        assert ran.errors[0]["file"]
        assert ran.errors[0]["code"] not in ("empty-file", "own-fault")
        assert "空文件夹" not in ran.errors[0]["message"]  # staging is empty: that is not why
    assert desk.listed() == []


def test_a_folder_around_the_home_is_no_payload(desk: Desk) -> None:
    for name in ("user", "state", "data"):
        desk.write(f"{name}/full", "1")
    ran = desk.run("register", desk.folder, *YEAR, "--json")
    assert ran.code == 2, ran.said
    assert "空文件夹" not in ran.errors[0]["message"]
    assert desk.listed() == []


def test_nothing_is_exported_into_the_home(library: Library) -> None:
    desk = library.desk
    for place in ("storage/new", "new", "proofs/new"):
        ran = desk.run("export", library.number, desk.home / place)
        there = (desk.home / place).exists()
        if there:
            for path in sorted((desk.home / place).rglob("*"), reverse=True):
                path.unlink()
            (desk.home / place).rmdir()
        assert ran.code == 2, ran.said
        assert not there


def test_a_place_that_cannot_be_written_is_named_as_it_was_typed(library: Library) -> None:
    desk = library.desk
    for arguments in (("receipt", library.number), ("anchor", "export")):
        for place in ("书", "no-folder/out.json", "passphrase/out.json"):
            ran = desk.run(*arguments, "-o", place, "--json")
            assert ran.code == 2, ran.said
            assert ran.errors[0]["file"] == place
    assert not list(desk.folder.rglob("*.partial"))


@pytest.mark.parametrize("title", ["x\ny", "x\x1b[2J", "x\ry", "\x07"])
def test_a_title_with_control_characters_is_refused(desk: Desk, title: str) -> None:
    desk.write("a", "1")
    ran = desk.run("register", "a", "--title", title, *YEAR, "--json")
    assert ran.code == 2
    assert ran.errors[0]["field"] == "title"
    assert desk.listed() == []


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31m", "a\x7f"])
def test_names_with_control_characters_are_refused_and_cannot_steer_the_terminal(desk: Desk, name: str) -> None:
    desk.write(f"书/{name}", "1")
    for arguments in (("书",), ("--each", "书"), (f"书/{name}",)):
        ran = desk.run("register", *arguments, *YEAR)
        assert ran.code == 2
        assert all(line.isprintable() for line in ran.err.splitlines())
        assert "\x1b" not in ran.said
    assert desk.listed() == []


def test_a_name_that_begins_with_a_dash_is_a_path_behind_two_dashes(desk: Desk) -> None:
    desk.write("-一.txt", "1")
    assert desk.well("register", *YEAR, "--json", "--", "-一.txt").summary["registered"] == 1


def test_blank_spaces_and_chinese_in_every_path_are_no_obstacle(desk: Desk) -> None:
    desk.write("我的 文稿/第 一 卷/图 1.tif", "1")
    number = desk.well("register", "我的 文稿/第 一 卷", *YEAR, "--json").results[0]["resource_id"]
    desk.well("receipt", number, "-o", "凭 证.json")
    desk.well("anchor", "export", "-o", "信任 锚.json")
    desk.well("verify", "我的 文稿/第 一 卷", "凭 证.json", "--anchor", "信任 锚.json")
    desk.well("export", number, "取 出")


def test_a_home_of_a_newer_format_is_refused(desk: Desk) -> None:
    identity = desk.home / "home.json"
    value = json.loads(identity.read_bytes()) | {"format": 99}
    identity.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n")
    for arguments in (("list",), ("audit",), ("register", "passphrase")):
        ran = desk.run(*arguments)
        assert ran.code in (2, 3)
        assert "99" in ran.err


def test_a_home_of_the_format_that_was_never_released_is_refused_with_words(desk: Desk) -> None:
    (desk.home / "home.json").write_bytes(b'{"format":1}\n')
    for arguments in (("list",), ("register", "passphrase")):
        ran = desk.run(*arguments, "--lang", "en")
        assert ran.code == 2, ran.said
        assert "never released" in ran.err
        assert "zhicang init" in ran.err


def test_a_home_without_its_anchor_says_so(desk: Desk) -> None:
    (desk.home / "anchor.json").unlink()
    ran = desk.run("anchor", "export", "-o", "anchor.json", "--json")
    assert ran.code == 3, ran.said
    assert "anchor.json" in ran.errors[0]["file"]
    (desk.home / "anchor.json").write_bytes(b"{}")
    ran = desk.run("anchor", "export", "-o", "anchor.json", "--json")
    assert ran.code in (1, 2), ran.said
    assert "anchor.json" in ran.errors[0]["file"]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"format":2}', b"\xff"])
def test_a_damaged_identity_is_said_by_file(desk: Desk, damage: bytes) -> None:
    (desk.home / "home.json").write_bytes(damage)
    ran = desk.run("list", "--json")
    assert ran.code in (2, 3), ran.said
    assert "home.json" in ran.errors[0]["file"]


@pytest.mark.parametrize("name", ["journal.db", "chain.db", "blocks.db"])
def test_a_missing_part_of_the_home_is_said_by_file(desk: Desk, name: str) -> None:
    desk.write("a", "1")
    desk.well("register", "a", *YEAR)
    (desk.home / name).unlink()
    for arguments in (("audit",), ("register", "a", *YEAR)):
        ran = desk.run(*arguments, "--json")
        assert ran.code in (1, 3), ran.said
        assert name in ran.out
        assert "OperationalError" not in ran.said
