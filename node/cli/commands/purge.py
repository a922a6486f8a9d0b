"""zhicang purge: 销毁, the payloads of withdrawn resources, under a list that a registrar drafts and a reviewer approves."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from node.cli.acting import perform
from node.cli.because import document_digest
from node.cli.keyed import carried, carry, sign_here
from node.cli.keystores import add_keystore, address_in, keystore_of, open_keystore
from node.cli.parser import SubCommand, add_passphrase, add_subcommands, chooser, given_path
from node.cli.publishing import take_out
from node.cli.session import home_of, mark_demonstration, refuse_existing, write_output
from node.errors import BadInput, Words, chinese_reason
from node.own_anchor import trust_of
from node.purging.desk import PurgeDesk
from node.purging.destruction_list import LARGEST, DestructionList, check, draft
from node.records.number import Number
from node.registrar.reviewer_key import require_reviewer
from node.runtime import open_for_reading
from node.settings import read_settings
from node.wiring import place_of

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.runtime import Writing

ROLE = "reviewer"
SHOWN = 40
clock = time.time


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the acts and their options."""
    add_subcommands(parser, language, ACTS)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Do one of the three."""
    ACTS[arguments.act].run(arguments, output)


def _configure_draft(parser: argparse.ArgumentParser, language: str) -> None:
    say = chooser(language)
    parser.add_argument("what", nargs="+", metavar="ID", help=say("已撤销的登记号", "withdrawn registration numbers"))
    parser.add_argument("--why", metavar="TEXT", help=say("销毁理由", "why they are destroyed"))
    parser.add_argument("--document", type=given_path, metavar="FILE", help=say("依据文件;只有它的 SHA-256 进清册", "the paper behind it; its SHA-256 alone goes into the list"))
    parser.add_argument("-o", "--output", type=given_path, metavar="LIST.json", help=say("清册写到这里", "where the list is written"))


def _configure_approve(parser: argparse.ArgumentParser, language: str) -> None:
    _configure_run(parser, language)
    add_keystore(parser, language, ROLE)


def _configure_run(parser: argparse.ArgumentParser, language: str) -> None:
    parser.add_argument("what", nargs="+", metavar="LIST.json", help=chooser(language)("清册文件", "the list's file"))
    add_passphrase(parser, language)


def _run(arguments: argparse.Namespace, output: Output) -> None:
    perform(arguments, output, act_run)


def prepare(arguments: argparse.Namespace) -> None:
    """Read the list."""
    if len(arguments.what) != 1:
        raise BadInput("一次一份清册", "one list at a time", field="what")
    path = given_path(arguments.what[0])
    try:
        with path.open("rb") as stream:
            arguments.destruction = DestructionList.read(stream.read(LARGEST))
    except OSError as error:
        raise BadInput(f"读不到清册:{chinese_reason(error)}", f"the list cannot be read: {error.strerror}", file=str(path)) from error
    except BadInput as error:
        error.file = str(path)
        raise


def _draft(arguments: argparse.Namespace, output: Output) -> None:
    if not (arguments.why or "").strip() or arguments.output is None:
        mend = Words("zhicang purge draft 登记号 … --why 理由 -o 清册.json", "zhicang purge draft ID … --why REASON -o LIST.json")
        raise BadInput("拟清册要写明理由和文件", "a list needs its reason and a file", mend=mend, field="why")
    refuse_existing(arguments.output)
    home = home_of(arguments)
    numbers = [str(Number.parse(name)) for name in arguments.what]
    with open_for_reading(home) as node:
        mark_demonstration(node.identity, output)
        list_ = draft(
            node.journal, node.identity, numbers, reason=arguments.why.strip(), now=int(clock()),
            document=document_digest(arguments.document), days=read_settings(home.settings).retention_days,
        )  # fmt: skip
    write_output(arguments.output, list_.to_bytes())
    _show(list_, output)
    output.record({"summary": {"listed": len(list_.numbers), "sha256": list_.digest.hex(), "file": str(arguments.output)}})
    output.say(f"清册写在 {arguments.output};请审核员:zhicang purge approve {arguments.output}", f"the list is in {arguments.output}; the reviewer: zhicang purge approve {arguments.output}")


def _approve(arguments: argparse.Namespace, output: Output) -> None:
    """Show the list, then sign with the reviewer's key, which stays in this process."""
    prepare(arguments)
    home, list_ = home_of(arguments), arguments.destruction
    with open_for_reading(home) as node:
        mark_demonstration(node.identity, output)
        check(list_, node.journal, node.identity, now=int(clock()), days=read_settings(home.settings).retention_days)
        place = place_of(node.identity)
    _show(list_, output)
    keystore = keystore_of(arguments, home, ROLE)
    unchecked = require_reviewer(trust_of(home), address_in(keystore), place)
    key = open_keystore(arguments, output, home, keystore)
    if unchecked is not None:
        output.note(unchecked.zh, unchecked.en)
    signed = sign_here(home, key, kind="attest", subject=list_.digest.hex(), calldata=list_.calldata)
    perform(arguments, output, act_approve, carried={"signed": carry(signed)})


