"""What deliver, accept and return-delivery have in common: the package and its state on chain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from contracts import views
from contracts.calls import AcceptDeliveryCall, ReturnDeliveryCall, encode_call
from contracts.exchange import DELIVERED, RETURNED
from node.cli.because import document_digest
from node.cli.commands.attest import digest_of
from node.cli.parser import add_passphrase, chooser, given_path
from node.cli.session import mark_demonstration
from node.errors import BadInput

if TYPE_CHECKING:
    import argparse

    from contracts.exchange import Delivery
    from node.cli.output import Output
    from node.runtime import Writing

STATES = {1: ("已提交", "delivered"), 2: ("已接收", "accepted"), 3: ("已退回", "returned")}


def add_package(parser: argparse.ArgumentParser, language: str) -> None:
    """Add the options that name a package and a paper."""
    say = chooser(language)
    package = parser.add_mutually_exclusive_group(required=True)
    package.add_argument("--package", type=given_path, metavar="FILE", help=say("交付包文件;只有它的 SHA-256 上链", "the package's file; its SHA-256 alone goes on chain"))
    package.add_argument("--digest", metavar="HEX", help=say("交付包的 SHA-256", "the package's SHA-256"))
    parser.add_argument("--document", type=given_path, metavar="FILE", help=say("依据文件;只有它的 SHA-256 上链", "the paper behind it; its SHA-256 alone goes on chain"))


def read_package(arguments: argparse.Namespace) -> None:
    """Leave the package's and the paper's digests on the arguments."""
    if (arguments.package is None) == (arguments.digest is None):
        raise BadInput("用 --package 或 --digest 指明交付包", "name the package with --package or --digest")
    given = arguments.package
    arguments.package_digest = document_digest(given) if given is not None else digest_of(arguments.digest)
    arguments.document_digest = document_digest(arguments.document)


def configure_answer(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options of a recipient's answer to a delivery."""
    help_text = chooser(language)("提交机构的机构码", "code of the institution that delivered it")
    parser.add_argument("institution", metavar="CODE", help=help_text)
    add_package(parser, language)
    add_passphrase(parser, language)


def read_answer(arguments: argparse.Namespace, call: type[AcceptDeliveryCall | ReturnDeliveryCall]) -> None:
    """Make the call of a recipient's answer, accepting or returning, and leave it on the arguments."""
    read_package(arguments)
    arguments.institution_code = institution_code(arguments.institution)
    arguments.calldata = encode_call(
        call(
            institution=arguments.institution_code,
            package_digest=arguments.package_digest,
            document=arguments.document_digest,
        )
    )


async def answer(node: Writing, arguments: argparse.Namespace, output: Output, *, kind: str, wanted: int) -> None:
    """Bring a delivery to this institution to where the answer wants it."""
    await bring_about(
        node, output, kind=kind, institution=arguments.institution_code, recipient=node.identity.code.encode(),
        package_digest=arguments.package_digest, calldata=arguments.calldata, wanted=wanted,
    )  # fmt: skip


def institution_code(text: str) -> bytes:
    """Read an institution's code."""
    if re.fullmatch("[0-9A-Z]{8}", text) is None:
        zh, en = f"机构码“{text[:20]}”应为 8 位数字或大写字母", f"code {text[:20]!r} must be 8 digits or capitals"
        raise BadInput(zh, en, field="code")
    return text.encode()


async def delivery_of(node: Writing, institution: bytes, package_digest: bytes) -> Delivery | None:
    """Ask how a delivery stands."""
    registry = bytes.fromhex(node.identity.registry)
    answer = await node.engine.call(to=registry, calldata=views.encode_delivery_of(institution, package_digest))
    return views.decode_delivery_of(answer)


async def bring_about(
    node: Writing, output: Output, *, kind: str, institution: bytes, recipient: bytes, package_digest: bytes,
    calldata: bytes, wanted: int,
) -> None:  # fmt: skip
    """Send an act unless the delivery stands as wanted already, wait until it is final, and tell.

    A package that went to another institution than ``recipient`` is refused; returned, it may be delivered to any.
    """
    mark_demonstration(node.identity, output)
    before = await delivery_of(node, institution, package_digest)
    if before is not None and before.recipient != recipient and (wanted, before.status) != (DELIVERED, RETURNED):
        to = before.recipient.decode()
        zh, en = f"该交付包的接收机构是 {to},不是 {recipient.decode()}", f"the package was delivered to {to}, not to {recipient.decode()}"
        raise BadInput(zh, en, field="recipient")
    known = before is not None and before.status == wanted
    subject = package_digest.hex()
    tx_hash: str | None = None
    height = 0 if before is None else before.height
    if not known:
        settled = await node.registrar.act_once(kind=kind, subject=subject, calldata=calldata)
        tx_hash, height = "0x" + (settled.act.tx_hash or b"").hex(), settled.act.height or 0
    zh, en = STATES[wanted]
    output.record({"act": kind, "institution": institution.decode(), "sha256": subject, "status": en, "fresh": not known, "tx_hash": tx_hash, "height": height})
    output.record({"summary": {en: 1}})
    output.say(f"{zh}:交付包 {subject},区块高度 {height}", f"{en}: package {subject}, height {height}")
