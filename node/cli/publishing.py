"""The home's kubo at the command line: publishing into it, checking it, fetching a partner's payload through it."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from node.cli.session import home_of, mark_demonstration
from node.errors import BadInput, Doubtful, Words, ZhicangError
from node.history import find
from node.publishing.own_kubo import own_kubo
from node.publishing.publish import Publisher
from node.records.beijing import day_of
from node.runtime import open_for_reading
from node.visibility.rule import Caller, hidden_because
from node.visibility.sight import list_hidden_because
from storage.block_source import IndexBlocks
from storage.blocks import BlockIndex
from storage.cid import Cid
from storage.errors import StorageError, UnknownBlock
from storage.kubo_blocks import KuboBlocks
from storage.kubo_pins import PinList
from storage.kubo_private import faults_of, mend, require_private
from storage.traversal import walk

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from node.cli.output import Output
    from node.publishing.publish import Left
    from node.runtime import Reading, Writing
    from storage.kubo import KuboApi
    from storage.kubo_upload import Sent
    from storage.resources import ResourceRow
    from storage.units import UnitBatchRow

_PUBLISH = Words("zhicang storage publish", "zhicang storage publish")


def publish(arguments: argparse.Namespace, output: Output) -> None:
    """Send what partners may see and kubo has not; take out what they may see no longer."""
    if arguments.all == bool(arguments.names):
        mend_it = Words("zhicang storage publish 登记号 … 或 zhicang storage publish --all", "zhicang storage publish ID … or zhicang storage publish --all")
        raise BadInput("请写明发布哪些,或用 --all", "say which resources, or --all", mend=mend_it, field="names")
    with open_for_reading(home_of(arguments)) as node:
        mark_demonstration(node.identity, output)
        asyncio.run(_publish(node, arguments, output))


async def _publish(node: Reading, arguments: argparse.Namespace, output: Output) -> None:
    chosen = None if arguments.all else _chosen(node, arguments.names)
    source = IndexBlocks(node.blocks)
    try:
        async with own_kubo(node.home) as api:
            await require_private(api)
            kubo = KuboBlocks(api)
            with PinList() as pins:
                await pins.take(kubo.pins())
                publisher = Publisher(node.journal, source=source, kubo=kubo, pins=pins, today=day_of(time.time()))
                left = await publisher.withdraw(*_of(node, chosen))
                _tell_left(left, output)
                await _send(node, publisher, chosen, output, removed=len(left))
    finally:
        source.close()


async def take_out(node: Writing, numbers: list[str], output: Output) -> None:
    """Take what was purged out of the home's kubo, where it has one; where that fails, say what does it later."""
    if not node.settings.ipfs_api:
        return
    rows = [row for number in numbers if (row := node.journal.resources.by_number(number)) is not None]
    try:
        with closing(BlockIndex.open(node.home.blocks, root=node.home.storage, read_only=True)) as index, PinList() as pins:
            async with own_kubo(node.home) as api:
                kubo = KuboBlocks(api)
                await pins.take(kubo.pins())
                with closing(IndexBlocks(index)) as source:
                    publisher = Publisher(node.journal, source=source, kubo=kubo, pins=pins, today=day_of(time.time()))
                    _tell_left(await publisher.withdraw(rows, ()), output)
    except (ZhicangError, StorageError) as error:
        words = error.words
        output.note(f"kubo 里的没有撤下({words.zh});再运行 zhicang storage publish --all", f"kubo still has them ({words.en}); run zhicang storage publish --all")


async def _send(node: Reading, publisher: Publisher, chosen: list[ResourceRow] | None, output: Output, *, removed: int) -> None:
    sent = refused = 0
    for row in chosen or ():
        if (why := publisher.hidden_because(row)) is not None:
            zh, en = f"{row.number} 不发布:{why.zh}", f"{row.number} is not published: {why.en}"
            output.refuse(BadInput(zh, en, field="id"), source=row.number)
            refused += 1
    _, batches = _of(node, chosen)
    total = (node.journal.resources.count() if chosen is None else len(chosen)) + sum(1 for _ in batches)
    with output.progress("发布", "publish", total) as progress:
        async for one in publisher.publish(*_of(node, chosen)):
            if one.error is not None:
                output.refuse(one.error, source=one.payload.name)
                refused += 1
            else:
                _tell_sent(one, output)
                sent += 1
            progress.step()
    output.record({"summary": {"published": sent, "there": publisher.there, "removed": removed, "refused": refused}})
    output.say(
        f"新发布 {sent} 件;此前已在 kubo 中 {publisher.there} 件;撤下 {removed} 件;未成 {refused} 件",
        f"{sent} published; {publisher.there} were in kubo already; {removed} taken out; {refused} not published",
    )


def _of(node: Reading, chosen: list[ResourceRow] | None) -> tuple[Iterable[ResourceRow], Iterable[UnitBatchRow]]:
    """Give the resources that are meant, and the unit lists that name any of them."""
    if chosen is None:
        return node.journal.resources.in_pages(), node.journal.units.in_pages()
    naming = {batch.id: batch for row in chosen for batch in node.journal.units.naming(row.number)}
    return chosen, naming.values()


def _named(name: str) -> dict[str, str]:
    return {"unit_list" if name.startswith("units-") else "resource_id": name}


def _tell_sent(sent: Sent, output: Output) -> None:
    payload = sent.payload
    output.record({**_named(payload.name), "cid": str(payload.root), "state": "named" if payload.pinned else "published", "blocks": sent.blocks})
    output.say(f"已发布 {payload.name}  {payload.root}(送出 {sent.blocks} 块)", f"published {payload.name}  {payload.root} ({sent.blocks} block(s) sent)")


