"""What `import apply` and `import report` do and say."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from node.applying.apply import Applying
from node.applying.made_out import files_of, folder_name, lot_of, made_out, rows_from, rows_of
from node.applying.plan import make_plan
from node.applying.tally import Tally, know_lots
from node.cli.checking import checked, request_of
from node.cli.findings import tell
from node.cli.matters import NEXT_REVIEW, tell_outcome, tell_resource
from node.cli.meter import Meter
from node.cli.session import home_of, mark_demonstration, write_output
from node.errors import BadInput, Words
from node.records.beijing import year_of
from node.records.lot import lot_name
from node.records.metadata import Metadata
from node.records.said import read_period
from node.registrar.outcome import Refused
from node.runtime import open_for_reading
from node.settings import read_settings

if TYPE_CHECKING:
    import argparse

    from node.applying.plan import Plan
    from node.applying.register import Register
    from node.cli.output import Output
    from node.precheck.check import Report
    from node.runtime import Writing


def prepare(arguments: argparse.Namespace) -> None:
    """Look at what was typed, before anybody is asked for a passphrase."""
    if arguments.act != "apply":
        return
    arguments.request = request_of(arguments, decode=not arguments.no_decode)
    if not arguments.source.exists():
        raise BadInput("没有这个文件或文件夹", "no such file or folder", file=str(arguments.source))
    arguments.defaults = _defaults(arguments)


def dry_run(arguments: argparse.Namespace, output: Output) -> None:
    """Say what would be done; change nothing."""
    prepare(arguments)
    report = checked(arguments, output, arguments.request)
    tell(report, output, alone=False)
    plan = _planned(report, output)
    if plan is not None:
        output.record({"summary": plan.figures()})


async def act_apply(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    """Check, plan, register and make out the register."""
    mark_demonstration(node.identity, output)
    # in a thread: hashing a disk takes long, and a process that serves must go on answering
    report = await asyncio.to_thread(checked, arguments, output, arguments.request)
    tell(report, output, alone=False)
    plan = _planned(report, output)
    if plan is None:
        return
    know_lots(node.journal, plan, arguments.defaults.lot)
    applying = Applying(
        plan=plan, delivery=report.brought.delivery, defaults=arguments.defaults, staging=node.home.staging,
        journal=node.journal, touches=node.home.touches,
    )  # fmt: skip
    tally = Tally()
    label = "存入登记" if output.language == "zh" else "register"
    with Meter(label, size=plan.size, count=len(plan.resources), stream=output.stderr, language=output.language) as meter:
        async with aclosing(applying.run(node.registrar, stored=lambda: None, taken=meter.taken)) as outcomes:
            async for outcome in outcomes:
                meter.done()
                tally.take(outcome)
                if isinstance(outcome, Refused):
                    output.refuse(outcome.error, source=outcome.source)
                    continue
                if not outcome.fresh:
                    meter.skip(outcome.row.size)
                tell_resource(outcome, output)
    async for done in tally.send_approved(node.registrar, node.journal):
        tell_outcome(done, output)
    rows = rows_of(node.journal, tally.numbers)
    left, source = plan.kept_back + tally.refused, str(arguments.source)
    made = made_out(rows, identity=node.identity, home=node.home, journal=node.journal, source=source, left=left)
    folder = _write(made, arguments, output, name=lot_of(rows) or report.brought.delivery.place.name)
    output.record({"summary": tally.figures() | plan.figures() | {"register": str(folder)}})
    _tell_end(tally, plan, folder, output)


def report(arguments: argparse.Namespace, output: Output) -> None:
    """Make out the register of a lot, or of what came from a place, anew."""
    if arguments.source is None:
        mend = Words("zhicang import report 批次名或来源", "zhicang import report LOT-OR-SOURCE")
        raise BadInput("没有指明哪一批", "which lot was not said", mend=mend, field="source")
    home, name = home_of(arguments), str(arguments.source)
    with open_for_reading(home) as node:
        mark_demonstration(node.identity, output)
        rows = rows_from(node.journal, name, str(arguments.source.absolute()))
        if not rows:
            mend = Words("zhicang lot list 列出各批;或给出当初导入的文件夹", "zhicang lot list lists the lots; or name the folder imported")
            zh, en = f"没有批次“{name}”,也没有从这里导入过", f"there is no lot {name!r}, and nothing came from there"
            raise BadInput(zh, en, mend=mend, field="source")
        made = made_out(rows, identity=node.identity, home=home, journal=node.journal, source=name, left=0)
        folder = _write(made, arguments, output, name=arguments.source.name)
    output.record({"summary": {"resources": len(rows), "register": str(folder)}})
    output.say(f"{len(rows)} 件;登记清单在 {folder}", f"{len(rows)} resource(s); the register is in {folder}")


def _defaults(arguments: argparse.Namespace) -> Metadata:
    period = read_period(arguments.period) if arguments.period else year_of(time.time())
    programme = arguments.programme or read_settings(home_of(arguments).settings).programme
    return Metadata(title="-", period=period, programme=programme, lot=lot_name(arguments.lot))


def _planned(report: Report, output: Output) -> Plan | None:
    """Tell the plan; None when nothing can be done before somebody mends or answers."""
    plan = make_plan(report)
    if plan.everything or plan.kept_back:
        output.fail(BadInput.exit_code)
    if plan.everything:
        output.record({"summary": plan.figures()})
        output.say("先改好或选定以上各项,再办;什么都没有登记", "mend or answer the above first; nothing was registered")
        return None
    count, gib, held = len(plan.resources), plan.size / 2**30, plan.kept_back
    output.say(f"计划:登记 {count} 件,{gib:.2f} GiB;有错误而不登记的 {held} 件", f"plan: {count} resource(s), {gib:.2f} GiB; {held} held back by errors")
    if "decoding" not in report.seconds:
        output.say("没有试着打开图像、PDF、音频(--no-decode)", "images, PDF and sound files were not opened (--no-decode)")
    return plan


def _write(made: Register, arguments: argparse.Namespace, output: Output, *, name: str) -> Path:
    """Write page and lists, each whole or not at all; those of an earlier run of the same import are replaced."""
    folder: Path = arguments.output or Path(folder_name(name))
    if home_of(arguments).touches(folder):
        raise BadInput("不能写进节点目录", "not into the node's own home", file=str(folder), field="output")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput("不能写到这里", f"cannot be written: {error.strerror}", file=str(folder), field="output") from error
    for file, data in files_of(made, output.language):
        write_output(folder / file, data)
    return folder


def _tell_end(tally: Tally, plan: Plan, folder: Path, output: Output) -> None:
    output.say(
        f"新登记 {tally.registered} 件,此前已登记 {tally.known} 件,待审 {tally.review} 件,拒绝 {tally.refused} 件,有错误而未登记 {plan.kept_back} 件",
        f"{tally.registered} registered, {tally.known} registered before, {tally.review} wait for review, {tally.refused} refused, {plan.kept_back} held back",
    )
    if tally.review:
        output.say(*NEXT_REVIEW)
    if plan.kept_back or tally.refused:
        output.say("改好之后再办一次同一条命令:已登记的不会重复", "mend them and give the same command again: nothing is doubled")
    output.say(f"登记清单(A4 打印)和清单(Excel、CSV、JSON Lines)在 {folder}", f"the register (prints on A4) and the list (Excel, CSV, JSON Lines) are in {folder}")
