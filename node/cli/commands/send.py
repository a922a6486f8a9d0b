"""zhicang send: take in approvals, send everything that is approved, and wait until it is final."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.cli.acting import perform
from node.cli.matters import tell_outcome
from node.cli.parser import add_passphrase, chooser, given_path
from node.cli.session import mark_demonstration
from node.errors import BadInput, chinese_reason
from node.registrar.outcome import Refused
from node.registrar.request_file import LARGEST, Approvals

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from node.cli.output import Output
    from node.runtime import Writing


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("files", nargs="*", type=given_path, metavar="APPROVALS.json", help=say("审核员带回的批准文件", "files of approvals that a reviewer sent back"))
    add_passphrase(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Send what is approved."""
    perform(arguments, output, act)


def prepare(arguments: argparse.Namespace) -> None:
    """Read the approval files and leave them on the arguments."""
    arguments.approvals = [_read(file) for file in arguments.files]


async def act(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    """Take in, send, and tell each matter when it is final."""
    mark_demonstration(node.identity, output)
    registrar = node.registrar
    taken = sent = refused = 0
    for approvals in arguments.approvals:
        for each in registrar.approving.take(approvals, sender=registrar.acts.sender):
            if each.error is not None:
                refused += 1
                output.refuse(each.error, source=each.name)
            else:
                taken += 1
    for refusal in await registrar.turn_away():
        refused += 1
        output.refuse(refusal.error, source=refusal.source)
    if await registrar.one_person():
        registrar.send_submitted()
    async for outcome in registrar.carry_out(approved=True):
        tell_outcome(outcome, output)
        refused, sent = refused + isinstance(outcome, Refused), sent + (not isinstance(outcome, Refused))
    waiting = node.journal.matters.counts().get("submitted", 0)
    output.record({"summary": {"approvals": taken, "sent": sent, "refused": refused, "review": waiting}})
    output.say(f"上链 {sent} 项,拒绝 {refused} 项,仍待审 {waiting} 项", f"{sent} on chain, {refused} refused, {waiting} still wait for review")


def _read(file: Path) -> Approvals:
    try:
        with file.open("rb") as stream:
            return Approvals.from_json_bytes(stream.read(LARGEST + 1))
    except OSError as error:
        zh, en = f"读不到批准文件:{chinese_reason(error)}", f"the approvals cannot be read: {error.strerror}"
        raise BadInput(zh, en, file=str(file)) from error
    except BadInput as error:
        error.file = str(file)
        raise
