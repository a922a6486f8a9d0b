"""The program of the verifier that runs alone: everything that was exported, one bag of it, or one receipt.

    python3 zhicang-verify.pyz FOLDER [--anchor FILE] [--fingerprint F]
    python3 zhicang-verify.pyz PATH RECEIPT --anchor FILE [--fingerprint F]

It says a line a bag or receipt, and what is wrong below it. It ends with 0 when every answer is yes, else with the
highest exit code of `zhicang verify`; a bag without a receipt is no yes, nor is one that the export's list names and
that is not there.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from node.errors import BadInput, ZhicangError
from node.leaving.judging import judge_bag
from node.leaving.listed import LIST, Listed, is_unfinished
from node.offline import read_anchor, read_receipt, read_subject
from node.receipts.folding import fold
from node.receipts.verdict import EXIT_CODES
from node.receipts.verify import verify
from storage.errors import StorageError

if TYPE_CHECKING:
    from node.leaving.judging import Judged
    from node.receipts.trust import Trust

_WORDS = {
    "yes": "通过 yes", "no": "不通过 no", "doubtful": "存疑 doubtful", "anchor-too-old": "无从判断 anchor too old",
}  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Verify what the command line names; give the exit code."""
    parser = argparse.ArgumentParser(prog="zhicang-verify", description="核验存证凭证,不联网 verify receipts, offline")
    parser.add_argument("path", type=Path, help="导出的文件夹,或文件 an exported folder, or a payload")
    parser.add_argument("receipt", type=Path, nargs="?", help="存证凭证 its receipt")
    parser.add_argument("--anchor", type=Path, help="信任锚 the trust anchor")
    parser.add_argument("--fingerprint", help="信任锚必须有的指纹 the fingerprint that the anchor must have")
    options = parser.parse_args(arguments)
    try:
        anchor = read_anchor(options.anchor or (None if options.receipt else options.path / "anchor.json"))
        trust = fold(anchor)
        _say(f"信任锚指纹 fingerprint of the anchor: {anchor.fingerprint}")
        if options.fingerprint is None:
            _say("  请与纸上或网站上的指纹比较 compare it with the one on paper or on the web page")
        if options.receipt is None:
            return _everything(options.path, trust, options.fingerprint)
        return _one(options.path, options.receipt, trust, options.fingerprint)
    except (ZhicangError, StorageError) as error:
        sys.stderr.write(f"{error.file or options.path}: {error.words.zh} {error.words.en}\n")
        return error.exit_code


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _one(path: Path, receipt_file: Path, trust: Trust, fingerprint: str | None) -> int:
    receipt = read_receipt(receipt_file)
    verdict = verify(read_subject(path, receipt), receipt, trust, fingerprint=fingerprint)
    said = receipt.record.to_json()
    mark = "✓" if verdict.answer == "yes" else "✗"
    _say(f"{mark} {_WORDS[verdict.answer]}  {receipt_file}  {said.get('number') or said.get('root')}")
    if verdict.failed is not None:
        _say(f"    {verdict.failed.number} {verdict.failed.zh} {verdict.failed.en}")
    return EXIT_CODES[verdict.answer]


def _everything(folder: Path, trust: Trust, fingerprint: str | None) -> int:
    code, counts, listed = 0, Counter[str](), Listed.read(folder)
    for declaration in sorted(folder.rglob("bagit.txt")):
        bag = declaration.parent
        if is_unfinished(bag) or "data" in declaration.relative_to(folder).parts[:-1]:
            continue  # what a cut run left beside a bag; a bag that is somebody's payload
        judged = judge_bag(bag, trust, fingerprint=fingerprint)
        listed.hold(bag, judged)
        counts[_tell(bag.relative_to(folder), judged)] += 1
        code = max(code, judged.code)
    for missing in listed.missing():
        _say(f"✗ 不通过 no  {missing}")
        _say("    这里应有一个 BagIt 包,没有(或缺 bagit.txt)  a bag belongs here, and is not (or its bagit.txt is not)")
        code, counts["✗"] = max(code, 1), counts["✗"] + 1
    if not counts:
        raise BadInput("没有找到 BagIt 包", "no bag found", file=str(folder))
    if listed.is_wanted:
        _say(f"? 没有 {LIST},少了包也看不出;请再导出一次")
        _say(f"    no {LIST}: nobody can tell whether bags are missing; export again")
        code = max(code, 1)
    _say(
        f"共 {counts.total()} 包,通过 {counts['✓']},没有凭证 {counts['?']},不通过 {counts['✗']}  "
        f"{counts.total()} bag(s): {counts['✓']} yes, {counts['?']} without receipt, {counts['✗']} no"
    )
    return code


def _tell(bag: Path, judged: Judged) -> str:
    """Say what was found of a bag; give its mark."""
    if judged.faults:
        mark = "✗"
        _say(f"✗ 不通过 no  {bag}  {judged.name}")
        for fault in judged.faults:
            _say(f"    {fault.zh}  {fault.en}")
    elif judged.receipts:
        mark = "✓"
        _say(f"✓ 通过 yes  {bag}  {judged.name}  文件 files {judged.files}  凭证 receipts {judged.receipts}")
    else:
        mark = "?"
    if not judged.receipts:
        holds = "" if judged.faults else " (与清单相符 as in its manifests)"
        _say(f"{'   ' if judged.faults else mark} 没有凭证,无从证明 no receipt: nothing proves this one  {bag}{holds}")
    return mark
