"""The receipt desk: assembles the receipt of a resource or a unit from what the home keeps."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from node.errors import BadInput, Doubtful, Unavailable, Words
from node.receipts.assemble import resource_receipt, unit_receipt
from node.receipts.material import ProofMaterial
from node.receipts.receipt import Receipt, UnitProof
from node.receipts.unit_tree import UnitTree
from node.records import canonical
from node.records.kind import Kind
from node.registrar.unit_list import LIST_NAME

if TYPE_CHECKING:
    from node.runtime import Reading
    from storage.resources import VersionRow
    from storage.units import UnitBatchRow

_Row = TypeVar("_Row", "VersionRow", "UnitBatchRow")


def receipt_for(node: Reading, row: VersionRow) -> Receipt:
    """Assemble the receipt of one version of a resource; raise Unavailable while it is not final."""
    if row.stage != "confirmed" or row.act is None or row.log_index is None:
        raise _not_final(row.number)
    manifest = node.root.manifest(row.payload_id) if row.kind == Kind.TREE else None
    return resource_receipt(
        material_of(node, row.act),
        log_index=row.log_index,
        metadata=canonical.decode(row.metadata),
        manifest=manifest,
    )


def on_earlier_chain(node: Reading, row: _Row) -> _Row:
    """Give a version or batch as it stands on the chain that the home came from; raise BadInput where it does not."""
    place = node.journal.earlier_matters.place(row.matter)
    if place is None:
        zh, en = "它没有在原链上登记过", "it was not registered on an earlier chain"
        raise BadInput(zh, en, field="earlier")
    return replace(row, act=place[0], log_index=place[1], stage="confirmed")


def unit_receipt_for(node: Reading, resource_id: str, unit_id: str, *, earlier: bool = False) -> Receipt:
    """Assemble the receipt of a unit, here or on the earlier chain; raise BadInput when there is no such unit."""
    unit = node.journal.units.unit(resource_id, unit_id)
    if unit is None:
        zh, en = f"{resource_id} 没有知识单元 {unit_id}", f"{resource_id} has no unit {unit_id}"
        raise BadInput(zh, en, field="unit")
    batch = node.journal.units.batch(unit.batch)
    if earlier and batch is not None:
        batch = on_earlier_chain(node, batch)
    if batch is None or batch.stage != "confirmed" or batch.act is None or batch.log_index is None:
        raise _not_final(f"{resource_id} / {unit_id}")
    lines = read_lines(node, batch)
    line = lines[unit.position]
    value = canonical.decode(line)
    proof = UnitTree([hashlib.sha256(each).digest() for each in lines]).proof(unit.position)
    return unit_receipt(
        material_of(node, batch.act),
        log_index=batch.log_index,
        line=line,
        unit=UnitProof(
            resource_id=resource_id,
            unit_id=unit_id,
            id_field=batch.id_field,
            salt=value.get("salt"),
            proof=proof,
        ),
    )


def read_lines(node: Reading, batch: UnitBatchRow) -> list[bytes]:
    """Read the canonical lines of a batch's list; raise Doubtful when it is not the list that was committed."""
    with node.root.open_payload(batch.object_id, LIST_NAME) as stream:
        data = stream.read()
    if hashlib.sha256(data).digest() != batch.list_digest:
        zh, en = f"第 {batch.id} 批的清单已损坏", f"the list of batch {batch.id} is damaged"
        raise Doubtful(zh, en, mend=Words("zhicang audit 会说明该怎么办", "zhicang audit says what to do"))
    return data.removesuffix(b"\n").split(b"\n")


def material_of(node: Reading, act: int) -> ProofMaterial:
    """Read the proof material of a confirmed act; raise Doubtful when its file is missing or malformed."""
    row = node.journal.acts.get(act)
    tx_hash = b"" if row is None or row.tx_hash is None else row.tx_hash
    mend = Words("zhicang audit 会说明该怎么办", "zhicang audit says what to do")
    try:
        return ProofMaterial.from_json_bytes(node.proofs.get(tx_hash))
    except FileNotFoundError:
        zh, en = "证明文件不见了", "the proof file is missing"
        raise Doubtful(zh, en, mend=mend, file=str(node.proofs.path_of(tx_hash))) from None


def _not_final(name: str) -> Unavailable:
    mend = Words("再运行一次登记命令,会接着做完", "run the registering command again: it goes on where it stopped")
    return Unavailable(f"{name} 的登记尚未最终确认", f"the registration of {name} is not final yet", mend=mend)
