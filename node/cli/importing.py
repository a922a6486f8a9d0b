"""What `import apply` and `import report` do and say."""

from __future__ import annotations

import asyncio
import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from node.applying.apply import Application
from node.applying.plan import make_plan
from node.applying.register import Register, head_of, lines_of
from node.applying.sheet import as_page
from node.cli.checking import checked, request_of
from node.cli.findings import tell
from node.cli.matters import NEXT_REVIEW, tell_outcome, tell_resource
from node.cli.meter import Meter
from node.cli.session import home_of, mark_demonstration, write_output
from node.errors import BadInput, Words
from node.listing.formats import in_format
from node.own_anchor import trust_anchor
from node.records.metadata import Metadata
from node.records.said import read_period
from node.registrar.outcome import Refused, Registered, Waiting
from node.runtime import open_for_reading
from node.settings import read_settings
from storage.lots import LotRow
from storage.proofs import ProofFolder

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from node.applying.plan import Plan
    from node.cli.output import Output
    from node.home import Home, Identity
    from node.precheck.check import Report
    from node.runtime import Writing
    from storage.journal import Journal
    from storage.resources import ResourceRow


def prepare(arguments: argparse.Namespace) -> None:
    """Look at what was typed, before anybody is asked for a passphrase."""
    if arguments.act != "apply":
        return
    arguments.request = request_of(arguments, decode=arguments.decode)
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
        output.record({"summary": _figures(plan)})


async def act_apply(node: Writing, arguments: argparse.Namespace, output: Output) -> None:
    """Check, plan, register and make out the register."""
    mark_demonstration(node.identity, output)
    # in a thread: hashing a disk takes long, and a process that serves must go on answering
    report = await asyncio.to_thread(checked, arguments, output, arguments.request)
    tell(report, output, alone=False)
    plan = _planned(report, output)
    if plan is None:
        return
    _know_lots(node.journal, {resource.said.get("lot") or arguments.lot for resource in plan.resources})
    application = Application(
        plan=plan, delivery=report.brought.delivery, defaults=arguments.defaults, staging=node.home.staging,
        journal=node.journal, touches=node.home.touches,
    )  # fmt: skip
    numbers: list[str] = []
    counts = {"registered": 0, "known": 0, "review": 0, "refused": 0}
    label = "存入登记" if output.language == "zh" else "register"
    with Meter(label, size=plan.size, count=len(plan.resources), stream=output.stderr, language=output.language) as meter:
        async for outcome in application.run(node.registrar, stored=lambda: None, taken=meter.taken):
            meter.done()
            if isinstance(outcome, Refused):
                counts["refused"] += 1
                output.refuse(outcome.error, source=outcome.source)
                continue
            numbers.append(outcome.row.number)
            if not outcome.fresh:
                meter.skip(outcome.row.size)
            counts[_word(outcome)] += 1
            tell_resource(outcome, output)
    counts["review"] -= await _send_approved(node, numbers, counts, output)
    rows = _rows(node.journal, numbers)
    left = len(plan.held) + plan.held_rows + counts["refused"]
    made = _made(node.identity, node.home, node.journal, rows, source=str(arguments.source), left=left)
    folder = _write(made, arguments, output, name=_lot_of(rows) or report.brought.delivery.place.name)
    output.record({"summary": counts | _figures(plan) | {"register": str(folder)}})
    _tell_end(counts, plan, folder, output)


def report(arguments: argparse.Namespace, output: Output) -> None:
    """Make out the register of a lot, or of what came from a place, anew."""
    if arguments.source is None:
        mend = Words("zhicang import report 批次名或来源", "zhicang import report LOT-OR-SOURCE")
        raise BadInput("没有指明哪一批", "which lot was not said", mend=mend, field="source")
    home, name = home_of(arguments), str(arguments.source)
    with open_for_reading(home) as node:
        mark_demonstration(node.identity, output)
        rows = list(node.journal.resources.of_lot(name))
        rows = rows or list(node.journal.resources.from_source(str(arguments.source.absolute())))
        if not rows:
            mend = Words("zhicang lot list 列出各批;或给出当初导入的文件夹", "zhicang lot list lists the lots; or name the folder imported")
            zh, en = f"没有批次“{name}”,也没有从这里导入过", f"there is no lot {name!r}, and nothing came from there"
            raise BadInput(zh, en, mend=mend, field="source")
        made = _made(node.identity, home, node.journal, rows, source=name, left=0)
        folder = _write(made, arguments, output, name=arguments.source.name)
    output.record({"summary": {"resources": len(rows), "register": str(folder)}})
    output.say(f"{len(rows)} 件;登记清单在 {folder}", f"{len(rows)} resource(s); the register is in {folder}")


def _defaults(arguments: argparse.Namespace) -> Metadata:
    period = read_period(arguments.period) if arguments.period else time.localtime().tm_year
    programme = arguments.programme or read_settings(home_of(arguments).settings).programme
    return Metadata(title="-", period=period, programme=programme, lot=arguments.lot)


