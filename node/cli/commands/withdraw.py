"""zhicang withdraw: 撤销登记, for good; what was said stays provable, the payload stays where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.acting import perform
from node.cli.because import add_because, because_of
from node.cli.changing import Asked, carry_out
from node.cli.parser import add_passphrase, chooser
from node.errors import ZhicangError
from node.records.number import Number

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.runtime import Writing


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("ids", nargs="+", metavar="ID", help=say("登记号", "registration numbers"))
    add_because(parser, language, default=None)
    add_passphrase(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Withdraw; under two persons it waits for review."""
    perform(arguments, output, act)


def prepare(arguments: argparse.Namespace) -> None:
    """Check numbers and reason."""
    arguments.ids = [str(Number.parse(name)) for name in arguments.ids]
    arguments.because = because_of(arguments)


async def act(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    """Enter every withdrawal, then send those that may go."""
    stage = await node.registrar.stage_of_new()
    asked: list[Asked] = []
    for number in arguments.ids:
        try:
            matter = node.registrar.editions.withdraw(number, arguments.because, stage=stage)
            asked.append(Asked(name=number, matter=matter))
        except ZhicangError as error:
            asked.append(Asked(name=number, error=error))
    await carry_out(node, output, asked)
