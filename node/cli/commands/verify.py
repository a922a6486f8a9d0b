"""zhicang verify: verification without node, home, network or passphrase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.cli.parser import chooser, given_path
from node.offline import read_anchor, read_receipt, read_subject
from node.receipts.verify import STEPS, verify

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.receipts.verdict import Step, Verdict

_ANSWERS = {"yes": ("通过", "PASSED"), "no": ("不通过", "FAILED"), "doubtful": ("存疑", "DOUBTFUL")}


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("path", type=given_path, metavar="PATH", help=say("文件、文件夹、文件夹的一个成员,或知识单元的 JSON", "a file, a folder, one member of a folder, or a unit's JSON"))
    parser.add_argument("receipt", type=given_path, metavar="RECEIPT", help=say("存证凭证", "the receipt"))
    parser.add_argument("--anchor", type=given_path, metavar="FILE", help=say("信任锚(必需)", "the trust anchor (required)"))
    parser.add_argument("--fingerprint", metavar="F", help=say("信任锚必须有的指纹", "the fingerprint that the anchor must have"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Verify and say each step."""
    anchor = read_anchor(arguments.anchor)
    receipt = read_receipt(arguments.receipt)
    subject = read_subject(arguments.path, receipt)
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
    output.record(_to_json(verdict, output.language))
    output.record({"summary": {verdict.answer: 1}})
    output.fail(verdict.exit_code)


def _say_record(verdict: Verdict, output: Output) -> None:
    if verdict.answer != "yes":
        return
    record = verdict.record.to_json()
    name = record.get("number") or record.get("root")
    output.say(f"  {name}  {verdict.institution}", f"  {name}  {verdict.institution}")
    if verdict.member_count is not None:
        members = ", ".join(verdict.members)
        output.say(f"  是其 {verdict.member_count} 个文件之一:{members}", f"  one of its {verdict.member_count} files: {members}")


def _to_json(verdict: Verdict, language: str) -> dict[str, Any]:
    return {
        "answer": verdict.answer,
        "steps": [_step_to_json(step, language) for step in verdict.steps],
        "failed": None if verdict.failed is None else verdict.failed.name,
        "record": verdict.record.to_json() if verdict.answer == "yes" else None,
        "institution": verdict.institution,
        "fingerprint": verdict.fingerprint,
        "demonstration": verdict.demonstration,
        "block_height": verdict.height,
        "header_time": verdict.header_time,
        "assurance": None if verdict.assurance is None else verdict.assurance.words.in_language(language),
        "members": list(verdict.members),
        "member_count": verdict.member_count,
        "statements": [statement.in_language(language) for statement in verdict.statements],
    }


def _step_to_json(step: Step, language: str) -> dict[str, Any]:
    return {
        "number": step.number,
        "name": step.name,
        "passed": step.passed,
        "shown": step.shown.in_language(language),
        "stops": step.stops.in_language(language),
    }
