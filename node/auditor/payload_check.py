"""Payload check: every object of the storage root re-read, and held against the journal and the block index."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from node.auditor.finding import REINDEX, RERUN, RESTORE, Finding
from node.errors import Words
from node.records import canonical
from storage.audit import Checked, check_object
from storage.cid import Cid
from storage.errors import UnknownObject
from storage.ocfl import split_payload_id
from storage.staged import Kind, Payload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage.block_rows import BlockRows
    from storage.journal import Journal
    from storage.resources import VersionRow
    from storage.root import StorageRoot
    from storage.units import UnitBatchRow

_STRANGER = Words(
    "存储根里有日志不知道的对象;若是登记中断所致,重新运行当初的命令",
    "the journal does not know this object; if a registration was interrupted, run that command again",
)


def check_payloads(
    journal: Journal, root: StorageRoot, rows: BlockRows, *, step: Callable[[], None]
) -> Iterator[Finding]:
    """Check every object that the journal has, then look for objects and index rows that it has not."""
    known: set[str] = set()
    for resource in journal.resources.all():
        step()
        known.add(resource.number)
        if resource.stage == "numbered":
            yield Finding(check="journal", id=resource.number, expected="stored", found="numbered", mend=RERUN)
            continue
        yield from _check_resource(root, rows, journal.resources.versions(resource.number))
    for batch in journal.units.batches():
        step()
        known.add(batch.object_id)
        if batch.stage == "numbered":
            yield Finding(check="journal", id=f"units {batch.id}", expected="stored", found="numbered", mend=RERUN)
            continue
        yield from _check_batch(root, rows, batch)
        if (units := journal.units.in_batch(batch.id)) != batch.claimed:
            claimed, found = f"{batch.claimed} units", f"{units} units in the journal"
            yield Finding(check="journal", id=f"units {batch.id}", expected=claimed, found=found, mend=RESTORE)
    yield from _check_strangers(journal, root, rows, known)


def _check_strangers(journal: Journal, root: StorageRoot, rows: BlockRows, known: set[str]) -> Iterator[Finding]:
    """Look for what the journal has not: half versions, objects, index rows."""
    for object_id, _ in journal.resources.growing():
        yield Finding(check="journal", id=object_id, expected="whole", found="a version half added", mend=RERUN)
    for object_id in root.objects():
        if object_id not in known:
            yield Finding(check="payload", id=object_id, expected="a journal row", found="none", mend=_STRANGER)
    for name in rows.objects():
        if split_payload_id(name)[0] not in known:
            yield Finding(check="index", id=name, expected="a journal row", found="none", mend=REINDEX)


def _check_resource(root: StorageRoot, rows: BlockRows, versions: list[VersionRow]) -> Iterator[Finding]:
    """Re-read a resource's object once, and hold every version that the journal has against it."""
    number = versions[0].number
    checked = check_object(root, number, rows)
    try:
        yield from _faults(checked)
        for row in versions:
            payload = checked.payloads.get(row.payload_at)
            if payload is None and not checked.faults:
                yield _differs(f"version {row.version}", number, f"payload v{row.payload_at}", "none")
            if payload is not None:
                yield from _compare(payload, row.payload_id, Kind(row.kind), row.content_digest, row.cid)
                yield from _compare_sm3(payload, row)
            yield from _check_metadata(root, row, whole=not checked.faults)
    finally:
        checked.close()


def _check_batch(root: StorageRoot, rows: BlockRows, batch: UnitBatchRow) -> Iterator[Finding]:
    checked = check_object(root, batch.object_id, rows)
    try:
        yield from _faults(checked)
        if checked.payload is not None:
            yield from _compare(checked.payload, batch.object_id, Kind.FILE, batch.list_digest, batch.cid)
    finally:
        checked.close()


def _faults(checked: Checked) -> Iterator[Finding]:
    for fault in checked.faults:
        mend = Words(fault.mend.zh, fault.mend.en)
        check = "index" if fault.what.startswith("index-") else "payload"
        name = f"{checked.object_id} {fault.path}".strip()
        found = f"{fault.words.en} {fault.found}".strip()
        yield Finding(check=check, id=name, expected=fault.expected or "-", found=found, mend=mend)


def _compare(payload: Payload, name: str, kind: Kind, content_digest: bytes, cid: bytes) -> Iterator[Finding]:
    digest, found = payload.content_digest(kind), payload.cid(kind)
    if digest != content_digest:
        yield _differs("content digest", name, content_digest.hex(), digest.hex())
    if found.binary != cid:
        yield _differs("CID", name, _shown_cid(cid), str(found))


def _compare_sm3(payload: Payload, row: VersionRow) -> Iterator[Finding]:
    """Hold the SM3 that the metadata say, under profile cn, against the payload."""
    said = canonical.decode(row.metadata).get("sm3", "")
    if said and said != (found := payload.content_sm3(Kind(row.kind)).hex()):
        yield _differs("SM3 in the metadata", row.number, said, found or "none")


def _check_metadata(root: StorageRoot, row: VersionRow, *, whole: bool) -> Iterator[Finding]:
    if (computed := hashlib.sha256(row.metadata).digest()) != row.metadata_digest:
        yield _differs("metadata digest in the journal", row.number, row.metadata_digest.hex(), computed.hex())
    if not whole:
        return
    try:
        stored = root.metadata(row.number, row.metadata_at)
    except UnknownObject:
        yield _differs("metadata in the storage root", row.number, row.metadata_digest.hex(), "none")
        return
    if stored != row.metadata:
        found = hashlib.sha256(stored).hexdigest()
        yield _differs("metadata in the storage root", row.number, row.metadata_digest.hex(), found)


def _differs(what: str, object_id: str, expected: str, found: str) -> Finding:
    return Finding(check="journal", id=f"{object_id} {what}", expected=expected, found=found, mend=RESTORE)


def _shown_cid(binary: bytes) -> str:
    try:
        return str(Cid.from_binary(binary))
    except Exception:  # noqa: BLE001 - whatever a damaged row holds is to be shown, not to end the check
        return "0x" + binary.hex()
