"""The usages under a command's help: each is one that the command takes, and none of its acts is left out."""

from __future__ import annotations

import importlib
import shlex

import pytest

from node.cli.main import COMMANDS, parse
from node.cli.parser import Parser
from node.cli.usages import USAGES, usages_of

LINES = [line for usages in USAGES.values() for line in usages]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_usage_is_taken_by_its_command(line: str, language: str) -> None:
    words = [word.replace("FINGERPRINT", "0" * 64) for word in shlex.split(line)]
    module, arguments = parse(words, language)
    assert module.__name__.removesuffix("_").endswith(f".{line.split(maxsplit=1)[0]}")
    assert line in (usages_of(line.split(maxsplit=1)[0], language) or "")
    assert arguments.typed == words


@pytest.mark.parametrize("command", sorted(USAGES))
def test_every_act_of_a_command_has_a_usage(command: str) -> None:
    assert command in COMMANDS
    parser = Parser(prog=command)
    name = "import_" if command == "import" else command
    importlib.import_module(f"node.cli.commands.{name}").configure(parser, "en")
    acts: list[str] = []
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to tell what it takes
        if action.dest == "act":
            acts += map(str, action.choices or [])
    told = {shlex.split(line)[1] for line in USAGES[command] if len(shlex.split(line)) > 1}
    assert set(acts) <= told
