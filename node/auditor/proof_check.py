"""Proof check: from the proof files alone, every receipt that this node would hand out verifies against its anchor."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from contracts.errors import ContractError
from node.auditor.finding import NONE, Finding, said_by
from node.errors import Words, ZhicangError
from node.own_anchor import trust_anchor
from node.receipt_desk import material_of, read_lines, receipt_for, unit_receipt_for
from node.receipts.folding import fold
from node.receipts.subject import FileSubject, TreeSubject, UnitSubject
from node.receipts.unit_tree import root_of
from node.receipts.verify import verify
from node.records import canonical
from node.records.kind import Kind
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from node.receipts.subject import Subject
    from node.receipts.trust import Trust
    from node.runtime import Reading
    from storage.acts import ActRow
    from storage.resources import VersionRow
    from storage.units import UnitBatchRow

_PROOF = Words(
    "从备份取回这个证明文件",
    "bring this proof file back from a backup",
)
_VERIFIES = Words("核验得过的存证凭证", "a receipt that verifies")
_OTHER_ROOT = Words("清单的默克尔根与日志不符", "the list's Merkle root is not the journal's")
_CONFIRMED = Words("一笔已确认的事务", "a confirmed act")
_UPDATE = Words(
    "信任锚比这份凭证旧:zhicang anchor update",
    "the home's trust anchor is older than this: zhicang anchor update",
)


def check_proofs(node: Reading, *, step: Callable[[], None]) -> Iterator[Finding]:
    """Assemble and verify the receipt of every version, and of the first and last unit of every batch."""
    trust = fold(trust_anchor(node.home))
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
            yield _finding(row.number, verdict.failed.shown, mend=mend)
    except StorageError:
        return  # the payload check tells of it
    except (ZhicangError, ContractError) as error:
        yield _finding(row.number, said_by(error))


def _check_acts(node: Reading) -> Iterator[Finding]:
    """See that every confirmed act has its proof, and every proof its act."""
    known: set[bytes | None] = set()
    for act in node.journal.acts.confirmed():
        known.add(act.tx_hash)
        yield from _check_act(node, act)
    for tx_hash in node.proofs.tx_hashes():
        if tx_hash not in known:
            yield Finding(
                check="proof", id="0x" + tx_hash.hex(), expected=_CONFIRMED, found=NONE, mend=_PROOF
            )


def _check_batch(node: Reading, batch: UnitBatchRow, trust: Trust) -> Iterator[Finding]:
    name, shown = f"units {batch.id}", Words(f"第 {batch.id} 批知识单元", f"units {batch.id}")
    try:
        lines = read_lines(node, batch)
        if root_of([hashlib.sha256(line).digest() for line in lines]) != batch.root:
            yield _finding(name, _OTHER_ROOT, shown=shown)
            return
        for line in {lines[0], lines[-1]}:
            value = canonical.decode(line)
            receipt = unit_receipt_for(node, value["resource_id"], str(value[batch.id_field]))
            verdict = verify(UnitSubject(value=value), receipt, trust)
            if verdict.failed is not None:
                yield _finding(name, verdict.failed.shown, shown=shown)
    except StorageError:
        return  # the payload check tells of it
    except (ZhicangError, ContractError) as error:
        yield _finding(name, said_by(error), shown=shown)


def _check_act(node: Reading, act: ActRow) -> Iterator[Finding]:
    """See that a confirmed act's proof is there and is of just that act."""
    name = f"act {act.id} {act.kind} {act.subject}"
    shown = Words(f"第 {act.id} 笔事务 {act.kind} {act.subject}", name)
    try:
        transaction = material_of(node, act.id).transaction()
        if (transaction.calldata, transaction.sender(), transaction.nonce) != (act.calldata, act.sender, act.nonce):
            yield _finding(name, Words("另一笔交易的证明", "the proof of another transaction"), shown=shown)
    except (ZhicangError, ContractError) as error:
        yield _finding(name, said_by(error), shown=shown)


def _finding(name: str, found: Words, *, mend: Words = _PROOF, shown: Words | None = None) -> Finding:
    return Finding(check="proof", id=name, name=shown, expected=_VERIFIES, found=found, mend=mend)
