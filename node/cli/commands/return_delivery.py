"""zhicang return-delivery: 退回, a delivery goes back to its institution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.calls import ReturnDeliveryCall, encode_call
from contracts.exchange import RETURNED
from node.cli.acting import perform
from node.cli.delivering import add_package, bring_about, institution_code, read_package
from node.cli.parser import add_passphrase, chooser

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.runtime import Writing


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("institution", metavar="CODE", help=say("提交机构的机构码", "code of the institution that delivered it"))
    add_package(parser, language)
    add_passphrase(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Return it."""
    perform(arguments, output, act)


def prepare(arguments: argparse.Namespace) -> None:
    """Make the call of what was typed."""
    read_package(arguments)
    arguments.institution_code = institution_code(arguments.institution)
    arguments.calldata = encode_call(
        ReturnDeliveryCall(
            institution=arguments.institution_code,
            package_digest=arguments.package_digest,
            document=arguments.document_digest,
        )
    )


async def act(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    """Return the delivery, unless that was done before."""
    await bring_about(
        node, output, kind="returnDelivery", institution=arguments.institution_code,
        recipient=node.identity.code.encode(), package_digest=arguments.package_digest, calldata=arguments.calldata, wanted=RETURNED,
    )  # fmt: skip
