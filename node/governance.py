"""Governance as the chain tells it: the proposals that are open, and every call in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts import governing, views
from contracts.calls import GovernCall, decode_call
from contracts.events import PROPOSAL_APPROVED, decode_log
from contracts.governing import GovernedCall, decode_governed, proposal_id
from contracts.parties import ProposalApproved
from node.errors import BadInput, OwnFault, Words

if TYPE_CHECKING:
    from node.chain.engine import Engine

ROLES = {1: Words("登记员", "registrar"), 2: Words("审核员", "reviewer"), 3: Words("核查员", "auditor")}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenProposal:
    """A proposal as it stands: what it calls, who approved it, and whether it was executed."""

    id: bytes
    call: bytes
    expires: int
    document: bytes
    approvals: int
    executed: bool
    threshold: int
    governors: tuple[bytes, ...] = ()

    @property
    def meaning(self) -> GovernedCall:
        """What it does."""
        return decode_governed(self.call)

    def again(self) -> GovernCall:
        """Give the call by which one more governor approves it: the very same."""
        return GovernCall(call=self.call, expires=self.expires, document=self.document)


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernanceState:
    """How the consortium is governed now, and what is open."""

    threshold: int
    governors: int
    sequence: int
    open: tuple[OpenProposal, ...]


async def read_governance(engine: Engine, registry: bytes) -> GovernanceState:
    """Read what can still be approved: of this epoch, neither executed nor expired by the head's time."""
    now = views.decode_governance(await engine.call(to=registry, calldata=views.encode_governance()))
    head = await engine.block(await engine.height())
    time = int(head["timestamp"], 16)
    seen: dict[bytes, list[ProposalApproved]] = {}
    for log in await engine.logs(address=registry, topics=[["0x" + PROPOSAL_APPROVED.hex()]]):
        topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
        event = decode_log(topics, bytes.fromhex(log["data"][2:]))
        if isinstance(event, ProposalApproved) and event.epoch == now.epoch and event.expires >= time:
            seen.setdefault(event.proposal, []).append(event)
    found = [
        await _state(engine, registry, call=events[0].call, expires=events[0].expires, document=events[0].document,
                     epoch=now.epoch, threshold=now.threshold, governors=tuple(each.governor for each in events))
        for events in seen.values()
    ]  # fmt: skip
    waiting = tuple(proposal for proposal in found if not proposal.executed)
    return GovernanceState(threshold=now.threshold, governors=now.governors, sequence=now.sequence, open=waiting)


async def refuse_unreachable(
    engine: Engine, registry: bytes, call: governing.SetThresholdCall | governing.DismissGovernorCall
) -> None:
    """Raise BadInput where a call asks for more governors' approvals than there would be governors, or for none."""
    now = views.decode_governance(await engine.call(to=registry, calldata=views.encode_governance()))
    if isinstance(call, governing.SetThresholdCall):
        if not 1 <= call.threshold <= now.governors:
            zh = f"门限 {call.threshold} 不可行:在任治理方 {now.governors} 个,门限应在 1—{now.governors} 之间"
            en = f"threshold {call.threshold} is out of range: from 1 to the {now.governors} governors in office"
            raise BadInput(zh, en, field="threshold")
        return
    seated = views.decode_is_governor(await engine.call(to=registry, calldata=views.encode_is_governor(call.account)))
    if seated and now.threshold > now.governors - 1:
        zh = f"免去后只剩治理方 {now.governors - 1} 个,达不到门限 {now.threshold}"
        en = f"{now.governors - 1} governors would be left, fewer than the threshold {now.threshold}"
        mend = Words("先降低门限:zhicang govern threshold N", "lower the threshold first: zhicang govern threshold N")
        raise BadInput(zh, en, mend=mend, field="account")


