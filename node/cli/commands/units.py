"""zhicang units: register the knowledge units of a file, look them up, count what counts of those on chain."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from node.cli import counting, unit_lookup
from node.cli.acting import perform
from node.cli.matters import NEXT_REVIEW, tell_outcome
from node.cli.parser import SubCommand, add_passphrase, add_subcommands, chooser, given_path, no_options
from node.cli.session import home_of, mark_demonstration
from node.errors import BadInput, Words
from node.importers.mapping import Mapping, read_mapping
from node.importers.unit_columns import unit_field_of
from node.importers.unit_source import UnitSource
from node.records.beijing import year_of
from node.records.lot import lot_name
from node.records.number import Number
from node.records.said import read_period
from node.registrar.outcome import Done, Pending, Refused
from node.registrar.registrar import UnitsSummary
from node.registrar.unit_file import BadLines, UnitRequest
from node.registrar.unit_index import ToIndex, UnitIndex
from node.registrar.unit_list import LIST_NAME, damaged_list
from node.runtime import open_for_reading
from node.settings import read_settings

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.runtime import Writing

LARGEST_BATCH = 10_000


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the acts and their options."""
    parser.epilog = chooser(language)(
        "例:\n  zhicang units register 标引.jsonl --resource 14000001-2023-00000001-K\n  zhicang units count --as-of 2023-11-30 --by level\n"
        "  zhicang units recount --rpc URL --anchor 信任锚.json --lists 文件夹",
        "examples:\n  zhicang units register units.jsonl --resource 14000001-2023-00000001-K\n  zhicang units count --as-of 2023-11-30 --by level\n"
        "  zhicang units recount --rpc URL --anchor anchor.json --lists FOLDER",
    )
    add_subcommands(parser, language, ACTS)


