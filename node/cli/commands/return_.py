"""zhicang return: 退回, back from review with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.acting import perform
from node.cli.matters import tell_matter
from node.cli.parser import chooser
from node.cli.session import mark_demonstration
from node.errors import BadInput

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.runtime import Desk


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("ids", nargs="+", metavar="ID", help=say("登记号,或知识单元清单号", "registration numbers, or ids of unit lists"))
    parser.add_argument("--because", required=True, metavar="TEXT", help=say("退回的原因", "the reason"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Return what waits for review; nobody's passphrase is asked for."""
    perform(arguments, output, act, keys=False)


def prepare(arguments: argparse.Namespace) -> None:
    """Refuse a return without a reason."""
    if not arguments.because.strip():
        raise BadInput("退回要写明原因", "a return needs its reason", field="because")


async def act(node: Desk, arguments: argparse.Namespace, output: Output) -> None:
    """Return each; an approval that it had is void."""
    mark_demonstration(node.identity, output)
    matters = node.registrar.review.give_back(arguments.ids, arguments.because.strip())
    for matter in matters:
        tell_matter(matter, output)
    output.record({"summary": {"returned": len(matters)}})
    output.say(f"退回 {len(matters)} 项;登记员改好后重新送审", f"{len(matters)} returned; the registrar mends and submits them again")
