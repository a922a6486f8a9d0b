"""zhicang lot: what is known of a lot 交付批次, and what stands under its name."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from contracts.calls import AttestCall, decode_call
from node.cli.acting import perform
from node.cli.commands.attest import VERDICTS
from node.cli.parser import chooser
from node.cli.session import home_of, mark_demonstration
from node.errors import BadInput, Words
from node.records.dates import is_day
from node.registrar.grouping import text_digest
from node.registrar.stages import STATUSES, status_of
from node.runtime import open_for_reading
from storage.lots import LotRow
from storage.matters import Code

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.runtime import Desk
    from storage.journal import Journal

FIELDS = {
    "contract": Words("合同号", "contract"),
    "contractor": Words("承建单位", "contractor"),
    "disk": Words("硬盘号", "disk"),
    "delivered": Words("交付日期", "delivered on"),
    "note": Words("附注", "note"),
}
_ACCEPTANCE = 3
_LONGEST = 2000


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("act", choices=["add", "show", "list"], help=say("add 记下批次的情况(再记一次即改);show 看一批;list 列出各批", "add: say what a lot is (again: correct it); show: one lot; list: all"))
    parser.add_argument("name", nargs="?", metavar="NAME", help=say("批次名,与清单“交付批次”一列相同", "name of the lot, as in the column lot of a list"))
    examples = {"contract": "HT-2023-017", "delivered": "2023-09-18"}
    for name, words in FIELDS.items():
        example = examples.get(name)
        parser.add_argument(f"--{name}", metavar="YYYY-MM-DD" if name == "delivered" else None, help=say(words.zh + (f",如 {example}" if example else ""), words.en + (f", such as {example}" if example else "")))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Do what was asked."""
    if arguments.act == "add":
        perform(arguments, output, act_add, keys=False)
        return
    with open_for_reading(home_of(arguments)) as node:
        mark_demonstration(node.identity, output)
        if arguments.act == "list":
            _list(node.journal, output)
        else:
            _show(node.journal, _name(arguments), output)


def prepare(arguments: argparse.Namespace) -> None:
    """Look at what was typed."""
    name = _name(arguments)
    for field, text in (("name", name), *((field, getattr(arguments, field) or "") for field in FIELDS)):
        if not text.isprintable() or len(text) > _LONGEST:
            raise BadInput("含有控制字符或过长", "it has a control character or is too long", field=field)
    if arguments.delivered and not is_day(arguments.delivered):
        mend = Words("写成如 2023-09-18", "write it like 2023-09-18")
        zh, en = f"“{arguments.delivered[:40]}”不是日期", f"{arguments.delivered[:40]!r} is not a date"
        raise BadInput(zh, en, mend=mend, field="delivered")


async def act_add(node: Desk, arguments: argparse.Namespace, output: Output) -> None:
    """Keep what was said of a lot; what was not said this time stays."""
    mark_demonstration(node.identity, output)
    said = {field: text for field in FIELDS if (text := getattr(arguments, field)) is not None}
    before = node.journal.lots.get(_name(arguments)) or LotRow(name=_name(arguments), created=int(time.time()))
    row = replace(before, **said)
    with node.journal.transaction():
        node.journal.lots.put(row)
    _tell(node.journal, row, output)


def _list(journal: Journal, output: Output) -> None:
    rows = list(journal.lots.all())
    rows += [LotRow(name=name, created=0) for name in journal.lots.unnamed()]
    for row in rows:
        _tell(journal, row, output)
    output.record({"summary": {"lots": len(rows)}})
    output.say(f"共 {len(rows)} 批", f"{len(rows)} lot(s)")


def _show(journal: Journal, name: str, output: Output) -> None:
    row = journal.lots.get(name)
    if row is None and name not in journal.lots.unnamed():
        mend = Words("zhicang lot list 列出各批", "zhicang lot list lists them")
        raise BadInput(f"没有批次“{name}”", f"there is no lot {name!r}", mend=mend, field="name")
    row = row or LotRow(name=name, created=0)
    _tell(journal, row, output)
    verdict = acceptance(journal, name)
    said = VERDICTS.get(verdict["verdict"]) if verdict else None
    if verdict and said:
        output.say(f"  验收:{said.zh},区块高度 {verdict['block_height']}", f"  acceptance: {said.en}, height {verdict['block_height']}")
    elif not verdict:
        output.say(f"  未验收;验收:zhicang attest lot:{name} --kind 批次验收 --verdict 通过 --file 验收单.pdf", f"  not accepted yet: zhicang attest lot:{name} --kind lot-acceptance --verdict yes --file ACCEPTANCE.pdf")


def acceptance(journal: Journal, name: str) -> dict[str, Any] | None:
    """Give the newest verdict on a lot by this institution that is final on chain."""
    found: dict[str, Any] | None = None
    for act in journal.acts.by_subject(f"lot:{name}"):
        call = decode_call(act.calldata)
        if act.stage == "confirmed" and isinstance(call, AttestCall) and call.kind == _ACCEPTANCE:
            found = {"verdict": call.verdict, "tx_hash": "0x" + (act.tx_hash or b"").hex(), "block_height": act.height}
    return found


def _tell(journal: Journal, row: LotRow, output: Output) -> None:
    resources, units = journal.lots.resources(row.name), journal.lots.units(row.name)
    counts = {("withdrawn" if stage == "withdrawn" else status_of(Code.REGISTER, stage)): found for stage, found in resources.items()}
    batches = {status_of(Code.COMMIT_UNITS, stage): found for stage, found in units.items()}
    output.record(
        {
            "lot": row.name,
            "digest": text_digest(row.name).hex(),
            **{name: value or None for name, value in asdict(row).items() if name in FIELDS},
            "resources": {status: {"count": count, "files": files, "bytes": size} for status, (count, files, size) in counts.items()},
            "unit_batches": {status: {"count": count, "claimed": claimed} for status, (count, claimed) in batches.items()},
            "acceptance": acceptance(journal, row.name),
        }
    )
    said = [(words, getattr(row, field)) for field, words in FIELDS.items() if getattr(row, field)]
    output.say(f"{row.name}  " + ",".join(f"{words.zh} {text}" for words, text in said), f"{row.name}  " + ", ".join(f"{words.en} {text}" for words, text in said))
    for status, (count, files, size) in counts.items():
        output.say(f"  资源 {count} 件({files} 个文件,{size} 字节)  {STATUSES[status].zh}", f"  {count} resource(s) ({files} files, {size} bytes)  {STATUSES[status].en}")
    for status, (count, claimed) in batches.items():
        output.say(f"  知识单元 {count} 批 {claimed} 条  {STATUSES[status].zh}", f"  {count} unit batch(es), {claimed} units  {STATUSES[status].en}")


def _name(arguments: argparse.Namespace) -> str:
    name = (arguments.name or "").strip()
    if not name:
        mend = Words("zhicang lot show 批次名", "zhicang lot show NAME")
        raise BadInput("没有指明哪一批", "which lot was not said", mend=mend, field="name")
    return name
