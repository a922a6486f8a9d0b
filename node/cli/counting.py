"""Counting 条: as of a height or a day, from the home's own chain and lists, or from nothing but endpoints and papers."""

from __future__ import annotations

import asyncio
import datetime as dt
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from node.cli.parser import chooser, given_path
from node.cli.session import home_of, mark_demonstration
from node.counting.rule import shipped_rule
from node.counting.tally import GROUPS, REASONS
from node.errors import BadInput, Doubtful, Words
from node.records.beijing import BEIJING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from node.chain.engine import Engine
    from node.cli.output import Output
    from node.counting.chain_facts import Derived
    from node.counting.tally import Tally

MOST_SHOWN = 20
_GROUPS_ZH = {"institution": "机构", "resource": "资源", "lot": "交付批次", "level": "层级", "method": "方式"}


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options of counting."""
    say = chooser(language)
    parser.add_argument("--as-of", metavar="DATE|HEIGHT", help=say("截至哪一天(北京时间 24 时前最后一个区块头)或哪个高度(缺省:此刻)", "up to which day (the last header before 24:00 Beijing time) or height (default: now)"))
    parser.add_argument("--by", choices=GROUPS, help=say("按什么分列", "what to list apart"))


def configure_recount(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options of counting from nothing but a chain and the lists."""
    configure(parser, language)
    say = chooser(language)
    parser.add_argument("--rpc", metavar="URL[,URL…]", help=say("区块链接口", "endpoints"))
    parser.add_argument("--anchor", type=given_path, metavar="FILE", help=say("信任锚", "the trust anchor"))
    parser.add_argument("--lists", type=given_path, metavar="DIR", help=say("放单元清单和资源清单的文件夹,按摘要认出", "folder with unit lists and manifests, recognised by digest"))


def count(arguments: argparse.Namespace, output: Output) -> None:
    """Count, and say what was counted and what was not, and why."""
    tally, time, derived = asyncio.run(_counted(arguments, output))
    lots = _lot_names(arguments) if arguments.by == "lot" and arguments.act == "count" else {}
    own = home_of(arguments).identity().code if arguments.act == "count" else None
    others = [digest for institution, digest in derived.missing_lists if own not in (None, institution)]
    if others:  # a home keeps its own lists; who counts the whole consortium takes `recount` with everybody's
        output.note(f"其他机构的 {len(others)} 份单元清单不在本机,没有计入", f"{len(others)} unit list(s) of other institutions are not here and not counted")
    for institution, digest in derived.missing_lists:
        if own in (None, institution):
            zh, en = f"没有摘要为 {digest.hex()} 的单元清单", f"no unit list with the digest {digest.hex()}"
            output.refuse(Doubtful(zh, en, mend=_MISSING))
    for number in derived.missing_manifests:
        output.refuse(Doubtful(f"没有 {number} 的清单", f"no manifest of {number}", mend=_MISSING))
    _tell(tally, time, arguments.by, output, lots)


_MISSING = Words("向登记机构索取;缺了它,条数不完整", "ask the institution for it; without it the count is not whole")


async def _counted(arguments: argparse.Namespace, output: Output) -> tuple[Tally, int, Derived]:
    from node.counting.chain_facts import derive
    from node.counting.count import count as count_units
    from node.counting_desk import events_up_to, time_of

    rule = shipped_rule()
    async with AsyncExitStack() as stack:
        opened = _from_nothing if arguments.act == "recount" else _from_home
        engine, registry, papers = await opened(arguments, output, stack)
        height = await _height(arguments.as_of, engine)
        derived = derive(await events_up_to(engine, registry=registry, height=height), papers, rule)
        return count_units(derived.batches, derived.facts, rule, as_of=height), await time_of(engine, height), derived


async def _from_home(
    arguments: argparse.Namespace, output: Output, stack: AsyncExitStack
) -> tuple[Engine, bytes, Callable[[bytes], bytes | None]]:
    from node.counting_desk import home_papers
    from node.engines import asking
    from node.runtime import open_for_reading

    home = home_of(arguments)
    node = stack.enter_context(open_for_reading(home))
    mark_demonstration(node.identity, output)
    engine = await stack.enter_async_context(asking(home))
    return engine, bytes.fromhex(node.identity.registry), home_papers(node)


