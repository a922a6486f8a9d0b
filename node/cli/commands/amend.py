"""zhicang amend: 更正, other metadata for a registered resource whose content stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.acting import perform
from node.cli.because import add_because, because_of
from node.cli.changing import Asked, carry_out
from node.cli.parser import add_passphrase, chooser, given_path
from node.cli.saying import add_set, said_with_set
from node.errors import BadInput, Words, ZhicangError
from node.importers.amendment_list import FIELDS, Amendment, read_amendments
from node.records.number import Number

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.runtime import Writing

_OPTIONS = ("title", "type", "access", "rights", "client_ref", "creator", "date", "description")
"""Fields with an option of their own."""


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("id", nargs="?", metavar="ID", help=say("登记号", "registration number"))
    for field in _OPTIONS:
        zh, en = f"新的{FIELDS[field]}", f"the new {field.replace('_', ' ')}"
        parser.add_argument(f"--{field.replace('_', '-')}", help=say(zh, en))
    add_set(parser, language)
    parser.add_argument("--list", type=given_path, metavar="LIST.csv", help=say("更正表(CSV,UTF-8):登记号一列,加上要改的各列;空格不改", "list of corrections (CSV, UTF-8): a column number and those that change; an empty cell changes nothing"))
    add_because(parser, language, default="登记错误")
    add_passphrase(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Amend; under two persons it waits for review."""
    perform(arguments, output, act)


def prepare(arguments: argparse.Namespace) -> None:
    """Read what is to be amended."""
    arguments.because = because_of(arguments)
    said = {field: getattr(arguments, field) for field in _OPTIONS if getattr(arguments, field) is not None}
    said |= said_with_set(arguments, FIELDS)
    if (arguments.list is None) == (arguments.id is None) or (arguments.list is None) == (not said):
        mend = Words("zhicang amend 登记号 --title 新题名 … 或 zhicang amend --list 更正表.csv", "zhicang amend ID --title NEW … or zhicang amend --list LIST.csv")
        raise BadInput("请写明更正哪一件的哪些项", "say which resource and what becomes other", mend=mend)
    if arguments.list is not None:
        arguments.amendments = list(read_amendments(arguments.list))
        return
    number = str(Number.parse(arguments.id))
    arguments.amendments = [Amendment(number=number, changes=said)]


async def act(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    """Enter every amendment, then send those that may go."""
    stage = await node.registrar.stage_of_new()
    asked: list[Asked] = []
    for amendment in arguments.amendments:
        if isinstance(amendment, ZhicangError):
            asked.append(Asked(name="", error=amendment))
            continue
        try:
            matter = node.registrar.editions.amend(amendment.number, amendment.changes, arguments.because, stage=stage)
            asked.append(Asked(name=amendment.number, matter=matter))
        except ZhicangError as error:
            if amendment.file is not None:
                error.file, error.row = amendment.file, amendment.row
            asked.append(Asked(name=amendment.number, error=error))
    await carry_out(node, output, asked)
