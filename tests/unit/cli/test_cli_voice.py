"""The voice of the command line: its language, its errors as text and JSON, its exit codes, its bar."""

from __future__ import annotations

import io
import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

from node.cli.acting import tell_silence
from node.cli.failure import tell_failure
from node.cli.language import choose_language
from node.cli.output import Output, error_text, error_to_json
from node.cli.parser import Parser, add_common, chooser
from node.cli.progress import Progress
from node.cli.steps import Steps
from node.errors import BadInput, Doubtful, MissingAnchor, OwnFault, Unavailable, Words

if TYPE_CHECKING:
    from pathlib import Path


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        ([], {}, "zh"),
        ([], {"LANG": "C"}, "zh"),
        ([], {"LANG": "POSIX", "LC_MESSAGES": ""}, "zh"),
        ([], {"LANG": "en_GB.UTF-8"}, "en"),
        ([], {"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8", "LC_ALL": "en_US"}, "en"),
        (["--lang", "en"], {"LC_ALL": "zh_CN"}, "en"),
        (["list", "--lang=zh"], {"LC_ALL": "en_US"}, "zh"),
        (["--lang", "fr"], {"LC_ALL": "en_US"}, "en"),
        (["--lang"], {}, "zh"),
    ],
)
def test_the_language_is_what_is_said_else_the_locales(
    arguments: list[str], environment: dict[str, str], expected: str
) -> None:
    assert choose_language(arguments, environment) == expected


