"""zhicang repair: damaged or lost files brought back by CID from kubo or a partner's gateway, and the repair recorded."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from node.cli.acting import perform
from node.cli.parser import add_passphrase, chooser
from node.cli.session import mark_demonstration
from node.cli.told import tell
from node.errors import BadInput, Doubtful, Words, ZhicangError
from node.publishing.own_kubo import own_kubo
from node.repairing.desk import RepairDesk
from node.settings import is_rpc_url
from storage.errors import StorageError
from storage.gateway_blocks import GatewayBlocks
from storage.kubo_blocks import KuboBlocks

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.repairing.desk import Repaired
    from node.runtime import Writing
    from storage.block_source import BlockSource


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("ids", nargs="+", metavar="ID", help=say("登记号,或知识单元清单的对象编号", "registration numbers, or objects of unit lists"))
    parser.add_argument("--from", dest="partners", action="append", default=[], metavar="URL", help=say("伙伴的可信网关,可给多个,依次询问;设置 ipfs_api 的 kubo 先问", "a partner's trustless gateway; may be repeated, asked in order, after the kubo of the setting ipfs_api"))
    add_passphrase(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Repair."""
    perform(arguments, output, act)


def prepare(arguments: argparse.Namespace) -> None:
    """Check the URLs."""
    for url in arguments.partners:
        if not is_rpc_url(url):
            mend = Words("例如 https://gateway.example.cn", "such as https://gateway.example.cn")
            raise BadInput(f"不是网址:{url[:80]}", f"no URL: {url[:80]}", mend=mend, field="from")


async def act(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    """Repair each object; one that cannot be repaired holds up no other."""
    mark_demonstration(node.identity, output)
    repaired = 0
    async with AsyncExitStack() as stack:
        sources: list[BlockSource] = []
        if node.settings.ipfs_api:
            sources.append(KuboBlocks(await stack.enter_async_context(own_kubo(node.home))))
        sources += [await stack.enter_async_context(GatewayBlocks(url)) for url in arguments.partners]
        names = [*filter(None, [node.settings.ipfs_api]), *arguments.partners]
        desk = RepairDesk(node, sources=sources, names=names)
        for object_id in arguments.ids:
            try:
                one = await desk.repair(object_id)
            except (ZhicangError, StorageError) as error:
                output.refuse(error, source=object_id)
                continue
            _tell(one, output)
            repaired += one.act is not None
    output.record({"summary": {"objects": len(arguments.ids), "repaired": repaired}})


def _tell(one: Repaired, output: Output) -> None:
    for lie in one.refused:
        words = lie.words
        output.note(f"已拒收:{words.zh}", f"refused: {words.en}")
    tx_hash = None if one.act is None else "0x" + (one.act.tx_hash or b"").hex()
    output.record({
        "object": one.object_id, "files": [{"path": each.path, "was": each.was, "now": each.now} for each in one.mended],
        "refused": [lie.file for lie in one.refused], "left": len(one.left), "tx_hash": tx_hash,
    })  # fmt: skip
    for each in one.mended:
        what = (f"已放回 {each.path}", f"put back {each.path}") if each.path else ("整个对象已重建", "the whole object made anew")
        output.say(f"{one.object_id}:{what[0]}", f"{one.object_id}: {what[1]}")
    for finding in one.left:
        tell(finding, output)
    if one.left:
        output.fail(Doubtful.exit_code)
    elif one.act is None:
        output.say(f"{one.object_id} 完好,无须修复", f"{one.object_id} is whole: nothing to repair")
    else:
        output.say(f"{one.object_id} 已修复,重读无误;交易 {tx_hash}", f"{one.object_id} is repaired and was re-read; transaction {tx_hash}")
