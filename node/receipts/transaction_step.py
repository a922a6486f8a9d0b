"""Step 7 of a verification: who signed the act, and who reviewed it.

Both signatures are the institution's, not the validators': so not even all validators together can forge its act.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts import calls
from contracts.approval import NOT_REVIEWED, asked_to_amend, asked_to_commit, asked_to_register, asked_to_supersede
from contracts.errors import ContractError
from contracts.parties import ROLE_REGISTRAR, ROLE_REVIEWER
from contracts.records import Version
from node.errors import Words
from node.receipts.errors import BadProof
from node.receipts.event_steps import event_of
from node.receipts.header import decode_header
from node.receipts.ordered_trie import walk
from node.receipts.signature import recover
from node.receipts.transaction import decode_transaction
from node.receipts.tx_receipt import check_same_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.approval import Approval, Asked
    from node.receipts.event_steps import Act
    from node.receipts.header import Header
    from node.receipts.receipt import Receipt
    from node.receipts.transaction import Transaction
    from node.receipts.trust import Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who signed: addresses of the registrar and, unless nobody reviewed, of the reviewer; and what is doubtful."""

    registrar: bytes
    reviewer: bytes | None
    doubts: tuple[Words, ...]


def check_transaction(receipt: Receipt, trust: Trust) -> tuple[Words, Signed]:
    """Step 7: the transaction of the same index: its hash, chain, sender, contract and calldata; and the approval.

    Raises:
        BadProof: it is not the institution's act, or was not approved as its policy asked for.
        AnchorTooOld: a key that the anchor does not know, above what it knows.
    """
    material, founding = receipt.material, trust.founding
    header = decode_header(material.header)
    transaction = decode_transaction(walk(header.transactions_root, material.index, material.transaction_path))
    if transaction.tx_hash != receipt.tx_hash:
        raise BadProof("交易号与凭证所写不符", "the tx_hash is not the one in the receipt")
    check_same_type(transaction, material.tx_receipt())
    if transaction.chain_id != founding.chain_id:
        zh = f"交易属于链 {transaction.chain_id},不是信任锚的链 {founding.chain_id}"
        raise BadProof(zh, f"the transaction is for chain {transaction.chain_id}, not {founding.chain_id}")
    if transaction.to != founding.registry:
        zh, en = f"交易调用的是 0x{transaction.to.hex()}", f"the transaction calls 0x{transaction.to.hex()}"
        raise BadProof(f"{zh},不是登记合约", f"{en}, not the registry")
    event, sender = event_of(receipt), transaction.sender()
    code = event.institution.decode("ascii", "replace")
    doubts = []
    if trust.check_key(sender, institution=code, role=ROLE_REGISTRAR, height=header.number):
        doubts.append(_stolen("登记员", "registrar", sender))
    reviewer = _check_approval(_call_in(transaction), event, sender, header, trust)
    if reviewer is not None and trust.check_key(reviewer, institution=code, role=ROLE_REVIEWER, height=header.number):
        doubts.append(_stolen("审核员", "reviewer", reviewer))
    zh = f"交易 0x{transaction.tx_hash.hex()} 由登记员密钥 0x{sender.hex()} 签名,所载与事件一致"
    en = f"transaction 0x{transaction.tx_hash.hex()} signed by registrar key 0x{sender.hex()}, calldata as the event"
    by = review_words(reviewer)
    words = Words(f"{zh};{by.zh}", f"{en}; {by.en}")
    return words, Signed(registrar=sender, reviewer=reviewer, doubts=tuple(doubts))


def review_words(reviewer: bytes | None) -> Words:
    """Say who reviewed."""
    if reviewer is None:
        return Words("一人办理,无人审核", "one person: nobody else reviewed it")
    return Words(f"经审核员密钥 0x{reviewer.hex()} 批准", f"approved by reviewer key 0x{reviewer.hex()}")


def _call_in(transaction: Transaction) -> calls.Call:
    try:
        return calls.decode_call(transaction.calldata)
    except ContractError as error:
        raise BadProof(error.words.zh, error.words.en) from error


def _approval_in(call: calls.Call, event: Act) -> Approval | None:
    """Give the approval that came with what the event says; raise BadProof where the call does not say it."""
    for said, approval in _said(call, event.institution):
        if said == event:
            return approval if approval.given else None
    raise BadProof("交易所载内容与事件不一致", "the calldata are not what the event says")


def _said(call: calls.Call, institution: bytes) -> Iterator[tuple[Act, Approval]]:
    """Give each event that a call can make, with its approval."""
    if isinstance(call, calls.RegisterCall):
        approvals = call.approvals or (NOT_REVIEWED,) * len(call.entries)
        for entry, approval in zip(call.entries, approvals, strict=False):
            yield entry.registered(institution), approval
    elif isinstance(call, calls.CommitUnitsCall):
        yield call.batch.committed(institution), call.approval
    elif isinstance(call, calls.AmendCall):
        yield call.entry.amended(institution, call.version, call.reason), call.approval
    elif isinstance(call, calls.SupersedeCall):
        yield call.entry.superseded(institution, call.version, call.reason), call.approval


def _asked(call: calls.Call, event: Act, expires: int) -> Asked:
    """Say what the reviewer had to sign for an event that a call made."""
    institution = event.institution
    if isinstance(call, calls.CommitUnitsCall):
        return asked_to_commit(call.batch, institution=institution, expires=expires)
    if isinstance(call, calls.AmendCall):
        entry, reason, version = call.entry, call.reason, call.version
        return asked_to_amend(entry, reason, version=version, institution=institution, expires=expires)
    if isinstance(call, calls.SupersedeCall):
        entry, reason, version = call.entry, call.reason, call.version
        return asked_to_supersede(entry, reason, version=version, institution=institution, expires=expires)
    if not isinstance(event, Version):
        raise BadProof("交易所载内容与事件不一致", "the calldata are not what the event says")
    return asked_to_register(event.entry(), institution=institution, expires=expires)


def _check_approval(call: calls.Call, event: Act, sender: bytes, header: Header, trust: Trust) -> bytes | None:
    """Give the reviewer's address, not yet shown to be one; None where nobody reviewed and nobody had to."""
    approval = _approval_in(call, event)
    if approval is None:
        party = trust.institution(event.institution.decode("ascii", "replace"))
        if party is None or not party.one_person_at(header.number):
            zh, en = "没有审核员的批准,而该机构实行两人制", "no reviewer approved, and two persons are its policy"
            raise trust.unknown(header.number, zh, en)
        return None
    if header.timestamp > approval.expires:
        raise BadProof("审核员的批准已过期", "the reviewer's approval had expired")
    asked = _asked(call, event, approval.expires)
    reviewer = recover(
        asked.digest(chain_id=trust.founding.chain_id, registry=trust.founding.registry), approval.signature
    )
    if reviewer == sender:
        raise BadProof("批准是登记员自己签的", "the registrar approved it himself")
    return reviewer


def _stolen(role_zh: str, role_en: str, key: bytes) -> Words:
    zh, en = f"{role_zh}密钥 0x{key.hex()} 后来被宣布失窃", f"the {role_en} key 0x{key.hex()} was declared stolen later"
    return Words(f"{zh},自此高度或更早起存疑", f"{en}, from this height or an earlier one on")