def voice(*, language: str = "zh", as_json: bool = False) -> tuple[Output, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    return Output(language=language, as_json=as_json, stdout=out, stderr=err), out, err


def test_a_person_gets_results_on_stdout_and_the_rest_on_stderr() -> None:
    output, out, err = voice(language="en")
    output.say("中", "said")
    output.note("注", "noted")
    output.record({"n": 1})
    assert (out.getvalue(), err.getvalue()) == ("said\n", "noted\n")


def test_with_json_stdout_holds_json_lines_only() -> None:
    output, out, err = voice(as_json=True)
    output.say("中", "said")
    output.record({"题": "名"})
    output.refuse(BadInput("坏", "bad"), source="a")
    assert [json.loads(line) for line in out.getvalue().splitlines()] == [
        {"题": "名"},
        {"error": {"code": "bad-input", "message": "坏", "file": None, "row": None, "field": None, "mend": None},
         "source": "a"},
    ]  # fmt: skip
    assert err.getvalue() == ""


def test_the_exit_code_is_the_highest_that_was_earned() -> None:
    output, _, _ = voice()
    assert output.exit_code == 0
    for error, expected in (
        (Doubtful("", ""), 1), (MissingAnchor("", ""), 2), (Doubtful("", ""), 2), (Unavailable("", ""), 3),
        (BadInput("", ""), 3), (OwnFault("", ""), 4), (Unavailable("", ""), 4),
    ):  # fmt: skip
        output.refuse(error)
        assert output.exit_code == expected
    other, _, _ = voice()
    other.refuse(RuntimeError("nobody expected this"))
    assert other.exit_code == 4
    other.fail(1)
    assert other.exit_code == 4


def test_an_error_says_where_what_and_what_to_do() -> None:
    error = BadInput("坏", "bad", mend=Words("改", "mend it"), file="l.csv", row=3, field="thing")
    assert error_text(error, "zh") == "错误: l.csv, 第 3 行, 字段 thing: 坏\n  → 改"
    assert error_text(error, "en") == "error: l.csv, line 3, field thing: bad\n  → mend it"
    assert error_text(BadInput("坏", "bad"), "en") == "error: bad"
    assert error_to_json(error, "en") == {
        "code": "bad-input", "message": "bad", "file": "l.csv", "row": 3, "field": "thing", "mend": "mend it",
    }  # fmt: skip


def test_a_field_of_the_list_bears_its_chinese_name() -> None:
    assert "题名(title)" in error_text(BadInput("空", "empty", field="title"), "zh")
    assert "field title" in error_text(BadInput("空", "empty", field="title"), "en")


def test_names_that_are_not_utf_8_can_be_printed_and_read_again() -> None:
    name = b"\xb9\xfe.txt".decode(errors="surrogateescape")
    assert r"\xb9\xfe.txt" in error_text(BadInput("坏", "bad", file=name), "en")
    output, out, _ = voice(as_json=True)
    output.refuse(BadInput("坏", name, file=name), source=name)
    output.record({"names": [name], "within": {"name": name}, "lone": "\ud800"})
    for line in out.getvalue().splitlines():
        json.dumps(json.loads(line), ensure_ascii=False).encode()


@pytest.mark.parametrize("name", ["a\x1b[2Jb", "a\nerror: all is lost", "a\rb", "a\u202etxt.exe", "a\x07"])
def test_a_name_cannot_steer_the_terminal_or_forge_a_line(name: str) -> None:
    text = error_text(BadInput("坏", f"bad: {name}", file=name), "en")
    assert text.startswith("error: ")
    assert text.isprintable()


def test_mistakes_are_ours_and_name_the_usage() -> None:
    parser = Parser(prog="zhicang thing", allow_abbrev=False)
    add_common(parser, "zh")
    with pytest.raises(BadInput) as caught:
        parser.parse_args(["--bogus"])
    assert "--bogus" in caught.value.words.zh
    assert "--bogus" in caught.value.words.en
    assert caught.value.mend is not None
    assert "zhicang thing --help" in caught.value.mend.en
    with pytest.raises(BadInput):
        parser.parse_args(["--hom", "x"])


@pytest.mark.parametrize(
    ("arguments", "english"),
    [(["--bogus"], "unrecognized"), (["--lang", "fr"], "invalid"), (["--home"], "expected"), (["--json=1"], "ignored")],
)
def test_every_mistake_is_told_in_chinese(arguments: list[str], english: str) -> None:
    parser = Parser(prog="zhicang thing", allow_abbrev=False)
    add_common(parser, "zh")
    with pytest.raises(BadInput) as caught:
        parser.parse_args(arguments)
    assert english not in caught.value.words.zh
    assert english in caught.value.words.en


def test_a_sentence_is_chosen_by_language() -> None:
    assert (chooser("zh")("中", "e"), chooser("en")("中", "e")) == ("中", "e")


def test_a_bar_is_drawn_on_a_terminal_and_wiped_at_its_end() -> None:
    stream = Terminal()
    with Progress("登记", 4, stream=stream) as progress:
        progress.step(2)
    drawn = stream.getvalue()
    assert "登记 " in drawn
    assert "2/4" in drawn
    assert drawn.count("█") == drawn.count("·") == 15
    assert drawn.endswith("\r\x1b[K")


def test_the_bar_of_a_step_is_wiped_when_the_next_one_begins() -> None:
    stream = Terminal()
    words = {"receipts": Words("凭证", "receipts"), "register": Words("登记", "register")}
    with Steps(Output(language="zh", as_json=False, stderr=stream), words) as steps:
        steps.step()  # nothing has begun
        steps.begin("receipts", 2)
        steps.step(2)
        steps.begin("register", 8)
        steps.step()
    first, second = stream.getvalue().split("\r\x1b[K")[:2]
    assert ("凭证" in first, "2/2" in first, "登记" in second, "1/8" in second) == (True, True, True, True)
    assert stream.getvalue().endswith("\r\x1b[K")


def test_in_a_pipe_there_is_no_bar() -> None:
    stream = io.StringIO()
    with Progress("登记", 0, stream=stream) as progress:
        progress.step()
    assert stream.getvalue() == ""


def test_a_bar_does_not_run_over_its_end() -> None:
    stream = Terminal()
    with Progress("x", 1, stream=stream) as progress:
        progress.step(5)
    assert stream.getvalue().count("█") == 30


def test_a_damaged_database_is_not_available_rather_than_our_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "any.db").write_bytes(b"\xa5" * 5000)
    output = Output(language="en", as_json=False)
    connection = sqlite3.connect(tmp_path / "any.db")
    with pytest.raises(sqlite3.DatabaseError) as caught:
        connection.execute("SELECT 1 FROM meta")
    connection.close()
    tell_failure(caught.value, output)
    assert output.exit_code == 3
    said = capsys.readouterr().err
    assert "damaged" in said
    assert "zhicang restore" in said


@pytest.mark.parametrize(("language", "words"), [("zh", "可以结束本命令"), ("en", "you may end this command")])
def test_a_network_without_headers_is_told_of_on_stderr(
    language: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_silence(7, 10, Output(language=language, as_json=True))
    said = capsys.readouterr()
    assert said.out == ""
    assert words in said.err
    assert "7" in said.err
    assert "10" in said.err
