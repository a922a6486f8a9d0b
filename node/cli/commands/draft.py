"""zhicang draft: store files and folders as drafts, which nobody is asked about yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.acting import perform
from node.cli.commands.register import configure_sources
from node.cli.commands.register import prepare as prepare_requests
from node.cli.matters import NEXT_SUBMIT, tell_resource
from node.cli.session import mark_demonstration
from node.errors import ZhicangError
from node.registrar.outcome import Refused
from node.registrar.request import RegisterRequest

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.runtime import Desk


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    configure_sources(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Store drafts; nothing is signed and nobody's passphrase is asked for."""
    perform(arguments, output, act, keys=False)


def prepare(arguments: argparse.Namespace) -> None:
    """Turn what was named into requests."""
    prepare_requests(arguments)


async def act(node: Desk, arguments: argparse.Namespace, output: Output) -> None:
    """Store what was prepared; a draft that comes again with changes is edited."""
    mark_demonstration(node.identity, output)
    requests: list[RegisterRequest | ZhicangError] = arguments.requests
    drafts = refused = 0
    for request in requests:
        if isinstance(request, ZhicangError):
            refused += 1
            output.refuse(request)
    wanted = [request for request in requests if isinstance(request, RegisterRequest)]
    with output.progress("存稿", "draft", len(requests)) as progress:
        for outcome in node.registrar.draft(wanted):
            progress.step()
            if isinstance(outcome, Refused):
                refused += 1
                output.refuse(outcome.error, source=outcome.source)
                continue
            drafts += 1
            tell_resource(outcome, output)
    output.record({"summary": {"drafts": drafts, "refused": refused, "next": "zhicang submit --all"}})
    output.say(f"存稿 {drafts} 件,拒绝 {refused} 件", f"{drafts} drafts, {refused} refused")
    output.say(*NEXT_SUBMIT)