async def act_approve(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    """Bring the reviewer's statement on chain."""
    desk = PurgeDesk(node, clock=clock)
    await desk.require_two()
    desk.check(arguments.destruction)
    settled = await node.registrar.settle_one(node.registrar.acts.take(carried(arguments.carried["signed"])))
    tx_hash = "0x" + (settled.act.tx_hash or b"").hex()
    output.record({"summary": {"approved": len(arguments.destruction.numbers), "account": "0x" + settled.act.sender.hex(), "tx_hash": tx_hash}})
    output.say(f"已签署;登记员:zhicang purge run {arguments.what[0]}", f"signed; the registrar: zhicang purge run {arguments.what[0]}")


async def act_run(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    """Carry the list out."""
    mark_demonstration(node.identity, output)
    fresh = count = 0
    async for purged in PurgeDesk(node, clock=clock).run(arguments.destruction):
        count, fresh = count + 1, fresh + purged.fresh
        output.record({"resource_id": purged.number, "tombstone": purged.tombstone, "fresh": purged.fresh})
        output.say(f"{purged.number} 的载荷已销毁,销毁说明 {purged.tombstone}", f"the payload of {purged.number} is gone; its tombstone is {purged.tombstone}")
    await take_out(node, arguments.destruction.numbers, output)
    output.record({"summary": {"purged": count, "fresh": fresh}})
    output.say(f"销毁 {count} 件(本次 {fresh} 件);登记、证明与凭证不变", f"{count} purged, {fresh} of them now; records, proofs and receipts stay")


def _show(list_: DestructionList, output: Output) -> None:
    items, value = list_.value["items"], list_.value
    size = sum(payload["size"] for item in items for payload in item["payloads"])
    output.say(f"销毁清册 {list_.digest.hex()}:{len(items)} 件,{size} 字节;理由:{value['reason']}", f"list of destruction {list_.digest.hex()}: {len(items)} resources, {size} bytes; because: {value['reason']}")
    for item in items[:SHOWN]:
        output.say(f"    {item['resource_id']}  《{item['title']}》", f"    {item['resource_id']}  {item['title']}")
    if len(items) > SHOWN:
        output.say(f"    …… 另有 {len(items) - SHOWN} 件,逐件见清册", f"    … and {len(items) - SHOWN} more, one by one in the list")


ACTS = {
    "draft": SubCommand(words=Words("登记员拟清册", "a registrar draws up the list"), configure=_configure_draft, run=_draft),
    "approve": SubCommand(words=Words("审核员看过后签署", "a reviewer reads and signs it"), configure=_configure_approve, run=_approve),
    "run": SubCommand(words=Words("登记员执行", "the registrar carries it out"), configure=_configure_run, run=_run),
}