async def _from_nothing(
    arguments: argparse.Namespace, output: Output, stack: AsyncExitStack
) -> tuple[Engine, bytes, Callable[[bytes], bytes | None]]:
    """Attach to a chain by its anchor alone; nothing is kept."""
    from node.chain.incident import IncidentFolder
    from node.chain.remote.attach import ChainIdentity, attached
    from node.counting_desk import folder_papers
    from node.offline import read_anchor
    from node.receipts.folding import fold

    if arguments.rpc is None or arguments.anchor is None or arguments.lists is None:
        mend = Words(
            "zhicang units recount --rpc URL --anchor 信任锚.json --lists 清单文件夹",
            "zhicang units recount --rpc URL --anchor ANCHOR.json --lists FOLDER",
        )
        raise BadInput("重新计数要有 --rpc、--anchor 和 --lists", "recount needs --rpc, --anchor and --lists", mend=mend)
    anchor = read_anchor(arguments.anchor)
    output.note(f"信任锚指纹 {anchor.fingerprint}", f"fingerprint of the anchor {anchor.fingerprint}")
    trust, founding = fold(anchor), anchor.founding
    chain = ChainIdentity(
        chain_id=founding.chain_id,
        genesis_hash=founding.genesis_hash,
        registry=founding.registry,
        registry_code_hash=founding.registry_code_hash,
    )
    evidence = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zhicang-")))
    way = attached(
        [url.strip() for url in arguments.rpc.split(",")],
        chain,
        validators_at=trust.validators_at,
        known_up_to=trust.sets_known,
        incidents=IncidentFolder(evidence),
    )
    network = await stack.enter_async_context(way)
    return network.engine, founding.registry, folder_papers(arguments.lists)


async def _height(text: str | None, engine: Engine) -> int:
    from node.counting_desk import last_before

    if text is None:
        return await engine.height()
    if text.isascii() and text.isdigit() and len(text) < len("20230101"):
        return _up_to(int(text), await engine.height())
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        zh, en = f"“{text[:40]}”既不是日期(如 2023-11-30)也不是高度", f"{text[:40]!r} is neither a date (2023-11-30) nor a height"
        raise BadInput(zh, en, field="as-of") from None
    return await last_before(engine, day)


def _up_to(height: int, head: int) -> int:
    """Give a height that the chain has; raise BadInput for one that it has not reached, which may count otherwise then."""
    if height > head:
        mend = Words(f"最高可用 {head};截至此刻则不写 --as-of", f"at most {head}; for now leave --as-of out")
        raise BadInput(f"链只到高度 {head}", f"the chain is at height {head} only", mend=mend, field="as-of")
    return height


def _lot_names(arguments: argparse.Namespace) -> dict[str, str]:
    """Give the lots that this home knows, by what stands on chain for them; JSON keeps the digests."""
    from node.applying.lots import all_lots
    from node.records.lot import lot_digest
    from node.runtime import open_for_reading

    with open_for_reading(home_of(arguments)) as node:
        return {lot_digest(lot.row.name).hex(): lot.row.name for lot in all_lots(node.journal)}


def _tell(tally: Tally, time: int, group: str | None, output: Output, lots: dict[str, str]) -> None:
    value = tally.to_json() | {"time": time}
    if group is not None:
        value["by"] = {group: dict(tally.by[group].most_common())}
    output.record({"summary": value})
    when = dt.datetime.fromtimestamp(time, BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    output.say(f"截至区块高度 {tally.as_of}(北京时间 {when},由出块者标注)", f"as of height {tally.as_of} ({when} Beijing time, as asserted by the proposer)")
    output.say(f"已上链 {tally.on_chain} 条,验收合格 {tally.accepted} 条,可计数 {tally.counted} 条", f"{tally.on_chain} on chain, {tally.accepted} in accepted lots, {tally.counted} count")
    for reason, (zh, en) in REASONS.items():
        if tally.excluded[reason]:
            output.say(f"  不计 {tally.excluded[reason]} 条:{zh}", f"  {tally.excluded[reason]} not: {en}")
    each = tally.labels / tally.counted if tally.counted else 0.0
    output.say(f"  其中上级也已计数的 {tally.nested} 条;标引数 {tally.labels},平均每条 {each:.2f} 个标签", f"  {tally.nested} of them lie in another one that counts; {tally.labels} labels, {each:.2f} a unit")
    for period, units in sorted(tally.by_period.items()):
        output.say(f"  {period} 年度 {units} 条", f"  project year {period}: {units}")
    if group is not None:
        for name, units in tally.by[group].most_common(MOST_SHOWN):
            shown = lots.get(name, name)
            output.say(f"  {_GROUPS_ZH[group]} {shown or '—'}:{units} 条", f"  {group} {shown or '-'}: {units}")
    output.say(f"  计数规则 {tally.rule.hex()}", f"  counting rule {tally.rule.hex()}")
