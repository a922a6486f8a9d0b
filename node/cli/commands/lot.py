"""zhicang lot: what is known of a lot 交付批次, and what stands under its name."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from node.applying.lots import SAID, all_lots, check_said, find_lot, named_lot, say_of_lot
from node.cli.acting import perform
from node.cli.parser import SubCommand, add_subcommands, chooser, no_options
from node.cli.session import home_of, mark_demonstration
from node.errors import Words
from node.records.lot import lot_digest
from node.registrar.stages import STATUSES
from node.registrar.statements import VERDICTS
from node.runtime import open_for_reading

if TYPE_CHECKING:
    import argparse

    from node.applying.lots import Acceptance, Lot
    from node.cli.output import Output
    from node.runtime import Desk

FIELDS = {
    "contract": Words("合同号", "contract"),
    "contractor": Words("承建单位", "contractor"),
    "disk": Words("硬盘号", "disk"),
    "delivered": Words("交付日期", "delivered on"),
    "note": Words("附注", "note"),
}


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the acts and their options."""
    add_subcommands(parser, language, ACTS)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Do what was asked."""
    ACTS[arguments.act].run(arguments, output)


def _configure_name(parser: argparse.ArgumentParser, language: str) -> None:
    say = chooser(language)
    parser.add_argument("name", nargs="?", metavar="NAME", help=say("批次名,与清单“交付批次”一列相同", "name of the lot, as in the column lot of a list"))


def _configure_add(parser: argparse.ArgumentParser, language: str) -> None:
    say = chooser(language)
    _configure_name(parser, language)
    examples = {"contract": "HT-2023-017", "delivered": "2023-09-18"}
    for name, words in FIELDS.items():
        example = examples.get(name)
        parser.add_argument(f"--{name}", metavar="YYYY-MM-DD" if name == "delivered" else None, help=say(words.zh + (f",如 {example}" if example else ""), words.en + (f", such as {example}" if example else "")))


def _add(arguments: argparse.Namespace, output: Output) -> None:
    perform(arguments, output, act_add, keys=False)


def _list(arguments: argparse.Namespace, output: Output) -> None:
    with open_for_reading(home_of(arguments)) as node:
        mark_demonstration(node.identity, output)
        lots = list(all_lots(node.journal))
        for lot in lots:
            _tell(lot, output)
    output.record({"summary": {"lots": len(lots)}})
    output.say(f"共 {len(lots)} 批", f"{len(lots)} lot(s)")


def _show(arguments: argparse.Namespace, output: Output) -> None:
    with open_for_reading(home_of(arguments)) as node:
        mark_demonstration(node.identity, output)
        lot = find_lot(node.journal, _name(arguments))
        _tell(lot, output)
        _tell_acceptance(lot, output)


def prepare(arguments: argparse.Namespace) -> None:
    """Look at what was typed."""
    _name(arguments)
    check_said(_said(arguments))


async def act_add(node: Desk, arguments: argparse.Namespace, output: Output) -> None:
    """Keep what was said of a lot; what was not said this time stays."""
    mark_demonstration(node.identity, output)
    name = _name(arguments)
    say_of_lot(node.journal, name, _said(arguments), now=int(time.time()))
    _tell(find_lot(node.journal, name), output)


def _said(arguments: argparse.Namespace) -> dict[str, str]:
    return {name: text for name in SAID if (text := getattr(arguments, name)) is not None}


def _name(arguments: argparse.Namespace) -> str:
    return named_lot(arguments.name or "", mend=Words("zhicang lot show 批次名", "zhicang lot show NAME"))


def _tell(lot: Lot, output: Output) -> None:
    row = lot.row
    output.record(
        {
            "lot": row.name,
            "digest": lot_digest(row.name).hex(),
            **{name: value or None for name, value in asdict(row).items() if name in FIELDS},
            "resources": {status: {"count": count, "files": files, "bytes": size} for status, (count, files, size) in lot.resources.items()},
            "unit_batches": {status: {"count": count, "claimed": claimed} for status, (count, claimed) in lot.batches.items()},
            "acceptance": _acceptance_json(lot.acceptance),
        }
    )
    said = [(words, getattr(row, field)) for field, words in FIELDS.items() if getattr(row, field)]
    output.say(f"{row.name}  " + ",".join(f"{words.zh} {text}" for words, text in said), f"{row.name}  " + ", ".join(f"{words.en} {text}" for words, text in said))
    for status, (count, files, size) in lot.resources.items():
        output.say(f"  资源 {count} 件({files} 个文件,{size} 字节)  {STATUSES[status].zh}", f"  {count} resource(s) ({files} files, {size} bytes)  {STATUSES[status].en}")
    for status, (count, claimed) in lot.batches.items():
        output.say(f"  知识单元 {count} 批 {claimed} 条  {STATUSES[status].zh}", f"  {count} unit batch(es), {claimed} units  {STATUSES[status].en}")


def _acceptance_json(found: Acceptance | None) -> dict[str, Any] | None:
    if found is None:
        return None
    said = {"verdict": found.verdict, "tx_hash": "0x" + found.tx_hash.hex(), "height": found.height}
    return said | ({"chain": "earlier"} if found.earlier else {})


def _tell_acceptance(lot: Lot, output: Output) -> None:
    """Say the verdict; one of an earlier chain as what it is, with what is to be done here."""
    found, name = lot.acceptance, lot.row.name
    if found is not None:
        said = VERDICTS.get(found.verdict, Words(f"意见 {found.verdict}", f"verdict {found.verdict}"))
        there = Words("原链", "earlier chain, ") if found.earlier else Words("", "")
        output.say(f"  验收:{said.zh},{there.zh}区块高度 {found.height}", f"  acceptance: {said.en}, {there.en}height {found.height}")
    if found is None or found.earlier:
        here = Words("在本网络上", " on this network") if found else Words("", "")
        output.say(f"  {here.zh}未验收;验收:zhicang attest lot:{name} --kind 批次验收 --verdict 通过 --file 验收单.pdf", f"  not accepted yet{here.en}: zhicang attest lot:{name} --kind lot-acceptance --verdict yes --file ACCEPTANCE.pdf")


ACTS = {
    "add": SubCommand(words=Words("记下批次的情况(再记一次即改)", "say what a lot is (again: correct it)"), configure=_configure_add, run=_add),
    "show": SubCommand(words=Words("看一批", "show one"), configure=_configure_name, run=_show),
    "list": SubCommand(words=Words("列出各批", "list all"), configure=no_options, run=_list),
}
