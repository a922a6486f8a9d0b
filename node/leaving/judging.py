"""One bag under the verifier that runs alone: files against manifests, metadata and payload against receipts.

Every bag gets an answer, one without receipts too. The manifests say that the bag is as it was written; only a receipt
says that somebody registered it, and when.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from node.errors import BadInput, Doubtful, Words, ZhicangError
from node.leaving.measured import Measured
from node.offline import read_receipt
from node.receipts.record import CommittedRecord, RegisteredRecord
from node.receipts.subject import UnitSubject
from node.receipts.unit_tree import root_of
from node.receipts.verdict import EXIT_CODES
from node.receipts.verify import verify
from node.records.manifest import parse_manifest
from storage.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from node.receipts.receipt import Receipt
    from node.receipts.subject import Subject
    from node.receipts.trust import Trust
    from node.receipts.verdict import Verdict

_NOT_TAGS = ("data/", "tagmanifest-")


@dataclass(slots=True, kw_only=True)
class Judged:
    """What was found of a bag: the name on its newest receipt, how many files and receipts, and what is wrong.

    ``measured`` is its payload as it was read. ``code`` is the exit code that it deserves: 0 only with a receipt, and
    when everything holds.
    """

    name: str = ""
    files: int = 0
    receipts: int = 0
    code: int = 0
    measured: Measured | None = None
    faults: list[Words] = field(default_factory=list)

    def wrong(self, code: int, zh: str, en: str) -> None:
        """Take a fault."""
        self.code = max(self.code, code)
        self.faults.append(Words(zh, en))


def judge_bag(bag: Path, trust: Trust, *, fingerprint: str | None) -> Judged:
    """Hold a bag against itself and against the anchor."""
    found = Judged()
    try:
        receipts = [(path.name, read_receipt(path)) for path in sorted((bag / "receipts").glob("*.json"))]
        found.receipts = len(receipts)
        measured = Measured.of(bag / "data", with_sm3=any(_has_sm3(receipt) for _, receipt in receipts))
        found.measured, found.files = measured, len(measured.sha256)
        _check_manifest(bag, "manifest-sha256.txt", {f"data/{path}": at for path, at in measured.sha256.items()}, found)
        _check_manifest(bag, "tagmanifest-sha256.txt", _tags(bag), found)
        for name, receipt in receipts:
            said = receipt.record.to_json()
            found.name = str(said.get("number") or said.get("root"))
            answer = verify(_subject(bag, receipt, measured), receipt, trust, fingerprint=fingerprint)
            _take(found, name, answer)
            if isinstance(receipt.record, CommittedRecord) and not _is_whole(bag, measured, receipt.record):
                found.wrong(1, f"{name}:清单的各条不是上链的那些", f"{name}: the units are not those committed")
        _check_metadata(bag, [receipt for _, receipt in receipts], found)
    except (ZhicangError, StorageError) as error:
        found.wrong(error.exit_code, f"{error.file or bag}:{error.words.zh}", f"{error.file or bag}: {error.words.en}")
    if not found.receipts:
        found.code = max(found.code, Doubtful.exit_code)
    return found


def _has_sm3(receipt: Receipt) -> bool:
    return "sm3" in (receipt.metadata or {})


def _take(found: Judged, name: str, verdict: Verdict) -> None:
    """Take what a receipt's verification came to."""
    step = verdict.failed
    if step is not None:
        zh, en = f"{name}:第 {step.number} 步 {step.zh}", f"{name}: step {step.number} {step.en}"
        found.wrong(EXIT_CODES[verdict.answer], zh, en)
    elif verdict.answer != "yes":
        found.wrong(EXIT_CODES[verdict.answer], f"{name}:{verdict.answer}", f"{name}: {verdict.answer}")


def _tags(bag: Path) -> dict[str, bytes]:
    files = {path.relative_to(bag).as_posix(): path for path in bag.rglob("*") if path.is_file()}
    return {
        name: hashlib.sha256(path.read_bytes()).digest()
        for name, path in files.items()
        if not name.startswith(_NOT_TAGS)
    }


def _check_manifest(bag: Path, name: str, files: dict[str, bytes], found: Judged) -> None:
    try:
        listed = {line.path: line.sha256 for line in parse_manifest((bag / name).read_bytes())}
    except FileNotFoundError:
        found.wrong(1, f"没有 {name}", f"there is no {name}")
        return
    except BadInput as error:
        found.wrong(1, f"{name}:{error.words.zh}", f"{name}: {error.words.en}")
        return
    for path in sorted(listed.keys() - files.keys()):
        found.wrong(1, f"缺少 {path}", f"{path} is missing")
    for path in sorted(files.keys() - listed.keys()):
        found.wrong(1, f"多出 {path}(不在 {name} 里)", f"{path} is not in {name}")
    for path in sorted(files.keys() & listed.keys()):
        if files[path] != listed[path]:
            found.wrong(1, f"{path} 与 {name} 不符", f"{path} is not as in {name}")


def _subject(bag: Path, receipt: Receipt, measured: Measured) -> Subject:
    """Give what a receipt is about: of a list of units its first."""
    record = receipt.record
    if isinstance(record, RegisteredRecord):
        return measured.subject(record.kind, with_sm3=_has_sm3(receipt))
    return UnitSubject.parse(_lines(bag)[0])


def _lines(bag: Path) -> list[bytes]:
    files = list((bag / "data").iterdir())
    if len(files) != 1:
        raise BadInput("知识单元清单应是一个文件", "a list of units is one file", file=str(bag / "data"))
    return files[0].read_bytes().removesuffix(b"\n").split(b"\n")


def _is_whole(bag: Path, measured: Measured, record: CommittedRecord) -> bool:
    """Hold a whole list of units against its batch: the Merkle root of all lines, and the digest of the list."""
    root = root_of([hashlib.sha256(line).digest() for line in _lines(bag)])
    return (root, [record.list_sha256]) == (record.root, list(measured.sha256.values()))


def _check_metadata(bag: Path, receipts: list[Receipt], found: Judged) -> None:
    """Hold metadata.json against the newest receipt: its bytes are what the metadata digest covers."""
    records = [receipt.record for receipt in receipts if isinstance(receipt.record, RegisteredRecord)]
    if not records:
        return
    newest = max(records, key=lambda record: record.version)
    metadata = bag / "metadata.json"
    if not metadata.is_file():
        found.wrong(1, "没有 metadata.json", "there is no metadata.json")
    elif hashlib.sha256(metadata.read_bytes()).digest() != newest.metadata_sha256:
        found.wrong(1, "metadata.json 不是凭证所证的著录", "metadata.json is not the metadata that the receipt proves")
