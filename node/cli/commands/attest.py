"""zhicang attest: a signed statement about a record, a list or a lot: co-signature, finding, acceptance, repair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.calls import AttestCall, encode_call
from node.applying.lots import find_lot
from node.cli.acting import perform
from node.cli.because import document_digest
from node.cli.keyed import carried, carry, sign_here
from node.cli.keystores import add_keystore, keystore_of, open_keystore
from node.cli.parser import add_passphrase, chooser, given_path
from node.cli.session import home_of, mark_demonstration
from node.errors import BadInput, Words
from node.records.lot import lot_digest, lot_of_subject, lot_subject
from node.records.number import Number
from node.registrar.statements import KINDS, VERDICTS

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.runtime import Writing

LARGEST = 255
_DIGEST_DIGITS = 64


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    kinds = "、".join(words.zh for words in KINDS.values()), ", ".join(words.en for words in KINDS.values())
    verdicts = "、".join(words.zh for words in VERDICTS.values()), ", ".join(words.en for words in VERDICTS.values())
    parser.add_argument("subject", metavar="SUBJECT", help=say("登记号,或 64 位十六进制的摘要或批根,或 lot:批次名", "registration number, a digest or root of 64 hex digits, or lot:NAME"))
    needed = parser.add_argument_group(say("必需的选项", "required options"))
    needed.add_argument("--kind", required=True, help=say(f"{kinds[0]},或 1—255", f"{kinds[1]}, or 1 to 255"))
    based = needed.add_mutually_exclusive_group(required=True)
    based.add_argument("--digest", metavar="HEX", help=say("所据文件的 SHA-256", "SHA-256 of what it is based on"))
    based.add_argument("--file", type=given_path, metavar="FILE", help=say("所据文件;只有它的 SHA-256 上链", "what it is based on; its SHA-256 alone goes on chain"))
    needed.add_argument("--verdict", required=True, help=say(f"{verdicts[0]},或 0—255", f"{verdicts[1]}, or 0 to 255"))
    parser.add_argument("--as", dest="role", default="registrar", choices=["registrar", "reviewer", "auditor"], help=say("以谁的密钥(缺省登记员)", "whose key signs (default registrar)"))
    add_keystore(parser, language, "ROLE")
    add_passphrase(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Attest with the registrar's key, or with a person's own."""
    prepare(arguments)
    if arguments.role == "registrar" and arguments.keystore is None:
        perform(arguments, output, act)
        return
    home = home_of(arguments)
    home.identity()
    key = open_keystore(arguments, output, home, keystore_of(arguments, home, arguments.role))
    signed = sign_here(home, key, kind="attest", subject=arguments.subject, calldata=arguments.calldata)
    perform(arguments, output, act, carried={"signed": carry(signed)})


def prepare(arguments: argparse.Namespace) -> None:
    """Make the call of what was typed."""
    if (arguments.digest is None) == (arguments.file is None):
        raise BadInput("用 --digest 或 --file 指明所据文件", "name what it is based on with --digest or --file")
    if name := lot_of_subject(arguments.subject):
        arguments.subject = lot_subject(name)
    digest = document_digest(arguments.file) if arguments.file is not None else digest_of(arguments.digest)
    call = AttestCall(
        subject=subject_of(arguments.subject),
        kind=_code(arguments.kind, KINDS, "kind", lowest=1),
        digest=digest,
        verdict=_code(arguments.verdict, VERDICTS, "verdict", lowest=0),
    )
    arguments.call, arguments.calldata = call, encode_call(call)


def _look_at_lot(node: Writing, subject: str, output: Output, *, own: bool) -> None:
    """Refuse a lot that stands nowhere in this home; to a person's own key, who may speak of others' lots, say so."""
    if not (name := lot_of_subject(subject)):
        return
    try:
        find_lot(node.journal, name)
    except BadInput:
        if own:
            raise
        output.note(f"注意:本库没有批次“{name}”", f"note: this home has no lot {name!r}")


async def act(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    """Send it and wait until it is final; the same statement by the same key is not made twice."""
    mark_demonstration(node.identity, output)
    registrar = node.registrar
    foreign = arguments.carried.get("signed")
    _look_at_lot(node, arguments.subject, output, own=not foreign)
    earlier = None if foreign else node.journal.acts.repeated(registrar.acts.sender, arguments.calldata)
    if foreign:
        settled = await registrar.settle_one(registrar.acts.take(carried(foreign)))
        row, fresh = settled.act, True
    elif earlier is not None:
        row, fresh = earlier, False
    else:
        settled = await registrar.act_once(kind="attest", subject=arguments.subject, calldata=arguments.calldata)
        row, fresh = settled.act, True
    tx_hash = "0x" + (row.tx_hash or b"").hex()
    output.record({"act": "attest", "subject": arguments.subject, "kind": arguments.call.kind, "verdict": arguments.call.verdict, "sha256": arguments.call.digest.hex(), "account": "0x" + row.sender.hex(), "fresh": fresh, "tx_hash": tx_hash, "height": row.height})
    output.record({"summary": {"attested": 1}})
    output.say(f"已上链:{arguments.subject},区块高度 {row.height},交易 {tx_hash}", f"on chain: {arguments.subject}, height {row.height}, transaction {tx_hash}")


def subject_of(text: str) -> bytes:
    """Give what stands on chain for a subject: a number, a digest or a lot's digest."""
    if name := lot_of_subject(text):
        return lot_digest(name)
    digits = text.removeprefix("0x")
    if len(digits) == _DIGEST_DIGITS:
        return digest_of(text)
    return Number.parse(text).on_chain()


def digest_of(text: str) -> bytes:
    """Read a digest of 64 hexadecimal digits."""
    digits = text.removeprefix("0x").lower()
    if len(digits) != _DIGEST_DIGITS or any(digit not in "0123456789abcdef" for digit in digits):
        raise BadInput(f"“{text[:80]}”不是 64 位十六进制摘要", f"{text[:80]!r} is no digest of 64 hex digits", field="digest")
    return bytes.fromhex(digits)


def _code(text: str, known: dict[int, Words], field: str, *, lowest: int) -> int:
    found = next((code for code, words in known.items() if text in (words.zh, words.en)), None)
    if found is None and text.isascii() and text.isdigit() and lowest <= int(text) <= LARGEST:
        found = int(text)
    if found is None:
        words = Words("、".join(each.zh for each in known.values()), ", ".join(each.en for each in known.values()))
        mend = Words(f"可用:{words.zh},或 {lowest}—{LARGEST} 的整数", f"one of {words.en}, or {lowest} to {LARGEST}")
        raise BadInput(f"--{field} 不能是“{text[:40]}”", f"--{field} cannot be {text[:40]!r}", mend=mend, field=field)
    return found
