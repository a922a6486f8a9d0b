"""Steps 2 to 4 of a verification: what lies in the verifier's hands against what the receipt's record says."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from node.errors import BadInput, Words
from node.receipts.errors import BadProof
from node.receipts.record import CommittedRecord, RegisteredRecord
from node.receipts.subject import FileSubject, TreeSubject, UnitSubject
from node.receipts.unit_tree import process_proof
from node.records import canonical
from node.records.manifest import ManifestLine, parse_manifest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from node.receipts.receipt import Receipt, UnitProof
    from node.receipts.subject import Subject

_MOST_NAMED = 3


def check_content(subject: Subject, receipt: Receipt) -> Words:
    """Step 2: the subject is what the record is about, and its digest is the registered one."""
    record = receipt.record
    if isinstance(record, CommittedRecord):
        line = unit_line(subject, receipt.unit)
        digest = hashlib.sha256(line).hexdigest()
        return Words(f"知识单元的 SHA-256 为 {digest}", f"the unit's SHA-256 is {digest}")
    if isinstance(subject, UnitSubject):
        raise BadProof("凭证是关于资源的,给出的却是知识单元", "the receipt is of a resource, not of a unit")
    if record.kind == "file":
        return _check_file(subject, record)
    if isinstance(subject, TreeSubject):
        return _check_tree(subject, receipt, record)
    return _check_member(subject, receipt, record)


def members_of(subject: Subject, receipt: Receipt) -> tuple[tuple[str, ...], int | None]:
    """Give the paths under which a tree holds a file, and how many files it has; ((), None) for other subjects."""
    if not isinstance(subject, FileSubject) or receipt.manifest is None:
        return (), None
    lines = parse_manifest(receipt.manifest.encode())
    return tuple(line.path for line in lines if line.sha256 == subject.sha256), len(lines)


def unit_line(subject: Subject, unit: UnitProof | None) -> bytes:
    """Give a unit's canonical line: its object with the receipt's resource_id and, if any, salt; raise BadProof."""
    if not isinstance(subject, UnitSubject) or unit is None:
        raise BadProof("凭证是关于知识单元的,给出的却是文件", "the receipt is of a unit, not of a file")
    added: dict[str, Any] = {"resource_id": unit.resource_id}
    if unit.salt is not None:
        added["salt"] = unit.salt
    for name in ("resource_id", "salt"):
        if name in subject.value and subject.value[name] != added.get(name):
            raise BadProof(f"知识单元的 {name} 与凭证不同", f"the unit's {name} is not the receipt's")
    identifier = subject.value.get(unit.id_field, added.get(unit.id_field))
    if isinstance(identifier, bool) or not isinstance(identifier, (str, int)) or str(identifier) != unit.unit_id:
        zh = f"知识单元的 {unit.id_field} 不是凭证所指的 {unit.unit_id}"
        raise BadProof(zh, f"the unit's {unit.id_field} is not {unit.unit_id}, which the receipt names")
    return canonical.encode(subject.value | added)


def check_unit_path(subject: Subject, receipt: Receipt) -> Words:
    """Step 3, for units: the leaf's Merkle path comes to the root of the batch."""
    record, unit = receipt.record, receipt.unit
    digest = hashlib.sha256(unit_line(subject, unit)).digest()
    proof = () if unit is None else unit.proof
    if not isinstance(record, CommittedRecord) or process_proof(digest, proof) != record.root:
        raise BadProof("内容或路径与该批的默克尔根不符", "content or path do not come to the Merkle root of the batch")
    zh = f"属于共 {record.claimed} 条(申报数)的一批,根 0x{record.root.hex()}"
    return Words(zh, f"one of a batch that claims {record.claimed}, root 0x{record.root.hex()}")


