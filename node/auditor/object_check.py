"""What one object of the storage root is found to hold, against the journal that says what it should."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from node.auditor.finding import NONE, RESTORE, Finding
from node.errors import Words
from node.records import canonical
from storage.cid import Cid
from storage.errors import UnknownObject
from storage.staged import Kind, Payload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.audit import Checked
    from storage.faults import Fault
    from storage.objects import StoredObjects
    from storage.resources import VersionRow
    from storage.units import UnitBatchRow

_METADATA = Words("存储根中的著录", "metadata in the storage root")
_METADATA_DIGEST = Words("日志中的著录摘要", "metadata digest in the journal")
_CONSEQUENCE = Words(
    "内容摘要与 CID 不再是登记的;登记仍有效,但这些字节证明不了它",
    "content digest and CID are not the registered ones; the record stands, but these bytes do not prove it",
)


def resource_findings(objects: StoredObjects, checked: Checked, versions: list[VersionRow]) -> Iterator[Finding]:
    """Hold every version that the journal has of a resource against its object as it was read."""
    number = versions[0].number
    changed = {version for fault in checked.faults if (version := _version_of(fault)) is not None}
    yield from _faults(checked)
    for row in versions:
        payload = checked.payloads.get(row.payload_at)
        if payload is None and not checked.faults:
            what = Words(f"第 {row.version} 版", f"version {row.version}")
            yield _differs(what, number, Words(f"载荷 v{row.payload_at}", f"payload v{row.payload_at}"), NONE)
        if payload is not None and row.payload_at not in changed:
            yield from _compare(payload, row.payload_id, Kind(row.kind), row.content_digest, row.cid)
            yield from _compare_sm3(payload, row)
        yield from _check_metadata(objects, row, whole=not checked.faults)


def batch_findings(checked: Checked, batch: UnitBatchRow) -> Iterator[Finding]:
    """Hold what the journal has of a unit batch against its list as it was read."""
    yield from _faults(checked)
    if checked.payload is not None and not any(_version_of(fault) for fault in checked.faults):
        yield from _compare(checked.payload, batch.object_id, Kind.FILE, batch.list_digest, batch.cid)


def _faults(checked: Checked) -> Iterator[Finding]:
    for fault in checked.faults:
        mend = Words(fault.mend.zh, fault.mend.en)
        found = Words(f"{fault.words.zh} {fault.found}".strip(), f"{fault.words.en} {fault.found}".strip())
        if fault.because is not None:
            found = Words(f"{found.zh}:{fault.because.zh}", f"{found.en}: {fault.because.en}")
        version = _version_of(fault)
        check = "index" if fault.what.startswith("index-") else "payload"
        name = f"{checked.object_id} {fault.path}".strip()
        yield Finding(
            check=check, id=name, expected=fault.expected or "-", found=found, mend=mend,
            consequence=None if version is None else _CONSEQUENCE,
        )  # fmt: skip


def _version_of(fault: Fault) -> int | None:
    """Give the version whose payload bytes a fault is about: its digest and CID differ for that reason alone."""
    payload = fault.what.startswith("payload-") and fault.path.startswith("v")
    return int(fault.path[1 : fault.path.index("/")]) if payload else None


def _compare(payload: Payload, name: str, kind: Kind, content_digest: bytes, cid: bytes) -> Iterator[Finding]:
    digest, found = payload.content_digest(kind), payload.cid(kind)
    if digest != content_digest:
        yield _differs(Words("内容摘要", "content digest"), name, content_digest.hex(), digest.hex())
    if found.binary != cid:
        yield _differs(Words("CID 内容标识", "CID"), name, _shown_cid(cid), str(found))


def _compare_sm3(payload: Payload, row: VersionRow) -> Iterator[Finding]:
    """Hold the SM3 that the metadata say, under profile cn, against the payload."""
    said = canonical.decode(row.metadata).get("sm3", "")
    if said and said != (found := payload.content_sm3(Kind(row.kind)).hex()):
        yield _differs(Words("著录里的 SM3", "SM3 in the metadata"), row.number, said, found or NONE)


def _check_metadata(objects: StoredObjects, row: VersionRow, *, whole: bool) -> Iterator[Finding]:
    if (computed := hashlib.sha256(row.metadata).digest()) != row.metadata_digest:
        yield _differs(_METADATA_DIGEST, row.number, row.metadata_digest.hex(), computed.hex())
    if not whole:
        return
    try:
        stored = objects.metadata(row.number, row.metadata_at)
    except UnknownObject:
        yield _differs(_METADATA, row.number, row.metadata_digest.hex(), NONE)
        return
    if stored != row.metadata:
        found = hashlib.sha256(stored).hexdigest()
        yield _differs(_METADATA, row.number, row.metadata_digest.hex(), found)


def _differs(what: Words, object_id: str, expected: Words | str, found: Words | str) -> Finding:
    name = Words(f"{object_id} 的{what.zh}", f"{object_id} {what.en}")
    return Finding(check="journal", id=name.en, name=name, expected=expected, found=found, mend=RESTORE)


def _shown_cid(binary: bytes) -> str:
    try:
        return str(Cid.from_binary(binary))
    except Exception:  # noqa: BLE001 - whatever a damaged row holds is to be shown, not to end the check
        return "0x" + binary.hex()