def _tell_left(left: list[Left], output: Output) -> None:
    for one in left:
        output.record({**_named(one.name), "cid": str(one.root), "state": "removed", "because": one.because.in_language(output.language)})
        output.say(f"已撤下 {one.name}({one.because.zh}),数据块已从 kubo 清除", f"taken out {one.name} ({one.because.en}), its blocks removed from kubo")
    if left:
        output.note("别的节点先前取走的,这里收不回来", "what other nodes have fetched before cannot be called back from here")


def check(arguments: argparse.Namespace, output: Output) -> None:
    """See whether the home's kubo is private; read back what was published, every block hashed again."""
    with open_for_reading(home_of(arguments)) as node:
        mark_demonstration(node.identity, output)
        asyncio.run(_check(node, arguments, output))


async def _check(node: Reading, arguments: argparse.Namespace, output: Output) -> None:
    async with own_kubo(node.home) as api:
        await _check_private(api, output)
        good = 0
        today = day_of(time.time())
        for row in node.journal.resources.in_pages() if arguments.all else _chosen(node, arguments.names):
            if hidden_because(row, Caller.PARTNER, today) is None:
                good += await _read_back(KuboBlocks(api), row.number, row.cid, output)
        for batch in node.journal.units.in_pages() if arguments.all else ():
            if list_hidden_because(node.journal, batch, Caller.PARTNER, today) is None:
                good += await _read_back(KuboBlocks(api), batch.object_id, batch.cid, output)
        if arguments.all or arguments.names:
            output.record({"summary": {"good": good}})
            output.say(f"从 kubo 逐块读回并核对 {good} 件", f"{good} read back from kubo, every block checked")


async def _check_private(api: KuboApi, output: Output) -> None:
    found = await faults_of(api)
    faults = [{"field": fault.field, "message": fault.words.in_language(output.language), "command": fault.command} for fault in found]
    output.record({"kubo": api.url, "private": not found, "faults": faults})
    if not found:
        output.say(f"kubo({api.url})是私有的:有群密钥,无引导节点,无公共路由", f"kubo at {api.url} is private: a swarm key, no bootstrap peers, no public routing")
        return
    output.fail(1)
    output.say(f"kubo({api.url})不是私有的:", f"kubo at {api.url} is not private:")
    for fault in found:
        output.say(f"  ✗ {fault.words.zh}", f"  ✗ {fault.words.en}")
    words = mend(found)
    output.say(f"  → {words.zh}", f"  → {words.en}")


async def _read_back(kubo: KuboBlocks, name: str, cid: bytes, output: Output) -> bool:
    root = Cid.from_binary(cid)
    try:
        blocks = sum([1 async for _ in walk(kubo, root)])
        pin = await kubo.pin_of(root)
    except UnknownBlock as error:
        zh, en = f"{name} 不全在 kubo 里:{error.words.zh}", f"kubo has not all of {name}: {error.words.en}"
        output.refuse(Doubtful(zh, en, mend=_PUBLISH), source=name)
        return False
    except StorageError as error:
        output.refuse(error, source=name)
        return False
    if pin is None:
        zh, en = f"{name} 没有固定,kubo 清理时会丢", f"{name} is not pinned: kubo's garbage collection takes it"
        output.refuse(Doubtful(zh, en, mend=_PUBLISH), source=name)
        return False
    output.record({**_named(name), "cid": str(root), "pin": pin, "blocks": blocks})
    return True


def fetch(arguments: argparse.Namespace, output: Output) -> None:
    """Fetch a partner's payload from the swarm, verify it, and write it out."""
    from node.publishing.fetch import Wanted
    from node.publishing.fetch import fetch as fetch_wanted

    home = home_of(arguments)
    mark_demonstration(home.identity(), output)
    if len(arguments.names) != 1 or arguments.output is None:
        mend_it = Words("zhicang storage fetch 凭证或CID -o 目录", "zhicang storage fetch RECEIPT-or-CID -o DIR")
        raise BadInput("请写明取什么、写到哪里", "say what to fetch and where to write it", mend=mend_it, field="names")
    if home.touches(arguments.output):
        zh, en = "不能写到节点目录里或包含它的目录", "nothing is written into the home or around it"
        raise BadInput(zh, en, file=str(arguments.output))
    wanted = Wanted.named(arguments.names[0], folder=Path.cwd(), anchor=arguments.anchor or home.anchor)

    async def through_kubo() -> None:
        async with own_kubo(home) as api:
            await require_private(api)
            unpacked, verdict = await fetch_wanted(wanted, KuboBlocks(api), arguments.output, patience=api.silence)
        output.record({
            "cid": str(wanted.root), "folder": str(arguments.output), "files": unpacked.files, "bytes": unpacked.size,
            "resource_id": None if verdict is None else wanted.name, "answer": None if verdict is None else verdict.answer,
            "institution": None if verdict is None else verdict.institution,
        })  # fmt: skip
        output.record({"summary": {"fetched": unpacked.files}})
        output.say(
            f"已从群里取得 {unpacked.files} 个文件({unpacked.size} 字节)到 {arguments.output},逐块核对无误",
            f"{unpacked.files} file(s), {unpacked.size} bytes, fetched from the swarm into {arguments.output}, every block checked",
        )
        if verdict is None:
            output.note("只有 CID,没有凭证:谁登记的、登记了什么,都没有核验", "a CID and no receipt: who registered it, and as what, was not verified")
        else:
            output.say(f"与凭证相符:{wanted.name}  {verdict.institution}", f"as its receipt says: {wanted.name}  {verdict.institution}")

    asyncio.run(through_kubo())


def _chosen(node: Reading, names: list[str]) -> list[ResourceRow]:
    rows: Iterator[ResourceRow] = (row for name in names for row in find(node.journal, name))
    return list({row.number: row for row in rows}.values())