def _configure_register(parser: argparse.ArgumentParser, language: str) -> None:
    say = chooser(language)
    parser.add_argument("what", nargs="*", metavar="UNITS", help=say("每行一个 JSON 对象的文件(.jsonl),或 Excel、CSV 标引表", "a file with one JSON object a line (.jsonl), or an Excel or CSV list of units"))
    parser.add_argument("--resource", metavar="ID", help=say("各行没有 resource_id 时所属的登记号", "registration number for lines without resource_id"))
    parser.add_argument("--mapping", type=given_path, metavar="FILE", help=say("映射文件:别的格式的列名或字段名各是什么", "mapping file: what the headings or fields of another layout mean"))
    parser.add_argument("--id-field", metavar="F", help=say("把这个字段当作 unit_id(在资源内标识一条)", "take this field for unit_id, which names a unit within its resource"))
    parser.add_argument("--batch", type=int, metavar="N", help=say("每笔交易的条数(1—10000,缺省 10000)", "units in one transaction (1 to 10000, the default)"))
    parser.add_argument("--period", help=say("项目年度(缺省今年)", "project year (default: this year)"))
    parser.add_argument("--programme", default="", help=say("项目名称", "programme"))
    parser.add_argument("--lot", default="", help=say("交付批次", "lot"))
    add_passphrase(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Register the file, or refuse it whole; find; or count."""
    ACTS[arguments.act].run(arguments, output)


def _reindex(arguments: argparse.Namespace, output: Output) -> None:
    """Make the index anew from the lists; name those that are damaged."""
    home = home_of(arguments)
    home.identity()
    with home.locked(), open_for_reading(home) as node:
        batches = {batch.list_digest: batch for batch in node.journal.units.batches() if batch.stage != "numbered"}
        lists = [ToIndex(file=node.root.payload_path(batch.object_id) / LIST_NAME, digest=digest) for digest, batch in batches.items()]
        for each in UnitIndex(home.unit_index).make_anew(lists):
            error = damaged_list(batches.pop(each.digest).id)
            error.file = str(each.file)
            output.refuse(error)
    units = sum(batch.claimed for batch in batches.values())
    output.record({"summary": {"batches": len(batches), "units": units}})
    output.say(f"检索索引已重建:{len(batches)} 批,{units} 条", f"index rebuilt: {len(batches)} batches, {units} units")


def prepare(arguments: argparse.Namespace) -> None:
    """Check the options and leave the request on the arguments."""
    if len(arguments.what) != 1:
        mend = Words("zhicang units register 标引.jsonl", "zhicang units register UNITS.jsonl")
        raise BadInput("没有指明要登记的文件,或不止一个", "the file to register was not named, or more than one", mend=mend, field="file")
    file = given_path(arguments.what[0])
    batch = LARGEST_BATCH if arguments.batch is None else arguments.batch
    if not 1 <= batch <= LARGEST_BATCH:
        raise BadInput("--batch 应在 1—10000 之间", "--batch must be from 1 to 10000", field="batch")
    if arguments.resource:
        Number.parse(arguments.resource)
    arguments.request = UnitRequest(
        source=UnitSource(file, mapping=_mapping(arguments), resource_id=arguments.resource),
        batch=batch,
        period=read_period(arguments.period) if arguments.period else year_of(time.time()),
        programme=arguments.programme or read_settings(home_of(arguments).settings).programme,
        lot=lot_name(arguments.lot),
    )
    if not file.is_file():
        zh, en = "没有这个文件,或它不是普通文件", "no such file, or not a regular one"
        raise BadInput(zh, en, file=str(file))


def _mapping(arguments: argparse.Namespace) -> Mapping | None:
    """Give what the mapping file and --id-field say; None when the file is to be in our own form."""
    mapping = None if arguments.mapping is None else read_mapping(arguments.mapping, unit_field_of)
    if arguments.id_field is None:
        return mapping
    mapping = mapping or Mapping(vocabulary=unit_field_of)
    return replace(mapping, columns=mapping.columns | {arguments.id_field: "unit_id"})


async def act(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    """Register the units; tell each batch when it is final, then the totals."""
    mark_demonstration(node.identity, output)
    done, waiting, refused = 0, 0, 0
    try:
        async for outcome in node.registrar.register_units(arguments.request):
            if isinstance(outcome, UnitsSummary):
                fresh = min(outcome.fresh, done)
                output.record({"summary": {"registered": fresh, "known": outcome.known, "refused": refused} | ({"review": waiting} if waiting else {})})
                output.say(f"新上链 {fresh} 条,此前已登记 {outcome.known} 条", f"{fresh} units on chain, {outcome.known} registered before")
                continue
            if isinstance(outcome, Pending) and outcome.batch is not None:
                waiting += outcome.batch.claimed
            elif isinstance(outcome, Done) and outcome.batch is not None:
                done += outcome.batch.claimed
            refused += isinstance(outcome, Refused)
            tell_outcome(outcome, output)
        if waiting:
            output.say(f"已存入、待审 {waiting} 条", f"{waiting} units stored, they wait for review")
            output.say(*NEXT_REVIEW)
    except BadLines as bad:
        for error in bad.lines:
            output.refuse(error)
        output.record({"summary": {"registered": 0, "known": 0, "refused": len(bad.lines)}})
        if not output.as_json:
            output.refuse(bad)


def _register(arguments: argparse.Namespace, output: Output) -> None:
    perform(arguments, output, act)


ACTS = {
    "register": SubCommand(words=Words("登记知识单元,上链", "register units, on chain"), configure=_configure_register, run=_register),
    "find": SubCommand(words=Words("查找", "find them"), configure=unit_lookup.configure, run=unit_lookup.find),
    "show": SubCommand(words=Words("看一条", "show one"), configure=unit_lookup.configure_show, run=unit_lookup.show),
    "reindex": SubCommand(words=Words("重建检索索引", "make the index for finding anew"), configure=no_options, run=_reindex),
    "count": SubCommand(words=Words("按本库计数", "count what this home has"), configure=counting.configure, run=counting.count),
    "recount": SubCommand(words=Words("仅凭链和清单重新计数", "count from nothing but a chain and the lists"), configure=counting.configure_recount, run=counting.count),
}