def check_metadata(subject: Subject, receipt: Receipt) -> Words:
    """Step 4, for resources: the metadata in the receipt are those whose digest was registered.

    Where they say the SM3 of the content (profile cn), the subject must have it. A member of a tree cannot be asked for
    it: the SM3 is that of the whole.
    """
    record = receipt.record
    digest = canonical.digest(receipt.metadata or {})
    if not isinstance(record, RegisteredRecord) or digest != record.metadata_sha256:
        raise BadProof("著录的摘要与登记不符", "the digest of the metadata is not the registered one")
    said = Words(f"著录摘要 {digest.hex()} 与登记一致", f"metadata digest {digest.hex()} as registered")
    second = (receipt.metadata or {}).get("sm3")
    if second is None or not _is_whole(subject, record):
        return said
    computed = None if isinstance(subject, UnitSubject) or subject.sm3 is None else subject.sm3.hex()
    if computed != second:
        zh = f"内容的 SM3 与著录不符:算得 {computed},著录 {second}"
        raise BadProof(zh, f"the SM3 of the content is {computed}, the metadata say {second}")
    return Words(f"{said.zh};SM3 {second} 相符", f"{said.en}; SM3 {second} as said there")


def _is_whole(subject: Subject, record: RegisteredRecord) -> bool:
    return isinstance(subject, TreeSubject) or record.kind == "file"


def _check_file(subject: Subject, record: RegisteredRecord) -> Words:
    if not isinstance(subject, FileSubject):
        raise BadProof("凭证是关于单个文件的,给出的却是文件夹", "the receipt is of one file, not of a folder")
    _compare(subject.sha256, record)
    return Words(f"SHA-256 {record.sha256.hex()} 与登记一致", f"SHA-256 {record.sha256.hex()} as registered")


def _check_tree(subject: TreeSubject, receipt: Receipt, record: RegisteredRecord) -> Words:
    registered = _manifest_lines(receipt, record)
    if hashlib.sha256(subject.manifest).digest() != record.sha256:
        zh, en = _differences(registered, subject.manifest)
        raise BadProof(f"文件夹与登记的清单不符:{zh}", f"the folder is not as in the registered manifest: {en}")
    count = len(registered)
    zh = f"{count} 个文件全部与登记的清单一致,清单 SHA-256 {record.sha256.hex()}"
    return Words(zh, f"all {count} files as in the registered manifest, whose SHA-256 is {record.sha256.hex()}")


def _check_member(subject: FileSubject, receipt: Receipt, record: RegisteredRecord) -> Words:
    lines = _manifest_lines(receipt, record)
    paths = [line.path for line in lines if line.sha256 == subject.sha256]
    if not paths:
        digest = subject.sha256.hex()
        zh, en = f"{len(lines)} 个文件中没有摘要为 {digest} 的", f"none of {len(lines)} files has the digest {digest}"
        raise BadProof(f"登记的清单中没有这个文件:{zh}", f"the file is not in the registered manifest: {en}")
    zh = f"是 {len(lines)} 个文件之一:{_some(paths)}"
    return Words(zh, f"1 of {len(lines)} files: {_some(paths)}")


def _manifest_lines(receipt: Receipt, record: RegisteredRecord) -> list[ManifestLine]:
    manifest = (receipt.manifest or "").encode()
    _compare(hashlib.sha256(manifest).digest(), record)
    try:
        return parse_manifest(manifest)
    except BadInput as error:
        raise BadProof(error.words.zh, error.words.en) from error


def _compare(computed: bytes, record: RegisteredRecord) -> None:
    if computed != record.sha256:
        zh = f"摘要与登记不符:算得 {computed.hex()},登记 {record.sha256.hex()}"
        raise BadProof(zh, f"the digest is {computed.hex()}, registered is {record.sha256.hex()}")


def _differences(registered: list[ManifestLine], manifest: bytes) -> tuple[str, str]:
    """Say which files of a folder are missing, changed or surplus."""
    wanted = {line.path: line.sha256 for line in registered}
    try:
        present = {line.path: line.sha256 for line in parse_manifest(manifest)}
    except BadInput:
        present = {}
    groups = (
        ("缺", "missing", wanted.keys() - present.keys()),
        ("已改", "changed", {path for path in wanted.keys() & present.keys() if wanted[path] != present[path]}),
        ("多", "surplus", present.keys() - wanted.keys()),
    )
    named = [(zh, en, len(paths), _some(sorted(paths))) for zh, en, paths in groups if paths]
    chinese = ";".join(f"{zh} {count} 个({some})" for zh, _, count, some in named)
    return chinese, "; ".join(f"{count} {en} ({some})" for _, en, count, some in named)


def _some(paths: Iterable[str]) -> str:
    listed = list(paths)
    return ", ".join(listed[:_MOST_NAMED]) + (" …" if len(listed) > _MOST_NAMED else "")
