"""zhicang supersede: 换版, new content for a registered resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.acting import perform
from node.cli.because import add_because, because_of
from node.cli.changing import Asked, carry_out
from node.cli.parser import add_passphrase, chooser, given_path
from node.cli.session import home_of
from node.errors import BadInput
from node.records.number import Number

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.runtime import Writing


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("id", metavar="ID", help=say("登记号", "registration number"))
    parser.add_argument("path", type=given_path, metavar="PATH", help=say("新内容:一个文件或文件夹", "the new content: a file or a folder"))
    add_because(parser, language, default="其他")
    add_passphrase(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Supersede; under two persons it waits for review."""
    perform(arguments, output, act)


def prepare(arguments: argparse.Namespace) -> None:
    """Check number and source."""
    arguments.id = str(Number.parse(arguments.id))
    arguments.because = because_of(arguments)
    arguments.path = arguments.path.absolute()
    if home_of(arguments).touches(arguments.path):
        zh, en = "这是节点目录或其中一部分,不能作为载荷", "this is the node's own home or a part of it, no payload"
        raise BadInput(zh, en, file=str(arguments.path))


async def act(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    """Store the new content as a version of the same object, then send it if it may go."""
    stage = await node.registrar.stage_of_new()
    matter = node.registrar.editions.supersede(arguments.id, arguments.path, arguments.because, stage=stage)
    await carry_out(node, output, [Asked(name=arguments.id, matter=matter)])