async def find_proposal(engine: Engine, registry: bytes, calldata: bytes) -> OpenProposal:
    """Give how the proposal of a `govern` transaction stands now."""
    sent = decode_call(calldata)
    if not isinstance(sent, GovernCall):
        raise OwnFault("不是治理交易", "no transaction of governance")
    now = views.decode_governance(await engine.call(to=registry, calldata=views.encode_governance()))
    topics = [["0x" + PROPOSAL_APPROVED.hex()]]
    epoch = now.epoch
    for log in reversed(await engine.logs(address=registry, topics=topics)):
        names = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
        event = decode_log(names, bytes.fromhex(log["data"][2:]))
        if isinstance(event, ProposalApproved) and (event.call, event.expires, event.document) == (
            sent.call, sent.expires, sent.document,
        ):  # fmt: skip
            epoch = event.epoch
            break
    return await _state(
        engine, registry, call=sent.call, expires=sent.expires, document=sent.document, epoch=epoch,
        threshold=now.threshold, former=epoch != now.epoch,
    )  # fmt: skip


async def _state(
    engine: Engine,
    registry: bytes,
    *,
    call: bytes,
    expires: int,
    document: bytes,
    epoch: int,
    threshold: int,
    governors: tuple[bytes, ...] = (),
    former: bool = False,
) -> OpenProposal:
    """Ask how a proposal stands; one of a ``former`` epoch ended that epoch by being executed."""
    calldata = views.encode_proposal_of(call, expires=expires, document=document)
    state = views.decode_proposal_of(await engine.call(to=registry, calldata=calldata))
    return OpenProposal(
        id=proposal_id(epoch=epoch, call=call, expires=expires, document=document),
        call=call,
        expires=expires,
        document=document,
        approvals=threshold if state is None else state.approvals,
        executed=former if state is None else state.executed,
        threshold=threshold,
        governors=governors,
    )


def say_call(call: GovernedCall) -> Words:  # noqa: C901, PLR0911, PLR0912 - one sentence for each call
    """Say in words what a call does."""
    match call:
        case governing.AdmitCall(admission=admitted):
            code = admitted.institution.decode()
            keys = len(admitted.registrars + admitted.reviewers + admitted.auditors)
            policy = Words("一人制", "one person") if admitted.one_person else Words("两人制", "two persons")
            return Words(f"接纳机构 {code}({policy.zh},密钥 {keys} 把)", f"admit {code} ({policy.en}, {keys} keys)")
        case governing.SuspendCall():
            return Words(f"停权机构 {call.institution.decode()}", f"suspend {call.institution.decode()}")
        case governing.ReinstateCall():
            return Words(f"恢复机构 {call.institution.decode()}", f"reinstate {call.institution.decode()}")
        case governing.SetPolicyCall():
            code = call.institution.decode()
            policy = Words("一人制", "one person") if call.one_person else Words("两人制", "two persons")
            return Words(f"机构 {code} 改为{policy.zh}", f"{code}: {policy.en}")
        case governing.AddKeyCall():
            code, role, who = call.institution.decode(), ROLES[call.role], "0x" + call.account.hex()
            return Words(f"给机构 {code} 增加{role.zh}密钥 {who}", f"add a {role.en} key {who} to {code}")
        case governing.RetireKeyCall():
            return Words(f"停用密钥 0x{call.account.hex()}", f"retire the key 0x{call.account.hex()}")
        case governing.RevokeStolenKeyCall():
            who, since = "0x" + call.account.hex(), call.since
            return Words(f"宣告密钥 {who} 自高度 {since} 起被盗", f"declare the key {who} stolen from {since} on")
        case governing.NominateGovernorCall():
            return Words(f"提名治理方 0x{call.account.hex()}", f"nominate the governor 0x{call.account.hex()}")
        case governing.DismissGovernorCall():
            return Words(f"免去治理方 0x{call.account.hex()}", f"dismiss the governor 0x{call.account.hex()}")
        case governing.SetThresholdCall():
            return Words(f"门限改为 {call.threshold} 票", f"set the threshold to {call.threshold}")
        case governing.FreezeCall():
            number = call.number.rstrip(b"\0").decode()
            return Words(f"冻结 {number}", f"freeze {number}")
        case governing.UnfreezeCall():
            number = call.number.rstrip(b"\0").decode()
            return Words(f"解冻 {number}", f"unfreeze {number}")
        case governing.NameSuccessorCall():
            return Words(f"宣布继任合约 0x{call.registry.hex()}", f"name the successor 0x{call.registry.hex()}")
