"""Help, unknown commands and options: what a stranger meets before anything is done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from node.cli.main import COMMANDS

if TYPE_CHECKING:
    from conftest import Desk

WITH_ACTS = {
    "anchor": ("export", "update"),
    "import": ("template", "check", "apply", "report", "units", "car"),
    "incident": ("list", "resolve"),
    "keys": ("new", "show"),
    "lot": ("add", "show", "list"),
    "network": ("found", "deploy"),
    "purge": ("draft", "approve", "run"),
    "storage": ("reindex", "publish", "check", "fetch"),
    "units": ("register", "find", "show", "reindex", "count", "recount"),
}
"""Commands whose acts have parsers of their own."""
CHINESE = re.compile("[\u4e00-\u9fff]")
ARGPARSE_ENGLISH = (
    "usage:", "options:", "positional arguments", "show this help", "unrecognized", "the following arguments",
    "argument --", "invalid", "expected one argument",
)  # fmt: skip


def test_the_overview_lists_every_command_in_both_languages(founded: Desk) -> None:
    chinese, english = founded.well("--help"), founded.well("--help", "--lang", "en")
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", chinese.out, re.MULTILINE)
        assert re.search(rf"^  {command} ", english.out, re.MULTILINE)
    assert not CHINESE.search(english.out)
    assert not any(word in chinese.out for word in ARGPARSE_ENGLISH)
    assert founded.well().out == chinese.out


@pytest.mark.parametrize(("command", "act"), [(command, act) for command, acts in WITH_ACTS.items() for act in acts])
def test_every_act_explains_its_own_options_in_both_languages(founded: Desk, command: str, act: str) -> None:
    chinese, english = founded.well(command, act, "--help"), founded.well(command, act, "--help", "--lang", "en")
    assert f"zhicang {command} {act} " in chinese.out
    assert CHINESE.search(chinese.out)
    assert not any(word in chinese.out for word in ARGPARSE_ENGLISH), chinese.out
    assert not CHINESE.search(english.out), english.out


def test_an_act_refuses_the_options_of_another(founded: Desk) -> None:
    refused = founded.run("units", "count", "--period", "2023", "--lang", "en")
    assert refused.code == 2
    assert "unrecognized arguments: --period 2023" in refused.err
    assert "zhicang units count --help" in refused.err


def test_common_options_stand_before_the_command_before_the_act_or_behind_it(founded: Desk) -> None:
    for words in (("--json", "keys", "show"), ("keys", "--json", "show"), ("keys", "show", "--json")):
        assert founded.well(*words).out.startswith("{"), words


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_both_languages(founded: Desk, command: str) -> None:
    chinese = founded.well(command, "--help")
    assert CHINESE.search(chinese.out)
    assert not any(word in chinese.out for word in ARGPARSE_ENGLISH), chinese.out
    english = founded.well(command, "--help", "--lang", "en")
    assert "usage: zhicang " + command in english.out
    assert not CHINESE.search(english.out), english.out
    assert chinese.err == english.err == ""


@pytest.mark.parametrize(
    ("variables", "chinese"),
    [({}, True), ({"LANG": "C.UTF-8"}, True), ({"LANG": "en_GB.UTF-8"}, False), ({"LANG": "zh_CN.UTF-8"}, True),
     ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, False)],
)  # fmt: skip
def test_the_language_is_the_locales_unless_it_is_said(
    founded: Desk, variables: dict[str, str], *, chinese: bool
) -> None:
    assert bool(CHINESE.search(founded.well("--help", **variables).out)) is chinese


def test_the_version_is_one_line(founded: Desk) -> None:
    assert re.fullmatch(r"zhicang \d+\.\d+\.\d+\n", founded.well("--version").out)


def test_an_unknown_command_is_refused_by_name(founded: Desk) -> None:
    chinese = founded.run("registre", "x")
    assert chinese.code == 2
    assert chinese.out == ""
    assert "registre" in chinese.err
    assert "zhicang --help" in chinese.err
    english = founded.run("--lang", "en", "registre")
    assert english.code == 2
    assert "there is no command registre" in english.err


def test_an_unknown_command_is_refused_in_json_lines(founded: Desk) -> None:
    ran = founded.run("--json", "registre")
    assert ran.code == 2
    assert ran.err == ""
    assert ran.errors[0]["code"] == "bad-input"
    assert set(ran.errors[0]) == {"code", "message", "file", "row", "field", "mend"}


def test_an_unknown_option_without_a_command_is_refused_by_name(founded: Desk) -> None:
    ran = founded.run("--bogus")
    assert ran.code == 2
    assert "--bogus" in ran.err
    assert founded.run("--bogus", "--json").errors[0]["code"] == "bad-input"


MISTAKES = (
    (("list", "--bogus"), "--bogus"),
    (("list", "--limit", "many"), "--limit"),
    (("list", "--lang", "fr"), "--lang"),
    (("verify", "one"), "RECEIPT"),
    (("units", "regster", "x.jsonl"), "regster"),
    (("receipt", "14000001-2023-00000001-A"), "-o"),
    (("list", "--lim", "3"), "--lim"),
    (("init", "--name", "x"), "--code"),
)


@pytest.mark.parametrize(("arguments", "named"), MISTAKES)
def test_a_mistake_on_the_command_line_is_named_and_exits_2(
    founded: Desk, arguments: tuple[str, ...], named: str
) -> None:
    english = founded.run(*arguments, LANG="en_US.UTF-8")
    assert english.code == 2
    assert english.out == ""
    assert named in english.err
    assert f"zhicang {arguments[0]} --help" in english.err
    assert not CHINESE.search(english.err)
    chinese = founded.run(*arguments)
    assert chinese.code == 2
    assert named in chinese.err


@pytest.mark.parametrize(("arguments", "named"), MISTAKES)
def test_a_mistake_on_the_command_line_is_told_in_chinese(
    founded: Desk, arguments: tuple[str, ...], named: str
) -> None:
    said = founded.run(*arguments).err
    assert not any(word in said for word in ARGPARSE_ENGLISH), said
    assert named in said


def test_out_of_range_figures_are_refused_with_their_field(founded: Desk) -> None:
    for arguments, field in (
        (("list", "--limit", "0"), "limit"),
        (("serve", "--port", "70000"), "port"),
        (("units", "register", "x.jsonl", "--batch", "10001"), "batch"),
        (("register", "x", "--period", "23"), "period"),
        (("register", "x", "--type", "papyrus"), "type"),
        (("register", "x", "--access", "maybe"), "access"),
        (("register", "x", "--rights", "mine"), "rights"),
    ):
        ran = founded.run(*arguments, "--json")
        assert ran.code == 2, arguments
        assert ran.errors[0]["field"] == field


def test_commands_without_a_home_say_how_to_make_one(empty_desk: Desk) -> None:
    for arguments in (
        ("list",), ("show", "x"), ("register", "x"), ("units", "register", "x"), ("receipt", "x", "-o", "y"),
        ("anchor", "export", "-o", "y"), ("audit",), ("export", "x", "y"), ("storage", "reindex"), ("serve",),
    ):  # fmt: skip
        ran = empty_desk.run(*arguments)
        assert ran.code == 2, arguments
        assert "zhicang init" in ran.err
        assert str(empty_desk.home) in ran.err
    assert not empty_desk.home.exists()


def test_help_of_commands_with_acts_has_a_line_for_each_and_says_what_is_required(founded: Desk) -> None:
    govern = founded.well("govern", "--help").out
    for act in ("admit", "freeze", "threshold", "approve"):
        assert re.search(rf"^  {act} ", govern, re.MULTILINE)
    assert "\n    recount " in founded.well("units", "--help").out
    assert "--kind KIND (--digest HEX | --file FILE) --verdict" in founded.well("attest", "--help").out
    assert "(--package FILE | --digest HEX)" in founded.well("deliver", "--help").out
    for arguments in (("deliver", "14000002"), ("deliver", "14000002", "--package", "a", "--digest", "b")):
        refused = founded.run(*arguments, "--json")
        assert refused.code == 2
        assert CHINESE.search(refused.errors[0]["message"])
        assert not any(word in refused.errors[0]["message"] for word in ARGPARSE_ENGLISH)
        assert not re.search("required|allowed", refused.errors[0]["message"])
