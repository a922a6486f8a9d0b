"""What a library brings that cannot be used: a clear refusal with file, row and field, and nothing half done."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Desk


def empty(folder: Path) -> None:
    (folder / "bad").write_bytes(b"")


def empty_folder(folder: Path) -> None:
    (folder / "bad").mkdir()


def link_out(folder: Path) -> None:
    (folder / "bad").mkdir()
    (folder / "bad/link").symlink_to("/etc/hostname")


def not_utf8(folder: Path) -> None:
    (folder / "bad").mkdir()
    (folder / "bad" / os.fsdecode(b"\xff.tif")).write_bytes(b"1")


def normal_forms(folder: Path) -> None:
    (folder / "bad").mkdir()
    for name in ("e\u0301.txt", "\u00e9.txt"):
        (folder / "bad" / name).write_bytes(b"1")


def letter_case(folder: Path) -> None:
    (folder / "bad").mkdir()
    for name in ("A.txt", "a.txt"):
        (folder / "bad" / name).write_bytes(b"1")


def percent(folder: Path) -> None:
    (folder / "bad").mkdir()
    (folder / "bad/50%.txt").write_bytes(b"1")


def nothing(folder: Path) -> None:
    del folder


@pytest.mark.parametrize(
    "make", [empty, empty_folder, link_out, not_utf8, normal_forms, letter_case, percent, nothing]
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_source_that_cannot_be_kept_is_named_and_holds_up_no_other(
    desk: Desk, make: Callable[[Path], None], lang: str
) -> None:
    make(desk.folder)
    said = desk.json("register", "bad", "one.txt", code=2, lang=lang)
    errors = [line["error"] for line in said if "error" in line]
    assert len(errors) == 1
    assert "bad" in errors[0]["file"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in errors[0]["message"]) == (lang == "zh")
    assert said[-1]["summary"] == {"registered": 1, "known": 0, "refused": 1}
    assert desk.listed() == 1
    assert desk.run("audit").returncode == 0


def test_other_content_or_metadata_under_the_same_reference_is_refused(desk: Desk) -> None:
    desk.number("one.txt", "--client-ref", "X1", "--title", "甲")
    other = desk.json("register", "one.txt", "--client-ref", "X1", "--title", "乙", code=2)
    assert other[0]["error"]["field"] == "title"
    assert "amend" in other[0]["error"]["mend"]
    content = desk.json("register", "scans", "--client-ref", "X1", "--title", "甲", code=2)
    assert "supersede" in content[0]["error"]["mend"]
    assert desk.listed() == 1


def test_the_same_content_elsewhere_is_registered_and_reported(desk: Desk) -> None:
    first = desk.number("one.txt")
    (desk.folder / "two.txt").write_text("一\n")
    assert desk.json("register", "two.txt")[0]["duplicate_of"] == [first]


def test_a_list_names_row_and_field(desk: Desk) -> None:
    (desk.folder / "list.csv").write_text("路径,题名,公开级别\none.txt,甲,公开\nscans,乙,秘密\nnowhere,丙,公开\n")
    said = desk.json("register", "--list", "list.csv", code=2)
    errors = [(line["error"]["row"], line["error"]["field"]) for line in said if "error" in line]
    assert (3, "access") in errors
    assert any(row == 4 for row, _ in errors)
    assert said[-1]["summary"] == {"registered": 1, "known": 0, "refused": 2}
    (desk.folder / "list.csv").write_bytes("路径,题名\none.txt,甲\n".encode("gb18030"))
    refused = desk.run("register", "--list", "list.csv")
    assert refused.returncode == 2
    assert "UTF-8" in refused.stderr


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("register",), ("show", "nowhere"), ("list", "--limit", "0"), ("verify", "one.txt", "none.json")],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_wrong_command_line_ends_without_a_trace(desk: Desk, arguments: tuple[str, ...], lang: str) -> None:
    done = desk.run(*arguments, lang=lang)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_without_passphrase_and_terminal_it_says_what_to_do(desk: Desk) -> None:
    (desk.folder / "passphrase").unlink()
    done = desk.run("register", "one.txt")
    assert done.returncode == 3
    assert "口令" in done.stderr
