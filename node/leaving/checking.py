"""The program of the verifier that runs alone: one receipt, or everything that was exported.

    python3 zhicang-verify.pyz FOLDER [--anchor FILE] [--fingerprint F]
    python3 zhicang-verify.pyz PATH RECEIPT --anchor FILE [--fingerprint F]

It says a line a receipt, and ends with 0 when every answer is yes, else with the highest exit code of `zhicang verify`.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from node.errors import BadInput, ZhicangError
from node.offline import read_anchor, read_receipt, read_subject
from node.receipts.record import CommittedRecord, RegisteredRecord
from node.receipts.subject import UnitSubject
from node.receipts.trust import Trust
from node.receipts.unit_tree import root_of
from node.receipts.verdict import EXIT_CODES
from node.receipts.verify import verify
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from node.receipts.receipt import Receipt

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
        trust = Trust.of(anchor)
        _say(f"信任锚指纹 fingerprint of the anchor: {anchor.fingerprint}")
        if options.fingerprint is None:
            _say("  请与纸上或网站上的指纹比较 compare it with the one on paper or on the web page")
        cases = [(options.path, options.receipt)] if options.receipt else list(_cases(options.path))
        if not cases:
            raise BadInput("没有找到凭证", "no receipt found", file=str(options.path))
        return max(_check(path, receipt, trust, options.fingerprint) for path, receipt in cases)
    except (ZhicangError, StorageError) as error:
        sys.stderr.write(f"{error.file or options.path}: {error.words.zh} {error.words.en}\n")
        return error.exit_code


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _cases(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Give every payload of the bags below a folder with each of its receipts."""
    for declaration in sorted(folder.rglob("bagit.txt")):
        bag = declaration.parent
        for receipt in sorted((bag / "receipts").glob("*.json")):
            yield bag / "data", receipt


def _check(path: Path, receipt_file: Path, trust: Trust, fingerprint: str | None) -> int:
    try:
        receipt = read_receipt(receipt_file)
        payload = _payload(path, receipt)
        units = _lines(payload) if isinstance(receipt.record, CommittedRecord) else []
        subject = UnitSubject.parse(units[0]) if len(units) > 1 else read_subject(payload, receipt)
        verdict = verify(subject, receipt, trust, fingerprint=fingerprint)
        answer = verdict.answer if len(units) <= 1 or _is_whole(payload, units, receipt) else "no"
    except (ZhicangError, StorageError) as error:
        _say(f"✗ {receipt_file}: {error.words.zh} {error.words.en}")
        return error.exit_code
    _say(f"{'✓' if answer == 'yes' else '✗'} {_WORDS[answer]}  {receipt_file}  {_name(receipt)}")
    if verdict.failed is not None:
        _say(f"    {verdict.failed.number} {verdict.failed.zh} {verdict.failed.en}")
    return EXIT_CODES[answer]


def _payload(path: Path, receipt: Receipt) -> Path:
    """Give what the receipt is about: of a bag's data folder its only file, unless a tree is registered."""
    if not path.is_dir() or (isinstance(receipt.record, RegisteredRecord) and receipt.record.kind == "tree"):
        return path
    files = [file for file in path.iterdir() if file.is_file()]
    return files[0] if len(files) == 1 else path


def _lines(payload: Path) -> list[bytes]:
    return payload.read_bytes().removesuffix(b"\n").split(b"\n")


def _is_whole(payload: Path, units: list[bytes], receipt: Receipt) -> bool:
    """Hold a whole list of units against its batch: the Merkle root of all lines, and the digest of the list."""
    record = receipt.record
    digest = hashlib.sha256(payload.read_bytes()).digest()
    root = root_of([hashlib.sha256(line).digest() for line in units])
    return isinstance(record, CommittedRecord) and (root, digest) == (record.root, record.list_sha256)


def _name(receipt: Receipt) -> str:
    record = receipt.record.to_json()
    return str(record.get("number") or record.get("root"))
