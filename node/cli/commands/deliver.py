"""zhicang deliver: 提交, a package of records to another institution."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from contracts.calls import DeliverCall, encode_call
from contracts.exchange import DELIVERED
from node.cli.acting import perform
from node.cli.delivering import add_package, bring_about, institution_code, read_package
from node.cli.parser import add_passphrase, chooser
from node.errors import BadInput
from node.records.beijing import year_of
from node.records.lot import lot_digest, lot_name
from node.records.said import read_period
from node.registrar.grouping import text_digest

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.runtime import Writing

MOST_CLAIMED = 2**32 - 1


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("recipient", metavar="CODE", help=say("接收机构的机构码", "code of the institution that receives it"))
    add_package(parser, language)
    parser.add_argument("--claimed", type=int, default=0, metavar="N", help=say("申报的件数或条数", "resources or units that are claimed to be in it"))
    parser.add_argument("--period", help=say("项目年度(缺省今年)", "project year (default: this year)"))
    parser.add_argument("--programme", default="", help=say("项目名称", "programme"))
    parser.add_argument("--lot", default="", help=say("交付批次", "lot"))
    add_passphrase(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Deliver."""
    perform(arguments, output, act)


def prepare(arguments: argparse.Namespace) -> None:
    """Make the call of what was typed."""
    read_package(arguments)
    if not 0 <= arguments.claimed <= MOST_CLAIMED:
        raise BadInput("--claimed 超出范围", "--claimed is out of range", field="claimed")
    arguments.recipient_code = institution_code(arguments.recipient)
    arguments.calldata = encode_call(
        DeliverCall(
            recipient=arguments.recipient_code,
            package_digest=arguments.package_digest,
            claimed=arguments.claimed,
            programme=text_digest(arguments.programme),
            period=read_period(arguments.period) if arguments.period else year_of(time.time()),
            lot=lot_digest(lot_name(arguments.lot)),
            document=arguments.document_digest,
        )
    )


async def act(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    """Deliver; one that was returned may be delivered again."""
    await bring_about(
        node, output, kind="deliver", institution=node.identity.code.encode(),
        recipient=arguments.recipient_code, package_digest=arguments.package_digest, calldata=arguments.calldata, wanted=DELIVERED,
    )  # fmt: skip
