"""zhicang recall: 撤回, give up what was not sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.acting import perform
from node.cli.matters import tell_matter
from node.cli.parser import chooser
from node.cli.session import mark_demonstration

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.runtime import Desk


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("ids", nargs="+", metavar="ID", help=say("登记号,或知识单元清单号", "registration numbers, or ids of unit lists"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Recall; nobody's passphrase is asked for."""
    perform(arguments, output, act, keys=False)


async def act(node: Desk, arguments: argparse.Namespace, output: Output) -> None:
    """Recall each; its payload stays in the storage root, its number is not given again."""
    mark_demonstration(node.identity, output)
    matters = node.registrar.review.recall(arguments.ids)
    for matter in matters:
        tell_matter(matter, output)
    output.record({"summary": {"recalled": len(matters)}})
    output.say(f"撤回 {len(matters)} 项", f"{len(matters)} recalled")
