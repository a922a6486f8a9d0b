"""What cannot be registered: every kind of bad source and list is told by name, and leaves nothing half done."""

from __future__ import annotations

import os
import shutil
import subprocess
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Desk, Ran

YEAR = ("--period", "2023")
SYSTEM_ENGLISH = ("No such file", "Is a directory", "Permission denied", "Not a directory", "codec", "line contains")


@dataclass(frozen=True, slots=True)
class Case:
    """A bad source: what to give `register`, what the refusal names, a word of it in each language."""

    given: str | bytes
    named: str
    zh: str
    en: str
    make: Callable[[Desk], object]


def link(desk: Desk, name: str, target: str) -> None:
    path = desk.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def raw(desk: Desk, name: bytes) -> None:
    path = os.path.join(os.fsencode(desk.folder), name)  # noqa: PTH118 - the name is bytes on purpose
    os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
    with open(path, "wb") as stream:  # noqa: PTH123
        stream.write(b"1")


def pair(desk: Desk, first: str, second: str) -> None:
    desk.write(first, "1")
    desk.write(second, "2")


NFC, NFD = unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é")
CASES = {
    "missing": Case("没有的", "没有的", "没有", "no such", lambda _: None),
    "empty": Case("空.txt", "空.txt", "空文件", "empty file", lambda desk: desk.write("空.txt", "")),
    "folder-empty": Case("空夹", "空夹", "空文件夹", "empty folder", lambda desk: (desk.folder / "空夹").mkdir()),
    "folder-of-folders": Case(
        "夹", "夹", "空文件夹", "empty folder", lambda desk: (desk.folder / "夹" / "里" / "深").mkdir(parents=True)
    ),
    "link-out": Case("出", "出/页", "符号链接", "symbolic link", lambda desk: link(desk, "出/页", "../../passphrase")),
    "link-in": Case("内", "内/页", "符号链接", "symbolic link",
        lambda desk: (desk.write("内/真", "1"), link(desk, "内/页", "真"))),
    "link-dangling": Case("断", "断/页", "符号链接", "symbolic link", lambda desk: link(desk, "断/页", "nowhere")),
    "link-alone": Case("独", "独", "符号链接", "symbolic link", lambda desk: link(desk, "独", "passphrase")),
    "link-folder": Case("链", "链/下", "符号链接", "symbolic link", lambda desk: link(desk, "链/下", "../user")),
    "not-utf-8": Case(b"\xb9\xfe.txt", "\\xb9\\xfe.txt", "不是 UTF-8", "not UTF-8",
        lambda desk: raw(desk, b"\xb9\xfe.txt")),
    "not-utf-8-inside": Case("码", "\\xb9", "不是 UTF-8", "not UTF-8",
        lambda desk: raw(desk, "码".encode() + b"/\xb9")),
    "collide-nfc": Case("合", "合/", "Unicode", "Unicode", lambda desk: pair(desk, f"合/{NFC}", f"合/{NFD}")),
    "collide-case": Case("大小", "大小/", "大小写", "case", lambda desk: pair(desk, "大小/A.tif", "大小/a.tif")),
    "collide-folder": Case("夹名", "夹名/", "大小写", "case", lambda desk: pair(desk, "夹名/Ab/1", "夹名/aB/2")),
    "pipe": Case("管", "管", "不是普通文件", "not a regular file", lambda desk: os.mkfifo(desk.folder / "管")),
    "pipe-inside": Case("含管", "含管/管", "不是普通文件", "not a regular file",
        lambda desk: (desk.write("含管/真", "1"), os.mkfifo(desk.folder / "含管" / "管"))),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """The desk with every bad source and one good one, and what `register` said of all in three ways."""

    desk: Desk
    json: Ran
    zh: Ran
    en: Ran


@pytest.fixture(scope="module")
def table(founded: Desk, tmp_path_factory: pytest.TempPathFactory) -> Table:
    folder = tmp_path_factory.mktemp("bad")
    shutil.copytree(founded.home, folder / founded.home.name)
    desk = type(founded)(folder)
    for case in CASES.values():
        case.make(desk)
    desk.write("好.txt", "good")
    given = [case.given for case in CASES.values()]
    given.insert(len(given) // 2, "好.txt")
    ran = [desk.run("register", *given, *YEAR, *more) for more in (("--json",), (), ("--lang", "en"))]
    return Table(desk, *ran)


def test_the_good_one_among_them_is_registered_once(table: Table) -> None:
    assert table.json.code == table.zh.code == table.en.code == 2
    assert table.json.summary == {"registered": 1, "known": 0, "refused": len(CASES)}
    assert len(table.json.errors) == len(CASES)
    assert [resource["title"] for resource in table.desk.listed()] == ["好.txt"]
    table.desk.nothing_half_done()


@pytest.mark.parametrize("name", CASES)
def test_each_bad_source_is_told_in_both_languages(table: Table, name: str) -> None:
    case = CASES[name]
    for ran, word in ((table.zh, case.zh), (table.en, case.en)):
        assert any(word.lower() in line.lower() and case.named in line for line in ran.err.splitlines()), ran.err


def test_a_refusal_names_its_source_once(table: Table) -> None:
    for ran in (table.zh, table.en):
        for case in CASES.values():
            lines = [line for line in ran.err.splitlines() if f" {case.named}: " in line]
            assert all(line.count(case.named) == 1 for line in lines), lines


def test_each_refusal_in_json_has_file_message_and_mend(table: Table) -> None:
    for error in table.json.errors:
        assert set(error) == {"code", "message", "file", "row", "field", "mend"}
        assert error["file"]
        assert error["message"]
        assert error["mend"]
        assert error["code"] != "own-fault"
        "".join(str(value) for value in error.values()).encode()  # no lone surrogate: any JSON reader takes it
    assert table.json.err == ""


def test_chinese_messages_are_chinese(table: Table) -> None:
    for words in SYSTEM_ENGLISH:
        assert words not in table.zh.err


def test_an_empty_file_inside_a_folder_is_accepted(desk: Desk) -> None:
    desk.write("书/空", "")
    desk.write("书/满", "1")
    assert desk.well("register", "书", *YEAR, "--json").results[0]["files"] == 2
    desk.nothing_half_done()


@pytest.fixture(name="unreadable")
def unreadable_file(desk: Desk) -> Iterator[str]:
    """A file that reading fails on, even for root: a mode of 0 for others, a file of the kernel's for root."""
    path = desk.write("读不到.txt", "1")
    path.chmod(0)
    if os.geteuid() != 0:
        yield "读不到.txt"
        return
    memory = "/proc/self/mem"
    if not os.path.exists(memory):  # noqa: PTH110
        pytest.skip("root reads everything here")
    yield memory


def test_an_unreadable_file_is_refused_by_name(desk: Desk, unreadable: str) -> None:
    desk.write("好.txt", "1")
    for language in ("zh", "en"):
        ran = desk.run("register", unreadable, "好.txt", *YEAR, "--lang", language)
        assert ran.code == 2, ran.said
        assert unreadable in ran.err
    assert [resource["title"] for resource in desk.listed()] == ["好.txt"]
    desk.nothing_half_done()


def test_reading_as_a_lesser_user_a_forbidden_file_is_refused(desk: Desk) -> None:
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("needs root and setpriv to step down")
    lesser = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")
    if subprocess.run([*lesser, "true"], capture_output=True, check=False).returncode:
        pytest.skip("setpriv may not drop capabilities here")
    desk.write("禁/一.txt", "1").chmod(0)
    desk.write("禁/二.txt", "2")
    probe = subprocess.run([*lesser, "cat", str(desk.folder / "禁/一.txt")], capture_output=True, check=False)
    if probe.returncode == 0:
        pytest.skip("the capability stays")
    ran = desk.run("register", "禁", *YEAR, "--json", prefix=lesser)
    assert ran.code == 2, ran.said
    assert ran.errors[0]["file"] == "禁/一.txt"
    desk.nothing_half_done()


LISTS = {
    "heading": ("路径,品名\na,b\n".encode(), 1, "品名"),
    "heading-twice": (b"path,path\na,b\n", 1, "path"),
    "no-path": (b"title\nx\n", 1, "path"),
    "gbk": ("路径,题名\n好.txt,甲\n".encode("gbk"), 1, None),
    "gbk-below": (b"path,title\n" + "好.txt,甲\n".encode("gbk"), 2, None),
    "utf-16": ("path,title\n好.txt,甲\n".encode("utf-16"), 1, None),
    "quote": (b'path,title\n"x,y\n', 2, None),
    "nothing": (b"", None, None),
    "heading-only": (b"path,title\n", None, None),
    "semicolons": ("路径;题名\n好.txt;甲\n".encode(), 1, None),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_cannot_be_used_is_refused_as_a_whole(desk: Desk, name: str) -> None:
    content, row, field = LISTS[name]
    desk.write("好.txt", "1")
    desk.write("表.csv", content)
    ran = desk.run("register", "--list", "表.csv", "--json")
    assert ran.code == 2
    error = ran.errors[0]
    assert error["file"] == "表.csv"
    if row is not None:
        assert error["row"] == row
    if field is not None:
        assert error["field"] == field
    told = desk.run("register", "--list", "表.csv")
    assert "表.csv" in told.err
    assert not any(words in told.err for words in (*SYSTEM_ENGLISH, "unexpected end")), told.err
    assert desk.listed() == []


def test_a_list_that_is_not_there_is_named(founded: Desk) -> None:
    for language, words in (("zh", "清单"), ("en", "list")):
        ran = founded.run("register", "--list", "没有.csv", "--lang", language)
        assert ran.code == 2
        assert "没有.csv" in ran.err
        assert words in ran.err


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_wrong_or_missing_passphrase_exits_3_and_does_nothing(desk: Desk, language: str) -> None:
    desk.write("好.txt", "1")
    desk.write("wrong", "not the passphrase\n")
    desk.write("short", "1234\n")
    wrong = desk.run("register", "好.txt", "--passphrase-file", "wrong", "--lang", language)
    assert wrong.code == 3
    assert {"zh": "口令不对", "en": "wrong passphrase"}[language] in wrong.err
    assert "not the passphrase" not in wrong.said
    nobody = desk.run("register", "好.txt", "--lang", language, without=("ZHICANG_PASSPHRASE_FILE",))
    assert nobody.code == 3
    assert "--passphrase-file" in nobody.err
    assert desk.run("register", "好.txt", "--passphrase-file", "nowhere", "--lang", language).code == 3
    short = desk.run("register", "好.txt", "--passphrase-file", "short", "--lang", language)
    assert short.code == 3
    assert {"zh": "口令不对", "en": "wrong passphrase"}[language] in short.err
    assert desk.run("serve", "--port", "0", "--passphrase-file", "wrong", "--lang", language).code == 3
    assert desk.listed() == []
    desk.nothing_half_done()


def test_a_reader_that_goes_away_is_no_fault(founded: Desk) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" | head -c 1 >/dev/null', "sh", *founded.command("list")],
        cwd=founded.folder, env=founded.environment(), capture_output=True, check=False,
    )  # fmt: skip
    assert done.stderr == b""
