"""Payload check: every object of the storage root re-read, and held against the journal and the block index."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.auditor.finding import REINDEX, RERUN, RESTORE, Finding
from node.errors import Words
from storage.audit import check_object
from storage.cid import Cid
from storage.staged import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage.block_rows import BlockRows
    from storage.journal import Journal
    from storage.root import StorageRoot

@dataclass(frozen=True, slots=True, kw_only=True)
class _Expected:
    """What the journal says of an object; ``metadata`` with its digest, where it is of a resource."""

    object_id: str
    kind: Kind
    content_digest: bytes
    cid: bytes
    metadata: tuple[bytes, bytes] | None = None


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
        expected = _Expected(
            object_id=resource.number,
            kind=Kind(resource.kind),
            content_digest=resource.content_digest,
            cid=resource.cid,
            metadata=(resource.metadata, resource.metadata_digest),
        )
        yield from _check(root, rows, expected)
    for batch in journal.units.batches():
        step()
        known.add(batch.object_id)
        if batch.stage == "numbered":
            yield Finding(check="journal", id=f"units {batch.id}", expected="stored", found="numbered", mend=RERUN)
            continue
        expected = _Expected(
            object_id=batch.object_id, kind=Kind.FILE, content_digest=batch.list_digest, cid=batch.cid
        )
        yield from _check(root, rows, expected)
        if (units := journal.units.in_batch(batch.id)) != batch.claimed:
            claimed, found = f"{batch.claimed} units", f"{units} units in the journal"
            yield Finding(check="journal", id=f"units {batch.id}", expected=claimed, found=found, mend=RESTORE)
    for object_id in root.objects():
        if object_id not in known:
            yield Finding(check="payload", id=object_id, expected="a journal row", found="none", mend=_STRANGER)
    for object_id in rows.objects():
        if object_id not in known:
            yield Finding(check="index", id=object_id, expected="a journal row", found="none", mend=REINDEX)


def _check(root: StorageRoot, rows: BlockRows, expected: _Expected) -> Iterator[Finding]:
    object_id = expected.object_id
    checked = check_object(root, object_id, rows)
    try:
        for fault in checked.faults:
            mend = Words(fault.mend.zh, fault.mend.en)
            check = "index" if fault.what.startswith("index-") else "payload"
            name = f"{object_id} {fault.path}".strip()
            found = f"{fault.words.en} {fault.found}".strip()
            yield Finding(check=check, id=name, expected=fault.expected or "-", found=found, mend=mend)
        if checked.payload is not None:
            digest, cid = checked.payload.content_digest(expected.kind), checked.payload.cid(expected.kind)
            if digest != expected.content_digest:
                yield _differs("content digest", object_id, expected.content_digest.hex(), digest.hex())
            if cid.binary != expected.cid:
                yield _differs("CID", object_id, _shown_cid(expected.cid), str(cid))
    finally:
        checked.close()
    if expected.metadata is not None:
        metadata, metadata_digest = expected.metadata
        if (computed := hashlib.sha256(metadata).digest()) != metadata_digest:
            yield _differs("metadata digest in the journal", object_id, metadata_digest.hex(), computed.hex())
        if not checked.faults and (stored := root.metadata(object_id)) != metadata:
            found_hex = hashlib.sha256(stored).hexdigest()
            yield _differs("metadata in the storage root", object_id, metadata_digest.hex(), found_hex)


def _differs(what: str, object_id: str, expected: str, found: str) -> Finding:
    return Finding(check="journal", id=f"{object_id} {what}", expected=expected, found=found, mend=RESTORE)


def _shown_cid(binary: bytes) -> str:
    try:
        return str(Cid.from_binary(binary))
    except Exception:  # noqa: BLE001 - whatever a damaged row holds is to be shown, not to end the check
        return "0x" + binary.hex()