def _planned(report: Report, output: Output) -> Plan | None:
    """Tell the plan; None when nothing can be done before somebody mends or answers."""
    plan = make_plan(report)
    held = len(plan.held) + plan.held_rows
    if plan.everything or held:
        output.fail(BadInput.exit_code)
    if plan.everything:
        output.record({"summary": _figures(plan)})
        output.say("先改好或选定以上各项,再办;什么都没有登记", "mend or answer the above first; nothing was registered")
        return None
    count, gib = len(plan.resources), plan.size / 2**30
    output.say(f"计划:登记 {count} 件,{gib:.2f} GiB;有错误而不登记的 {held} 件", f"plan: {count} resource(s), {gib:.2f} GiB; {held} held back by errors")
    return plan


def _figures(plan: Plan) -> dict[str, Any]:
    return {"planned": len(plan.resources), "bytes": plan.size, "held_back": len(plan.held) + plan.held_rows}


def _know_lots(journal: Journal, names: Iterable[str]) -> None:
    """Enter lots that nobody described yet, so that they can be listed and described."""
    with journal.transaction():
        for name in names:
            if name and journal.lots.get(name) is None:
                journal.lots.put(LotRow(name=name, created=int(time.time())))


async def _send_approved(node: Writing, numbers: list[str], counts: dict[str, int], output: Output) -> int:
    """Send what a reviewer has approved meanwhile; give how many of this delivery that were."""
    if not any(row.stage == "approved" for row in _rows(node.journal, numbers)):
        return 0
    for refusal in await node.registrar.turn_away():
        output.refuse(refusal.error, source=refusal.source)
    ours, sent = set(numbers), 0
    async for outcome in node.registrar.carry_out(approved=True):
        tell_outcome(outcome, output)
        mine = not isinstance(outcome, Refused) and outcome.matter.subject in ours
        sent, counts["registered"] = sent + mine, counts["registered"] + mine
    return sent


def _word(outcome: Registered | Waiting) -> str:
    if isinstance(outcome, Waiting):
        return "review"
    return "registered" if outcome.fresh else "known"


def _rows(journal: Journal, numbers: Iterable[str]) -> list[ResourceRow]:
    found = (journal.resources.by_number(number) for number in dict.fromkeys(numbers))
    return [row for row in found if row is not None]


def _lot_of(rows: list[ResourceRow]) -> str:
    """Give the lot that all resources came in, or "" ."""
    lots = {row.lot for row in rows}
    return lots.pop() if len(lots) == 1 else ""


def _made(identity: Identity, home: Home, journal: Journal, rows: list[ResourceRow], *, source: str, left: int) -> Register:
    lines = lines_of(journal, rows)
    name = _lot_of(rows)
    return Register(
        institution=identity.name,
        code=identity.code,
        fingerprint=trust_anchor(home).fingerprint,
        source=source,
        lot=(journal.lots.get(name) or LotRow(name=name, created=0)) if name else None,
        lines=lines,
        head=head_of(lines, ProofFolder(home.proofs)),
        made=int(time.time()),
        left=left,
        demonstration=identity.demonstration,
    )


def _write(made: Register, arguments: argparse.Namespace, output: Output, *, name: str) -> Path:
    """Write page and lists, each whole or not at all; those of an earlier run of the same import are replaced."""
    plain = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name).strip(".") or "_"
    folder = arguments.output or Path(f"登记清单-{plain}")
    if home_of(arguments).touches(folder):
        raise BadInput("不能写进节点目录", "not into the node's own home", file=str(folder), field="output")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput("不能写到这里", f"cannot be written: {error.strerror}", file=str(folder), field="output") from error
    rows = [line.listed() for line in made.lines]
    lists = {form: in_format(form, rows, language=output.language) for form in ("csv", "jsonl", "xlsx")}
    page = as_page(made, output.language, list_digest=hashlib.sha256(lists["csv"]).digest())
    for ending, data in lists.items():
        write_output(folder / f"登记清单.{ending}", data)
    write_output(folder / "登记清单.html", page)  # last: it bears the digest of the list beside it
    return folder


def _tell_end(counts: dict[str, int], plan: Plan, folder: Path, output: Output) -> None:
    held = len(plan.held) + plan.held_rows
    output.say(
        f"新登记 {counts['registered']} 件,此前已登记 {counts['known']} 件,待审 {counts['review']} 件,拒绝 {counts['refused']} 件,有错误而未登记 {held} 件",
        f"{counts['registered']} registered, {counts['known']} registered before, {counts['review']} wait for review, {counts['refused']} refused, {held} held back",
    )
    if counts["review"]:
        output.say(*NEXT_REVIEW)
    if held or counts["refused"]:
        output.say("改好之后再办一次同一条命令:已登记的不会重复", "mend them and give the same command again: nothing is doubled")
    output.say(f"登记清单(A4 打印)和清单(Excel、CSV、JSON Lines)在 {folder}", f"the register (prints on A4) and the list (Excel, CSV, JSON Lines) are in {folder}")
