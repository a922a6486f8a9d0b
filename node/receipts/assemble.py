"""Assembling a receipt on request, from the proof material of its transaction and what the node keeps of the resource.

What would not verify is never handed out: the digests are compared with the event here already.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from contracts.errors import ContractError
from contracts.events import decode_log
from node.receipts.errors import BadProof, MismatchedChain
from node.receipts.receipt import Receipt, UnitProof
from node.receipts.record import CommittedRecord, Record, RegisteredRecord, record_of
from node.receipts.unit_tree import process_proof
from node.records import canonical

if TYPE_CHECKING:
    from node.receipts.material import ProofMaterial


def resource_receipt(
    material: ProofMaterial, *, log_index: int, metadata: dict[str, Any], manifest: bytes | None = None
) -> Receipt:
    """Make the receipt of a resource.

    Args:
        material: of the transaction that registered it.
        log_index: of its event, from 0 within the transaction's receipt.
        metadata: the JSON object that its metadata digest covers, salt included.
        manifest: the canonical manifest of a tree; None for a file.

    Raises:
        MismatchedChain: what is given is not what the event says.
    """
    record = _record(material, log_index)
    if not isinstance(record, RegisteredRecord):
        raise _mismatch("事件", "event")
    if canonical.digest(metadata) != record.metadata_sha256:
        raise _mismatch("著录摘要", "metadata digest")
    if (manifest is None) != (record.kind == "file"):
        raise _mismatch("资源种类", "kind")
    if manifest is not None and hashlib.sha256(manifest).digest() != record.sha256:
        raise _mismatch("清单摘要", "digest of the manifest")
    text = None if manifest is None else manifest.decode()
    return _receipt(material, record, log_index, metadata=metadata, manifest=text, unit=None)


def unit_receipt(material: ProofMaterial, *, log_index: int, line: bytes, unit: UnitProof) -> Receipt:
    """Make the receipt of a unit; `line` is its canonical line as the list of its batch holds it.

    Raises:
        MismatchedChain: the line and its proof do not come to the root of the event.
    """
    record = _record(material, log_index)
    if not isinstance(record, CommittedRecord):
        raise _mismatch("事件", "event")
    if process_proof(hashlib.sha256(line).digest(), unit.proof) != record.root:
        raise _mismatch("知识单元的默克尔根", "Merkle root of the unit")
    return _receipt(material, record, log_index, metadata=None, manifest=None, unit=unit)


def _record(material: ProofMaterial, log_index: int) -> Record:
    try:
        log = material.tx_receipt().logs[log_index]
        return record_of(decode_log(log.topics, log.data))
    except IndexError as error:
        raise _mismatch("事件序号", "log index") from error
    except (BadProof, ContractError) as error:
        zh, en = f"证明文件中没有这个事件:{error.words.zh}", f"no such event in the proof file: {error.words.en}"
        raise MismatchedChain(zh, en) from error


def _receipt(
    material: ProofMaterial,
    record: Record,
    log_index: int,
    *,
    metadata: dict[str, Any] | None,
    manifest: str | None,
    unit: UnitProof | None,
) -> Receipt:
    return Receipt(
        record=record,
        metadata=metadata,
        manifest=manifest,
        unit=unit,
        log_index=log_index,
        tx_hash=material.transaction().tx_hash,
        height=material.decode_header().number,
        material=material,
    )


def _mismatch(zh: str, en: str) -> MismatchedChain:
    return MismatchedChain(f"与链上事件不符:{zh}", f"not what the event on chain says: {en}")
