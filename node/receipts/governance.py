"""A governance act, proven by the signed transactions that made it.

Every governor sends the whole proposal, so m transactions of distinct governors in office with equal calldata are what
the registry needed, and what nobody else can make. The transaction receipts add what the validators answer for: that
all were approvals of this proposal in this epoch, and that the last one executed it as the act after those in front.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from contracts import calls, governing
from contracts.errors import ContractError
from contracts.events import Event, decode_log
from contracts.parties import Governed, ProposalApproved
from node.receipts.effects import effect_of, retired, seated
from node.receipts.errors import BadProof
from node.receipts.sealed import check_sealed
from node.receipts.tx_receipt import check_same_type

if TYPE_CHECKING:
    from contracts.calls import Call
    from node.receipts.changes import GovernanceChange
    from node.receipts.material import ProofMaterial
    from node.receipts.trust import Trust

_NO_PROPOSAL = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A transaction of the registry that stands in a sealed header: place, time, sender, calldata and events."""

    height: int
    time: int
    index: int
    sender: bytes
    calldata: bytes
    events: tuple[Event, ...]


def read_sent(material: ProofMaterial, trust: Trust) -> Sent:
    """Read a transaction that called the registry with success; raise BadProof or AnchorTooOld unless it did."""
    header = material.decode_header()
    check_sealed(header, trust)
    transaction, tx_receipt = material.transaction(), material.tx_receipt()
    check_same_type(transaction, tx_receipt)
    founding = trust.founding
    if (transaction.chain_id, transaction.to) != (founding.chain_id, founding.registry):
        raise BadProof("交易不是对本链登记合约的调用", "a transaction that does not call the registry of this chain")
    if not tx_receipt.succeeded:
        raise BadProof("交易执行失败", "the transaction failed")
    logs = [log for log in tx_receipt.logs if log.address == founding.registry]
    try:
        events = tuple(decode_log(log.topics, log.data) for log in logs)
    except ContractError as error:
        raise BadProof(error.words.zh, error.words.en) from error
    return Sent(
        height=header.number,
        time=header.timestamp,
        index=material.index,
        sender=transaction.sender(),
        calldata=transaction.calldata,
        events=events,
    )


def check_act(change: GovernanceChange, trust: Trust) -> Trust:
    """Give the trust after a governance act.

    Raises:
        BadProof: it is not proven.
        AnchorTooOld: a transaction stands in a header of validators that changes in front of it do not prove.
    """
    sent = [read_sent(material, trust) for material in change.transactions]
    if not sent or any((one.height, one.index) >= (other.height, other.index) for one, other in pairwise(sent)):
        zh, en = "治理交易为空或没有按链上顺序排列", "no transaction, or they are not in the order of the chain"
        raise BadProof(zh, en)
    call = _call(sent[-1].calldata)
    if isinstance(call, calls.GovernCall):
        proposal = _check_approvals(sent, call, trust)
    elif len(sent) == 1 and isinstance(call, (calls.AcceptGovernorshipCall, calls.RetireOwnKeyCall)):
        proposal = _NO_PROPOSAL
    else:
        raise BadProof("不是治理事务", "no act of governance")
    _check_count(sent[-1], proposal, trust)
    trust = _after(change, sent[-1], call, trust)
    executed = trust.executed if proposal == _NO_PROPOSAL else trust.executed | {proposal}
    height = sent[-1].height
    return replace(
        trust,
        sequence=trust.sequence + 1,
        executed=executed,
        keys_known=max(trust.keys_known, height),
        sets_known=max(trust.sets_known, height),
    )


def _call(calldata: bytes) -> Call:
    try:
        return calls.decode_call(calldata)
    except ContractError as error:
        raise BadProof(error.words.zh, error.words.en) from error


def _check_approvals(sent: list[Sent], call: calls.GovernCall, trust: Trust) -> bytes:
    """Give the identity of the proposal that these transactions approved and executed."""
    senders = [one.sender for one in sent]
    for sender in senders:
        if sender not in trust.governors:
            zh = f"0x{sender.hex()} 当时不是在任的治理方"
            raise BadProof(zh, f"0x{sender.hex()} was no governor in office")
    if len(set(senders)) != len(senders) or len(senders) != trust.threshold:
        zh = f"有 {len(set(senders))} 个治理方的 {len(senders)} 笔批准,应恰为 {trust.threshold} 个"
        en = f"{len(senders)} approvals of {len(set(senders))} governors instead of exactly {trust.threshold}"
        raise BadProof(zh, en)
    if any(one.calldata != sent[-1].calldata for one in sent):
        raise BadProof("各治理方批准的不是同一提案", "the governors did not approve the same proposal")
    if sent[-1].time > call.expires:
        raise BadProof("提案已过期", "the proposal had expired")
    proposal = governing.proposal_id(epoch=trust.epoch, call=call.call, expires=call.expires, document=call.document)
    if proposal in trust.executed:
        raise BadProof("提案先前已执行", "the proposal was executed before")
    for one in sent:
        approved = [event for event in one.events if isinstance(event, ProposalApproved)]
        if [(event.proposal, event.governor) for event in approved] != [(proposal, one.sender)]:
            zh, en = "交易没有批准本届治理方的这一提案", "a transaction did not approve this proposal in this epoch"
            raise BadProof(zh, en)
    return proposal


def _check_count(last: Sent, proposal: bytes, trust: Trust) -> None:
    governed = [event for event in last.events if isinstance(event, Governed)]
    expected = trust.sequence + 1
    if governed != [Governed(sequence=expected, proposal=proposal)]:
        zh = f"最后一笔交易没有作为第 {expected} 项治理事务执行它:缺了之前的变更,或顺序不对"
        en = f"the last transaction did not execute it as governance act {expected}: one is missing or out of order"
        raise BadProof(zh, en)


def _after(change: GovernanceChange, last: Sent, call: Call, trust: Trust) -> Trust:
    if isinstance(call, calls.GovernCall):
        try:
            meant = governing.decode_governed(call.call)
        except ContractError as error:
            raise BadProof(error.words.zh, error.words.en) from error
        return effect_of(meant, trust, height=last.height, profile=change.profile)
    if change.profile is not None:
        raise BadProof("附有无关的机构资料", "it carries a profile that it has no use for")
    if isinstance(call, calls.AcceptGovernorshipCall):
        return seated(last.sender, trust)
    return retired(last.sender, trust, height=last.height)
