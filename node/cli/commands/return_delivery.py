"""zhicang return-delivery: 退回, a delivery goes back to its institution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.calls import ReturnDeliveryCall
from contracts.exchange import RETURNED
from node.cli.acting import perform
from node.cli.delivering import answer, configure_answer, read_answer

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.runtime import Writing

configure = configure_answer


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Return it."""
    perform(arguments, output, act)


def prepare(arguments: argparse.Namespace) -> None:
    """Make the call of what was typed."""
    read_answer(arguments, ReturnDeliveryCall)


async def act(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    """Return the delivery, unless that was done before."""
    await answer(node, arguments, output, kind="returnDelivery", wanted=RETURNED)
