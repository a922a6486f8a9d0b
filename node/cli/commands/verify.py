"""zhicang verify: verification without node, home, network or passphrase."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from contracts.records import STATUS_WITHDRAWN
from node.cli.parser import chooser, given_path
from node.offline import read_anchor, read_receipt, read_subject, whole_fingerprint
from node.receipts.verify import STEPS, verify

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.receipts.anchor import TrustAnchor
    from node.receipts.header_steps import StandingThen
    from node.receipts.receipt import Receipt
    from node.receipts.verdict import Step, Verdict

_ANSWERS = {
    "yes": ("通过", "PASSED"), "no": ("不通过", "FAILED"), "doubtful": ("存疑", "DOUBTFUL"),
    "anchor-too-old": ("无从判断:信任锚太旧", "CANNOT SAY: the anchor is too old"),
}  # fmt: skip


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("path", type=given_path, metavar="PATH", help=say("文件、文件夹、文件夹的一个成员,或知识单元的 JSON", "a file, a folder, one member of a folder, or a unit's JSON"))
    parser.add_argument("receipt", type=given_path, metavar="RECEIPT", help=say("存证凭证", "the receipt"))
    parser.add_argument("--anchor", type=given_path, metavar="FILE", help=say("信任锚(必需)", "the trust anchor (required)"))
    parser.add_argument("--rpc", metavar="URL[,URL…]", help=say("并向链查其今日的状态(附证明核对)", "also ask a chain how it stands today, and check the proof"))
    parser.add_argument("--fingerprint", type=whole_fingerprint, metavar="F", help=say("信任锚必须有的指纹", "the fingerprint that the anchor must have"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Verify and say each step."""
    anchor = read_anchor(arguments.anchor)
    receipt = read_receipt(arguments.receipt)
    subject = read_subject(arguments.path, receipt)
    if arguments.rpc is not None:
        receipt = _as_of_today(receipt, anchor, arguments.rpc)
    verdict = verify(subject, receipt, anchor, fingerprint=arguments.fingerprint)
    before = 0
    if verdict.demonstration:
        output.say("[演示] 此信任锚属于演示链", "[demonstration] the anchor is of a demonstration chain")
    for step in verdict.steps:
        for number, title, _ in STEPS.values():
            if before < number < step.number:
                output.say(f"– {number} {title.zh}:不适用", f"– {number} {title.en}: does not apply")
        before = step.number
        mark = "✓" if step.passed else "✗"
        output.say(f"{mark} {step.number} {step.title.zh}:{step.zh}", f"{mark} {step.number} {step.title.en}: {step.en}")
        if not step.passed:
            output.say(f"    此步防的是:{step.stops.zh}", f"    this step stops: {step.stops.en}")
    zh, en = _ANSWERS[verdict.answer]
    output.say(f"{zh}  {arguments.path}", f"{en}  {arguments.path}")
    _say_record(verdict, output)
    for statement in verdict.statements:
        output.say(f"  {statement.zh}", f"  {statement.en}")
    if arguments.rpc is not None and verdict.standing is not None:
        _say_source(verdict.standing, arguments.rpc, output)
    output.record(_to_json(verdict, output.language))
    output.record({"summary": {verdict.answer: 1}})
    output.fail(verdict.exit_code)


def _as_of_today(receipt: Receipt, anchor: TrustAnchor, urls: str) -> Receipt:
    """Put the record's present state with its proof in the place of the one that the receipt may hold."""
    import asyncio
    from dataclasses import replace

    from node.chain.remote.observe import observed
    from node.chain.state_capture import capture_record
    from node.cli.asking import urls_of

    async def ask() -> Receipt:
        async with observed(urls_of(urls), anchor.founding) as rpc:
            return replace(receipt, status=await capture_record(rpc, anchor.founding, receipt))

    return asyncio.run(ask())


def _say_source(standing: StandingThen, urls: str, output: Output) -> None:
    when = datetime.fromtimestamp(standing.time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    zh = f"  该状态有证明;高度 {standing.height}({when})是否最新,只是 {urls} 所称"
    output.say(zh, f"  that state is proven; that height {standing.height} ({when}) is the newest is the word of {urls}")


def _say_record(verdict: Verdict, output: Output) -> None:
    if verdict.signed is None:
        return
    record = verdict.record.to_json()
    name = record.get("number") or record.get("root")
    if verdict.unit is not None:
        unit, resource = verdict.unit
        output.say(f"  知识单元 {unit}  资源 {resource}", f"  unit {unit}  resource {resource}")
    output.say(f"  {name}  {verdict.institution}", f"  {name}  {verdict.institution}")
    if verdict.member_count is not None:
        members = ", ".join(verdict.members)
        output.say(f"  是其 {verdict.member_count} 个文件之一:{members}", f"  one of its {verdict.member_count} files: {members}")


def _to_json(verdict: Verdict, language: str) -> dict[str, Any]:
    return {
        "answer": verdict.answer,
        "steps": [_step_to_json(step, language) for step in verdict.steps],
        "failed": None if verdict.failed is None else verdict.failed.name,
        "record": None if verdict.signed is None else verdict.record.to_json(),
        "unit": None if verdict.unit is None else {"unit_id": verdict.unit[0], "resource_id": verdict.unit[1]},
        "institution": verdict.institution,
        "fingerprint": verdict.fingerprint,
        "demonstration": verdict.demonstration,
        "height": verdict.height,
        "header_time": verdict.header_time,
        "registrar": None if verdict.signed is None else "0x" + verdict.signed.registrar.hex(),
        "reviewer": None if verdict.signed is None or verdict.signed.reviewer is None else "0x" + verdict.signed.reviewer.hex(),
        "standing": None if verdict.standing is None else _standing_to_json(verdict.standing),
        "anchored": None if verdict.anchored is None else {"height": verdict.anchored[0], "header_time": verdict.anchored[1]},
        "assurance": None if verdict.assurance is None else verdict.assurance.words.in_language(language),
        "members": list(verdict.members),
        "member_count": verdict.member_count,
        "statements": [statement.in_language(language) for statement in verdict.statements],
    }


def _standing_to_json(standing: StandingThen) -> dict[str, Any]:
    state = standing.state
    return {
        "height": standing.height,
        "header_time": standing.time,
        "status": "withdrawn" if state.status == STATUS_WITHDRAWN else "registered",
        "frozen": state.frozen,
        "version": state.version,
    }


def _step_to_json(step: Step, language: str) -> dict[str, Any]:
    return {
        "number": step.number,
        "name": step.name,
        "passed": step.passed,
        "shown": step.shown.in_language(language),
        "stops": step.stops.in_language(language),
    }
