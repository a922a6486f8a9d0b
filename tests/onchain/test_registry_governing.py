"""How governors decide: approvals that add up, epochs, expiry, execution once, and what no vote can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from registry_at_hand import (
    GOVERNOR,
    INSTITUTION,
    REGISTRAR,
    SECOND_GOVERNOR,
    SPARE,
    STRANGER,
    THIRD_GOVERNOR,
    account,
    admission,
    digest,
    entry,
)

from contracts import calls, governing, views
from contracts.calls import AcceptGovernorshipCall, GovernCall, RetireOwnKeyCall
from contracts.errors import NotPermitted, UnknownRevert
from contracts.governing import (
    AddKeyCall,
    AdmitCall,
    DismissGovernorCall,
    NameSuccessorCall,
    NominateGovernorCall,
    RetireKeyCall,
    SetPolicyCall,
    SetThresholdCall,
)
from contracts.parties import (
    Governance,
    Governed,
    GovernorDismissed,
    GovernorNominated,
    GovernorSeated,
    PolicySet,
    Proposal,
    ProposalApproved,
    SuccessorNamed,
    ThresholdSet,
)

if TYPE_CHECKING:
    from registry_at_hand import RegistryAtHand

OPEN = SetPolicyCall(institution=INSTITUTION, one_person=True)
TWO = (GOVERNOR, SECOND_GOVERNOR)
ACCEPT = calls.encode_call(AcceptGovernorshipCall())


def governance_of(registry: RegistryAtHand) -> Governance:
    return views.decode_governance(registry.ask(views.encode_governance()))


def proposal_of(registry: RegistryAtHand, call: Any, expires: int, document: bytes) -> Proposal | None:
    asked = views.encode_proposal_of(governing.encode_governed(call), expires=expires, document=document)
    return views.decode_proposal_of(registry.ask(asked))


def seat(registry: RegistryAtHand, place: int, *, by: tuple[int, ...] = TWO) -> None:
    registry.decide(NominateGovernorCall(account=account(place)), by=by)
    assert registry.transact(ACCEPT, sender=place).succeeded


def test_the_approval_that_reaches_the_threshold_executes(consortium: RegistryAtHand) -> None:
    call, paper = governing.encode_governed(OPEN), digest("minutes")
    calldata = consortium.propose(OPEN, expires=2**35)
    name = governing.proposal_id(epoch=0, call=call, expires=2**35, document=paper)

    def approved(governor: int, count: int) -> ProposalApproved:
        return ProposalApproved(
            proposal=name, governor=account(governor), epoch=0, approvals=count, call=call, expires=2**35,
            document=paper,
        )  # fmt: skip

    assert consortium.transact(calldata, sender=GOVERNOR).events == [approved(GOVERNOR, 1)]
    assert proposal_of(consortium, OPEN, 2**35, paper) == Proposal(approvals=1, executed=False)
    assert consortium.transact(calldata, sender=THIRD_GOVERNOR).events == [
        approved(THIRD_GOVERNOR, 2),
        PolicySet(institution=INSTITUTION, one_person=True),
        Governed(sequence=1, proposal=name),
    ]
    assert proposal_of(consortium, OPEN, 2**35, paper) == Proposal(approvals=2, executed=True)
    assert governance_of(consortium) == Governance(sequence=1, epoch=0, threshold=2, governors=3)


def test_a_proposal_is_executed_once(consortium: RegistryAtHand) -> None:
    calldata = consortium.propose(OPEN)
    consortium.decide(OPEN, by=TWO)
    for sender in (GOVERNOR, THIRD_GOVERNOR):
        assert consortium.reverts_with(calldata, sender=sender).name == "AlreadyExecuted"
    other = consortium.decide(OPEN, by=TWO, document=digest("other minutes"))
    assert isinstance(other.events[-1], Governed)


def test_a_governor_approves_once(consortium: RegistryAtHand) -> None:
    calldata = consortium.propose(OPEN)
    consortium.transact(calldata)
    error = consortium.reverts_with(calldata)
    assert (error.name, error.values["governor"]) == ("AlreadyApproved", account(GOVERNOR))


@pytest.mark.parametrize("sender", [REGISTRAR, STRANGER])
def test_only_governors_approve(consortium: RegistryAtHand, sender: int) -> None:
    error = consortium.reverts_with(consortium.propose(OPEN), sender=sender)
    assert isinstance(error, NotPermitted)
    assert (error.name, error.values) == ("NotGovernor", {"account": account(sender)})


@pytest.mark.parametrize("layout", governing.LAYOUTS.values(), ids=lambda layout: layout.kind.__name__)
@pytest.mark.parametrize("sender", [GOVERNOR, REGISTRAR])
def test_what_is_for_proposals_nobody_does_alone(consortium: RegistryAtHand, layout: Any, sender: int) -> None:
    [selector] = [selector for selector, each in governing.LAYOUTS.items() if each is layout]
    zeros = {"bool": False}
    if layout.kind is AdmitCall:
        calldata = governing.encode_governed(AdmitCall(admission=admission()))
    else:
        values = {
            name: zeros.get(type_, bytes({"address": 20, "bytes8": 8, "bytes32": 32}.get(type_, 0)) or 0)
            for name, type_ in layout.fields.items()
        }
        calldata = selector + layout.encode(layout.kind(**values))
    error = consortium.reverts_with(calldata, sender=sender)
    assert (error.name, error.values) == ("NotGovernance", {"account": account(sender)})


def test_an_expired_proposal_is_void_from_the_second_after(consortium: RegistryAtHand) -> None:
    now = consortium.web3.eth.get_block("latest")["timestamp"]
    consortium.transact(consortium.propose(OPEN, expires=now + 100), sender=GOVERNOR)
    consortium.tester.time_travel(now + 100)
    done = consortium.transact(consortium.propose(OPEN, expires=now + 100), sender=SECOND_GOVERNOR)
    assert done.succeeded
    assert done.time == now + 100
    other = SetPolicyCall(institution=INSTITUTION, one_person=False)
    consortium.transact(consortium.propose(other, expires=now + 200), sender=GOVERNOR)
    consortium.wait_until(now + 201)
    error = consortium.reverts_with(consortium.propose(other, expires=now + 200), sender=SECOND_GOVERNOR)
    assert (error.name, error.values) == ("ProposalExpired", {"expires": now + 200})


def test_a_new_governor_takes_office_only_by_its_own_key(consortium: RegistryAtHand) -> None:
    nominated = consortium.decide(NominateGovernorCall(account=account(SPARE)), by=TWO)
    assert nominated.events[1] == GovernorNominated(account=account(SPARE))
    assert governance_of(consortium) == Governance(sequence=1, epoch=0, threshold=2, governors=3)
    assert consortium.reverts_with(consortium.propose(OPEN), sender=SPARE).name == "NotGovernor"
    assert consortium.reverts_with(ACCEPT, sender=STRANGER).name == "NotNominated"
    assert views.decode_is_known(consortium.ask(views.encode_is_known(account(SPARE))))
    taken = consortium.transact(ACCEPT, sender=SPARE)
    assert taken.events == [GovernorSeated(account=account(SPARE)), Governed(sequence=2, proposal=bytes(32))]
    assert governance_of(consortium) == Governance(sequence=2, epoch=1, threshold=2, governors=4)
    assert consortium.reverts_with(ACCEPT, sender=SPARE).name == "NotNominated"
    assert consortium.decide(OPEN, by=(SPARE, GOVERNOR)).succeeded


def test_a_new_epoch_voids_what_was_approved_before(consortium: RegistryAtHand) -> None:
    """Approvals of a governor who is dismissed afterwards must not count among the governors that are left."""
    consortium.transact(consortium.propose(OPEN), sender=THIRD_GOVERNOR)
    dismissed = consortium.decide(DismissGovernorCall(account=account(THIRD_GOVERNOR)), by=TWO)
    assert dismissed.events[1] == GovernorDismissed(account=account(THIRD_GOVERNOR))
    assert governance_of(consortium) == Governance(sequence=1, epoch=1, threshold=2, governors=2)
    assert len(consortium.transact(consortium.propose(OPEN), sender=GOVERNOR).events) == 1
    assert consortium.reverts_with(consortium.propose(OPEN), sender=THIRD_GOVERNOR).name == "NotGovernor"
    assert len(consortium.transact(consortium.propose(OPEN), sender=SECOND_GOVERNOR).events) == 3


def test_the_threshold_is_set_within_reach(consortium: RegistryAtHand) -> None:
    raised = consortium.decide(SetThresholdCall(threshold=3), by=TWO)
    assert raised.events[1] == ThresholdSet(threshold=3)
    assert governance_of(consortium) == Governance(sequence=1, epoch=1, threshold=3, governors=3)
    for threshold in (0, 4):
        for sender in TWO:
            consortium.transact(consortium.propose(SetThresholdCall(threshold=threshold)), sender=sender)
        proposed = consortium.propose(SetThresholdCall(threshold=threshold))
        error = consortium.reverts_with(proposed, sender=THIRD_GOVERNOR)
        assert (error.name, error.values) == ("UnreachableThreshold", {"threshold": threshold, "governors": 3})


def test_dismissing_keeps_the_threshold_within_reach(consortium: RegistryAtHand) -> None:
    consortium.decide(DismissGovernorCall(account=account(THIRD_GOVERNOR)), by=TWO)
    dismiss = consortium.propose(DismissGovernorCall(account=account(SECOND_GOVERNOR)))
    consortium.transact(dismiss, sender=GOVERNOR)
    error = consortium.reverts_with(dismiss, sender=SECOND_GOVERNOR)
    assert (error.name, error.values) == ("UnreachableThreshold", {"threshold": 2, "governors": 1})


def test_the_last_governor_cannot_be_dismissed(bare: RegistryAtHand) -> None:
    error = bare.reverts_with(bare.propose(DismissGovernorCall(account=account(GOVERNOR))))
    assert (error.name, error.values) == ("UnreachableThreshold", {"threshold": 1, "governors": 0})


def test_a_nomination_is_taken_back_without_a_new_epoch(consortium: RegistryAtHand) -> None:
    consortium.decide(NominateGovernorCall(account=account(SPARE)), by=TWO)
    done = consortium.decide(DismissGovernorCall(account=account(SPARE)), by=TWO)
    assert done.events[1] == GovernorDismissed(account=account(SPARE))
    assert governance_of(consortium) == Governance(sequence=2, epoch=0, threshold=2, governors=3)
    assert consortium.reverts_with(ACCEPT, sender=SPARE).name == "NotNominated"
    assert not views.decode_is_known(consortium.ask(views.encode_is_known(account(SPARE))))


def test_a_dismissed_governor_may_come_back(consortium: RegistryAtHand) -> None:
    consortium.decide(DismissGovernorCall(account=account(THIRD_GOVERNOR)), by=TWO)
    seat(consortium, THIRD_GOVERNOR)
    assert governance_of(consortium).governors == 3


REFUSED: list[tuple[str, Any]] = [
    ("AlreadyGovernor", NominateGovernorCall(account=account(SECOND_GOVERNOR))),
    ("AccountTaken", NominateGovernorCall(account=account(REGISTRAR))),
    ("ZeroAccount", NominateGovernorCall(account=bytes(20))),
    ("NotGovernor", DismissGovernorCall(account=account(STRANGER))),
    ("ZeroAccount", NameSuccessorCall(registry=bytes(20), document=digest("paper"))),
    ("AlreadyGovernor", AddKeyCall(institution=INSTITUTION, account=account(GOVERNOR), role=1)),
]


@pytest.mark.parametrize(("name", "call"), REFUSED)
def test_a_proposal_that_cannot_be_executed_reverts_with_the_error_of_the_act(
    consortium: RegistryAtHand, name: str, call: Any
) -> None:
    consortium.transact(consortium.propose(call), sender=GOVERNOR)
    assert consortium.reverts_with(consortium.propose(call), sender=SECOND_GOVERNOR).name == name
    waiting = proposal_of(consortium, call, 2**40, digest("minutes"))
    assert waiting == Proposal(approvals=1, executed=False), "the approval that failed left nothing behind"


def test_a_nominated_account_becomes_no_key_meanwhile(consortium: RegistryAtHand) -> None:
    consortium.decide(NominateGovernorCall(account=account(SPARE)), by=TWO)
    add = consortium.propose(AddKeyCall(institution=INSTITUTION, account=account(SPARE), role=1))
    consortium.transact(add, sender=GOVERNOR)
    assert consortium.reverts_with(add, sender=SECOND_GOVERNOR).name == "AlreadyGovernor"


def test_the_key_of_an_institution_governs_never_also_when_retired(consortium: RegistryAtHand) -> None:
    consortium.decide(RetireKeyCall(account=account(REGISTRAR)), by=TWO)
    nominate = consortium.propose(NominateGovernorCall(account=account(REGISTRAR)))
    consortium.transact(nominate, sender=GOVERNOR)
    assert consortium.reverts_with(nominate, sender=SECOND_GOVERNOR).name == "AccountTaken"


def test_a_successor_is_announced_and_this_registry_goes_on(registry: RegistryAtHand) -> None:
    done = registry.decide(NameSuccessorCall(registry=account(SPARE), document=digest("paper")))
    assert done.events[1] == SuccessorNamed(successor=account(SPARE), document=digest("paper"))
    assert views.decode_successor(registry.ask(views.encode_successor())) == account(SPARE)
    assert registry.transact(calls.encode_register(entry()), sender=REGISTRAR).succeeded


NOT_PROPOSED: dict[str, bytes] = {
    "nothing": b"",
    "half a selector": b"\x66\x93\xf2",
    "a view": views.encode_governance(),
    "an approval of an approval": calls.encode_call(GovernCall(call=b"", expires=2**40, document=bytes(32))),
    "taking office": ACCEPT,
    "retiring the registry's own key": calls.encode_call(RetireOwnKeyCall()),
    "an act of an institution": calls.encode_register(entry()),
    "no function": b"\1\2\3\4" + bytes(32),
    "a word too many": governing.encode_governed(OPEN) + bytes(32),
    "a byte too many": governing.encode_governed(OPEN) + b"\0",
    "a byte too few": governing.encode_governed(OPEN)[:-1],
    "a byte too many in an admission": governing.encode_governed(AdmitCall(admission=admission())) + b"\0",
}


@pytest.mark.parametrize("what", NOT_PROPOSED)
def test_what_an_anchor_could_not_read_back_cannot_be_proposed(registry: RegistryAtHand, what: str) -> None:
    calldata = calls.encode_call(GovernCall(call=NOT_PROPOSED[what], expires=2**40, document=bytes(32)))
    assert registry.reverts_with(calldata).name == "NotCanonical"


def test_an_admission_with_other_offsets_cannot_be_proposed(registry: RegistryAtHand) -> None:
    """Solidity reads one admission from many calldata; governors could each send another, and no anchor be moved on."""
    call = governing.encode_governed(AdmitCall(admission=admission(b"31000001")))
    gap = call[:4] + (64).to_bytes(32, "big") + bytes(32) + call[36:]
    calldata = calls.encode_call(GovernCall(call=gap, expires=2**40, document=bytes(32)))
    assert registry.reverts_with(calldata).name == "NotCanonical"
    assert registry.transact(calls.encode_call(GovernCall(call=call, expires=2**40, document=bytes(32)))).succeeded


@pytest.mark.parametrize("call", [OPEN, AddKeyCall(institution=INSTITUTION, account=account(SPARE), role=1)])
def test_dirty_words_in_a_proposal_cannot_be_executed(registry: RegistryAtHand, call: Any) -> None:
    clean = governing.encode_governed(call)
    dirty = clean[:-32] + b"\1" + clean[-31:]
    error = registry.reverts_with(calls.encode_call(GovernCall(call=dirty, expires=2**40, document=bytes(32))))
    assert error.name == "FailedCall"


def test_an_approval_in_another_encoding_is_refused(registry: RegistryAtHand) -> None:
    calldata = registry.propose(OPEN)
    head, rest = calldata[:4], calldata[4:]
    gap = head + (128).to_bytes(32, "big") + rest[32:96] + bytes(32) + rest[96:]
    padded = calldata[:-1] + b"\1"
    for other in (gap, padded, calldata + b"\0", calldata + bytes(32)):
        assert registry.reverts_with(other).name == "NotCanonical"
    for longer in (ACCEPT + b"\0", calls.encode_call(RetireOwnKeyCall()) + bytes(32)):
        assert registry.reverts_with(longer, sender=REGISTRAR).name == "NotCanonical"
    assert registry.transact(calldata).succeeded


def test_what_is_no_function_of_the_registry_is_refused(registry: RegistryAtHand) -> None:
    for calldata in (b"", b"\1", b"\1\2\3\4", bytes(36)):
        assert isinstance(registry.reverts_with(calldata), UnknownRevert)


def test_the_registry_takes_no_money(registry: RegistryAtHand) -> None:
    for calldata in (b"", calls.encode_register(entry()), views.encode_governance()):
        fields = registry._transaction(calldata, REGISTRAR, b"registry") | {"value": 1}  # noqa: SLF001
        found = registry.web3.eth.wait_for_transaction_receipt(registry.web3.eth.send_transaction(fields))
        assert found["status"] == 0
