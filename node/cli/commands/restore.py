"""zhicang restore: a backup becomes a home again, and a restored home is confirmed before it writes."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

from node.backup.confirming import confirm_embedded, confirm_on_network, mark_confirmed, read_hash, reconcile
from node.backup.manifest import read_summary
from node.backup.restoring import PURPOSE, restore
from node.building import refuse_taken, sweep_unfinished
from node.cli.parser import chooser, given_path
from node.cli.reconciled import tell_reconciled
from node.cli.session import home_of, mark_demonstration
from node.engines import asking
from node.errors import BadInput, Words
from node.home import NETWORK
from node.offline import read_receipt
from node.runtime import open_for_reading
from storage.journal import Journal

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.home import Home
    from node.registrar.reconciling import Reconciled


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("folder", nargs="?", type=given_path, metavar="DIR", help=say("zhicang backup 写出的目录;不给则只确认 --home", "the folder that zhicang backup wrote; without it --home is only confirmed"))
    parser.add_argument("--head", metavar="HASH", help=say("所知最新的区块头哈希(本机链)", "the newest header hash that is known (embedded chain)"))
    parser.add_argument("--receipt", type=given_path, metavar="FILE", help=say("所知最新的凭证(本机链)", "the newest receipt that is known (embedded chain)"))
    parser.add_argument("--confirm", action="store_true", help=say("由网络确认(网络上的节点)", "have the network confirm it (a home on a network)"))
    parser.add_argument("--reconcile", action="store_true", help=say("没有更新的备份:以网络为准补上日志,列出缺了什么,此后可写", "there is no newer backup: bring the journal up to the network, name what is lost, then it can write"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Restore, confirm, or both."""
    home = home_of(arguments)
    given = [name for name in ("head", "receipt", "confirm", "reconcile") if getattr(arguments, name)]
    if len(given) > 1:
        zh, en = "--head、--receipt、--confirm、--reconcile 只能给一个", "give one of --head, --receipt, --confirm and --reconcile"
        raise BadInput(zh, en, field=given[1])
    if arguments.folder is not None:
        _restore(arguments, home, output)
    elif not given:
        mend = Words("zhicang restore DIR --home 新目录", "zhicang restore DIR --home NEW")
        raise BadInput("没有指明备份目录", "no backup was named", mend=mend)
    if given:
        with home.locked():
            _confirm(arguments, home, output)
    output.record({"summary": {"restored": int(arguments.folder is not None), "confirmed": int(bool(given))}})


def _restore(arguments: argparse.Namespace, home: Home, output: Output) -> None:
    summary = read_summary(arguments.folder)
    if home.touches(arguments.folder):
        raise BadInput("节点目录不能与备份重叠", "the home cannot lie in the backup or around it", file=str(home.path))
    refuse_taken(home.path)
    for left in sweep_unfinished(home.path, PURPOSE):
        output.note(f"已删除上次中断的恢复留下的 {left}", f"removed {left}, left by an interrupted restore")
    with output.progress("恢复", "restore", summary.files) as progress:
        restore(arguments.folder, home.path, clock=time.time, random_bytes=os.urandom, step=progress.step)
    mark_demonstration(home.identity(), output)
    made = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(summary.made))
    output.record({"home": str(home.path), "made": summary.made, "height": summary.head.height, "block_hash": "0x" + summary.head.block_hash, "files": summary.files})
    output.say(f"已恢复到 {home.path}:{summary.files} 个文件,逐一核对无误", f"restored to {home.path}: {summary.files} files, each checked")
    output.say(f"  备份作于 {made},至区块高度 {summary.head.height}", f"  the backup was made at {made}, up to height {summary.head.height}")
    output.say("  确认之前只读:zhicang restore --head 哈希 | --receipt 凭证 | --confirm", "  read-only until it is confirmed: zhicang restore --head HASH | --receipt FILE | --confirm")


def _confirm(arguments: argparse.Namespace, home: Home, output: Output) -> None:
    by_network = arguments.confirm or arguments.reconcile
    if (home.identity().chain == NETWORK) != by_network:
        zh, en = "本机链用 --head 或 --receipt 确认,网络上的节点用 --confirm 或 --reconcile", "an embedded chain is confirmed by --head or --receipt, a home on a network by --confirm or --reconcile"
        raise BadInput(zh, en, field="confirm")
    if arguments.reconcile:
        tell_reconciled(asyncio.run(_reconciled(home)), output)
        return
    if arguments.confirm:
        height = known = asyncio.run(_by_network(home))
    elif arguments.head:
        height, known = confirm_embedded(home, read_hash(arguments.head))
    else:
        height, known = confirm_embedded(home, read_receipt(arguments.receipt).material.decode_header().block_hash)
    mark_confirmed(home)
    output.record({"confirmed": str(home.path), "height": height, "known_height": known})
    if known < height:
        output.note(
            f"所给的只到高度 {known},早于备份的 {height}:它证明历史一致,不能证明此后没有更新的登记;若还有更新的凭证或抄下的哈希,请用它再确认",
            f"what was given is of height {known}, before the backup's {height}: it shows the same history, not that nothing came after the backup; confirm again by a newer receipt or hash if there is one",
        )
    output.say(f"已确认(区块高度 {height}),可以写入", f"confirmed (height {height}): it can write")


async def _by_network(home: Home) -> int:
    identity = home.identity()
    async with asking(home) as engine:
        with open_for_reading(home) as node:
            return await confirm_on_network(engine, node.journal, registry=bytes.fromhex(identity.registry), institution=identity.code)


async def _reconciled(home: Home) -> Reconciled:
    async with asking(home) as engine:
        journal = Journal.open(home.journal)
        try:
            return await reconcile(home, engine, journal, clock=time.time)
        finally:
            journal.close()
