"""Proof check: from the proof files alone, every receipt that this node would hand out verifies against its anchor."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from contracts.errors import ContractError
from node.auditor.finding import Finding
from node.errors import Words, ZhicangError
from node.own_anchor import trust_anchor
from node.receipt_desk import material_of, read_lines, receipt_for, unit_receipt_for
from node.receipts.subject import FileSubject, TreeSubject, UnitSubject
from node.receipts.trust import Trust
from node.receipts.unit_tree import root_of
from node.receipts.verify import verify
from node.records import canonical
from node.records.kind import Kind
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from node.receipts.subject import Subject
    from node.runtime import Reading
    from storage.acts import ActRow
    from storage.resources import VersionRow
    from storage.units import UnitBatchRow

_PROOF = Words(
    "从备份取回这个证明文件",
    "bring this proof file back from a backup",
)
_UPDATE = Words(
    "信任锚比这份凭证旧:zhicang anchor update",
    "the home's trust anchor is older than this: zhicang anchor update",
)


def check_proofs(node: Reading, *, step: Callable[[], None]) -> Iterator[Finding]:
    """Assemble and verify the receipt of every version, and of the first and last unit of every batch."""
    trust = Trust.of(trust_anchor(node.home))
    for row in node.journal.resources.all_versions():
        if row.version == 1:
            step()
        if row.stage == "confirmed":
            yield from _check_version(node, row, trust)
    for batch in node.journal.units.batches():
        if batch.stage == "confirmed":
            yield from _check_batch(node, batch, trust)
    yield from _check_acts(node)


def _check_version(node: Reading, row: VersionRow, trust: Trust) -> Iterator[Finding]:
    try:
        receipt = receipt_for(node, row)
        second = node.root.content_sm3(row.payload_id, row.kind)
        subject: Subject = FileSubject(sha256=row.content_digest, sm3=second)
        if row.kind == Kind.TREE:
            subject = TreeSubject(manifest=node.root.manifest(row.payload_id), sm3=second)
        verdict = verify(subject, receipt, trust)
        if verdict.failed is not None:
            mend = _UPDATE if verdict.answer == "anchor-too-old" else _PROOF
            yield _finding(row.number, verdict.failed.en, mend=mend)
    except (ZhicangError, ContractError, StorageError) as error:
        yield _finding(row.number, error.words.en)


def _check_acts(node: Reading) -> Iterator[Finding]:
    """See that every confirmed act has its proof, and every proof its act."""
    known: set[bytes | None] = set()
    for act in node.journal.acts.confirmed():
        known.add(act.tx_hash)
        yield from _check_act(node, act)
    for tx_hash in node.proofs.tx_hashes():
        if tx_hash not in known:
            yield Finding(
                check="proof", id="0x" + tx_hash.hex(), expected="a confirmed act", found="none", mend=_PROOF
            )


def _check_batch(node: Reading, batch: UnitBatchRow, trust: Trust) -> Iterator[Finding]:
    name = f"units {batch.id}"
    try:
        lines = read_lines(node, batch)
        if root_of([hashlib.sha256(line).digest() for line in lines]) != batch.root:
            yield _finding(name, "the list's Merkle root is not the journal's")
            return
        for line in {lines[0], lines[-1]}:
            value = canonical.decode(line)
            receipt = unit_receipt_for(node, value["resource_id"], str(value[batch.id_field]))
            verdict = verify(UnitSubject(value=value), receipt, trust)
            if verdict.failed is not None:
                yield _finding(name, verdict.failed.en)
    except (ZhicangError, ContractError, StorageError) as error:
        yield _finding(name, error.words.en)


def _check_act(node: Reading, act: ActRow) -> Iterator[Finding]:
    """See that a confirmed act's proof is there and is of just that act."""
    name = f"act {act.id} {act.kind} {act.subject}"
    try:
        transaction = material_of(node, act.id).transaction()
        if (transaction.calldata, transaction.sender(), transaction.nonce) != (act.calldata, act.sender, act.nonce):
            yield _finding(name, "the proof of another transaction")
    except (ZhicangError, ContractError) as error:
        yield _finding(name, error.words.en)


def _finding(name: str, found: str, *, mend: Words = _PROOF) -> Finding:
    return Finding(check="proof", id=name, expected="a receipt that verifies", found=found, mend=mend)
