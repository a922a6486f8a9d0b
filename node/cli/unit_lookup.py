"""Looking units up: a page of those that are wanted, and all that is known of one."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

from node.cli.page import add_limit, page_size
from node.cli.parser import chooser
from node.cli.session import home_of, mark_demonstration
from node.errors import BadInput, Words
from node.records.lot import lot_name
from node.records.number import Number
from node.registrar.stages import STATUSES, status_of
from node.registrar.unit_terms import folded, labels
from node.runtime import open_for_reading
from storage.matters import Code

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.runtime import Reading
    from node.unit_lookup import FoundUnit, UnitLookup, Wanted


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options of looking up."""
    say = chooser(language)
    parser.add_argument("what", nargs="*", metavar="WORDS", help=say("要找的词", "words to find"))
    parser.add_argument("--resource", metavar="ID", help=say("属于哪件资源", "of which resource"))
    parser.add_argument("--batch", type=int, metavar="N", help=say("第几批", "of which batch"))
    parser.add_argument("--lot", default="", help=say("交付批次", "of which lot"))
    parser.add_argument("--tag", metavar="T", help=say("标签", "a tag"))
    parser.add_argument("--subject", metavar="S", help=say("主题词", "a subject"))
    add_limit(parser, language, zh="每页条数", en="units a page")
    parser.add_argument("--after", metavar="CURSOR", help=say("从上一页末尾的游标之后开始", "begin behind the cursor that the last page ended with"))


def configure_show(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the option of showing one."""
    parser.add_argument("what", nargs="*", metavar="UNIT_ID", help=chooser(language)("登记号#标识", "NUMBER#IDENTIFIER"))


def find(arguments: argparse.Namespace, output: Output) -> None:
    """Print one page of the units that are wanted, and how to get the next."""
    from node.unit_lookup import UnitLookup

    limit, wanted = page_size(arguments), _wanted(arguments)
    with open_for_reading(home_of(arguments)) as node:
        mark_demonstration(node.identity, output)
        lookup = UnitLookup(node)
        found = list(itertools.islice(lookup.find(wanted), limit + 1))
        page, more = found[:limit], len(found) > limit
        for unit in page:
            value = _described(node, lookup, unit)
            output.record(value)
            words = "、".join([*value["tags"], *value["subjects"]])
            _say(unit, value, output, f"  {words}" if words else "")
        tell_read_whole(lookup, output)
    cursor = page[-1].cursor if more else None
    output.record({"summary": {"shown": len(page), "next_after": cursor}})
    output.say(f"本页 {len(page)} 条", f"{len(page)} unit(s)")
    if cursor:
        output.say(f"下一页:同一命令加 --after {cursor}", f"next page: the same command with --after {cursor}")


def show(arguments: argparse.Namespace, output: Output) -> None:
    """Print all that is known of a unit."""
    from node.unit_lookup import UnitLookup

    if len(arguments.what) != 1:
        mend = Words("zhicang units show 登记号#标识", "zhicang units show NUMBER#IDENTIFIER")
        raise BadInput("应指明一条知识单元", "name one unit", mend=mend, field="unit")
    with open_for_reading(home_of(arguments)) as node:
        mark_demonstration(node.identity, output)
        lookup = UnitLookup(node)
        units = lookup.named(arguments.what[0])
        for unit in units:
            value = _described(node, lookup, unit)
            output.record(value | {"record": unit.value})
            _say(unit, value, output)
            for name, part in unit.value.items():
                output.say(f"  {name}: {part}", f"  {name}: {part}")
        tell_read_whole(lookup, output)
    output.record({"summary": {"found": len(units)}})


def taken_back_words(unit: FoundUnit) -> Words:
    """Say by what a unit is replaced or withdrawn."""
    final = unit.batch.stage == "confirmed"
    zh, en = ("", "") if final else ("(尚未最终确认)", " (not final yet)")
    return Words(f"已由 {unit.name} 替换或撤销{zh}", f"replaced or withdrawn by {unit.name}{en}")


def tell_read_whole(lookup: UnitLookup, output: Output) -> None:
    """Say which lists had to be read line by line, and what ends that."""
    if lookup.read_whole:
        count = len(lookup.read_whole)
        output.note(
            f"有 {count} 批的检索索引缺失或已损坏,已逐行读清单;zhicang units reindex 可重建",
            f"{count} batch(es) have no whole index and were read line by line; zhicang units reindex makes it anew",
        )


def _wanted(arguments: argparse.Namespace) -> Wanted:
    from node.unit_lookup import Wanted

    after = (0, -1)
    if arguments.after is not None:
        match = re.fullmatch(r"([0-9]{1,15})\.([0-9]{1,6})", arguments.after)
        if match is None:
            raise BadInput("--after 应是上一页给出的游标", "--after must be a cursor that a page ended with", field="after")
        after = int(match[1]), int(match[2])
    wanted = Wanted(
        words=tuple(folded(" ".join(arguments.what)).split()),
        tag=None if arguments.tag is None else folded(arguments.tag),
        subject=None if arguments.subject is None else folded(arguments.subject),
        resource=None if arguments.resource is None else str(Number.parse(arguments.resource)),
        lot=lot_name(arguments.lot) or None,
        batch=arguments.batch,
        after=after,
    )
    if not (wanted.words or wanted.keys() or wanted.lot or wanted.batch):
        mend = Words("zhicang units find 晋绥 --tag 抗战", "zhicang units find WORD --tag TAG")
        raise BadInput("没有说要找什么", "what to find was not said", mend=mend, field="words")
    return wanted


def _described(node: Reading, lookup: UnitLookup, unit: FoundUnit) -> dict[str, Any]:
    batch = unit.batch
    act = None if batch.act is None else node.journal.acts.get(batch.act)
    status = "registered" if batch.stage == "confirmed" else status_of(Code.COMMIT_UNITS, batch.stage)
    return {
        "unit": unit.name,
        "title": unit.value.get("title"),
        "level": unit.value.get("level"),
        "tags": labels(unit.value, "tags"),
        "subjects": labels(unit.value, "subjects"),
        "status": status,
        "batch": batch.id,
        "lot": batch.lot or None,
        "period": batch.period,
        "height": None if act is None else act.height,
        "tx_hash": None if act is None or act.tx_hash is None else "0x" + act.tx_hash.hex(),
        "taken_back_by": [taker.name for taker in lookup.taken_back_by(unit.name)],
    }


def _say(unit: FoundUnit, value: dict[str, Any], output: Output, more: str = "") -> None:
    state, title = STATUSES[value["status"]], value["title"] or ""
    zh = f"{unit.name}  {value['level']}  {title}{more}  第 {unit.batch.id} 批 {state.zh}"
    output.say(zh, f"{unit.name}  {value['level']}  {title}{more}  batch {unit.batch.id} {state.en}")
    for name in value["taken_back_by"]:
        output.say(f"  已由 {name} 替换或撤销", f"  replaced or withdrawn by {name}")
