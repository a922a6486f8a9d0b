"""Two people: an act counts only with the approval of a reviewer of the institution, for just this, once, in time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from registry_at_hand import (
    AUDITOR,
    FAR,
    GOVERNOR,
    INSTITUTION,
    NEIGHBOUR,
    NEIGHBOUR_REGISTRAR,
    NEIGHBOUR_REVIEWER,
    REGISTRAR,
    REVIEWER,
    SECOND_GOVERNOR,
    SPARE,
    STRANGER,
    account,
    batch,
    digest,
    entry,
    number,
    reason,
)

from contracts import approval, calls, views
from contracts.approval import NOT_REVIEWED, Approval
from contracts.calls import AmendCall, CommitUnitsCall, RegisterCall, SupersedeCall, WithdrawCall
from contracts.errors import refusal
from contracts.governing import AddKeyCall, RetireKeyCall, RevokeStolenKeyCall, SetPolicyCall
from contracts.parties import ROLE_REGISTRAR
from contracts.records import EntrySkipped

if TYPE_CHECKING:
    from registry_at_hand import RegistryAtHand

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
TWO = (GOVERNOR, SECOND_GOVERNOR)
WHO: dict[str, Any] = {"institution": INSTITUTION, "expires": FAR}
AMENDED = entry(metadata_digest=digest("better metadata"))
SUPERSEDED = entry(content_digest=digest("better scan"), cid=b"cid")


def asked_and_call(name: str) -> tuple[approval.Asked, Any]:
    """Give each act that needs a second person: what is asked, and the call without its approval."""
    if name == "register":
        return approval.asked_to_register(entry(), **WHO), RegisterCall(entries=(entry(),), approvals=())
    if name == "commitUnits":
        return approval.asked_to_commit(batch(), **WHO), CommitUnitsCall(batch=batch())
    if name == "amend":
        call: Any = AmendCall(entry=AMENDED, former_metadata_digest=entry().metadata_digest, version=2, reason=reason())
        return approval.asked_to_amend(AMENDED, reason(), version=2, **WHO), call
    if name == "supersede":
        call = SupersedeCall(entry=SUPERSEDED, version=2, reason=reason())
        return approval.asked_to_supersede(SUPERSEDED, reason(), version=2, **WHO), call
    call = WithdrawCall(number=number(1), version=1, reason=reason())
    return approval.asked_to_withdraw(number(1), reason(), version=1, **WHO), call


def with_approval(call: Any, given: Approval) -> bytes:
    if isinstance(call, RegisterCall):
        return calls.encode_register(call.entries[0], given)
    return calls.encode_call(replace(call, approval=given))


@pytest.fixture(params=["register", "commitUnits", "amend", "supersede", "withdraw"])
def act(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def ready(consortium: RegistryAtHand, act: str) -> RegistryAtHand:
    """A registry in which the act can be done, but for its approval."""
    if act in {"amend", "supersede", "withdraw"}:
        good = consortium.approve(approval.asked_to_register(entry(), **WHO))
        assert consortium.transact(calls.encode_register(entry(), good), sender=REGISTRAR).succeeded
    return consortium


def assert_not_approved(registry: RegistryAtHand, act: str, given: Approval) -> None:
    asked, call = asked_and_call(act)
    error = registry.reverts_with(with_approval(call, given), sender=REGISTRAR)
    assert (error.name, error.values) == ("NotApproved", {"subject": asked.subject})


def test_with_the_reviewers_approval_it_is_done_and_only_once(ready: RegistryAtHand, act: str) -> None:
    asked, call = asked_and_call(act)
    calldata = with_approval(call, ready.approve(asked))
    assert ready.transact(calldata, sender=REGISTRAR).succeeded
    again = ready.reverts_with(calldata, sender=REGISTRAR)
    assert again.name in {"AlreadyRegistered", "AlreadyCommitted", "WrongVersion", "AlreadyWithdrawn"}


def test_without_any_approval_it_is_not_done(ready: RegistryAtHand, act: str) -> None:
    assert_not_approved(ready, act, NOT_REVIEWED)


@pytest.mark.parametrize("signer", [GOVERNOR, REGISTRAR, STRANGER, AUDITOR, NEIGHBOUR_REVIEWER])
def test_whoever_is_no_reviewer_of_the_institution_approves_nothing(
    ready: RegistryAtHand, act: str, signer: int
) -> None:
    asked, _ = asked_and_call(act)
    assert_not_approved(ready, act, ready.approve(asked, by=signer))


CHANGES: dict[str, dict[str, Any]] = {
    "institution": {"institution": NEIGHBOUR},
    "act": {"act": 6},
    "subject": {"subject": number(7)},
    "version": {"version": 77},
    "content": {"content": digest("other content")},
}


@pytest.mark.parametrize("field", CHANGES)
def test_an_approval_of_something_else_is_none(ready: RegistryAtHand, act: str, field: str) -> None:
    asked, _ = asked_and_call(act)
    assert_not_approved(ready, act, ready.approve(replace(asked, **CHANGES[field])))


def test_an_approval_of_another_act_with_the_same_content_is_none(ready: RegistryAtHand, act: str) -> None:
    asked, _ = asked_and_call(act)
    for other in set(range(8)) - {asked.act}:
        assert_not_approved(ready, act, ready.approve(replace(asked, act=other)))


def test_an_approval_for_another_chain_or_registry_is_none(ready: RegistryAtHand, act: str) -> None:
    asked, _ = asked_and_call(act)
    assert_not_approved(ready, act, ready.approve(asked, chain_id=ready.web3.eth.chain_id + 1))
    assert_not_approved(ready, act, ready.approve(asked, at=account(SPARE)))


def test_what_is_no_signature_is_no_approval(ready: RegistryAtHand, act: str) -> None:
    asked, _ = asked_and_call(act)
    good = ready.approve(asked)
    for broken in (
        replace(good, r=bytes(32)),
        replace(good, vs=bytes(32)),
        replace(good, r=bytes(32), vs=bytes(32)),
        replace(good, r=b"\xff" * 32),
        replace(good, vs=b"\x7f" + b"\xff" * 31),
        replace(good, vs=bytes([good.vs[0] ^ 0x80]) + good.vs[1:]),
        replace(good, expires=good.expires - 1),
    ):
        assert_not_approved(ready, act, broken)


def test_the_second_signature_of_the_same_key_and_message_is_none(ready: RegistryAtHand, act: str) -> None:
    """Of (r, s) anybody can make (r, n - s); here the highest bit of vs is the parity, so a high s hardly fits."""
    asked, _ = asked_and_call(act)
    good = ready.approve(asked)
    s = ORDER - (int.from_bytes(good.vs) & (1 << 255) - 1)
    for parity in (0, 1):
        assert_not_approved(ready, act, replace(good, vs=(s % (1 << 255) | parity << 255).to_bytes(32, "big")))


def test_it_may_be_used_in_its_last_second_and_no_longer(ready: RegistryAtHand, act: str) -> None:
    asked, call = asked_and_call(act)
    now = ready.web3.eth.get_block("latest")["timestamp"]
    late = ready.approve(replace(asked, expires=now + 50))
    ready.wait_until(now + 51)
    error = ready.reverts_with(with_approval(call, late), sender=REGISTRAR)
    assert (error.name, error.values) == ("ApprovalExpired", {"expires": now + 50})
    just = ready.approve(replace(asked, expires=now + 100))
    ready.tester.time_travel(now + 100)
    done = ready.transact(with_approval(call, just), sender=REGISTRAR)
    assert (done.succeeded, done.time) == (True, now + 100)


@pytest.mark.parametrize("end", ["retired", "stolen"])
def test_a_reviewer_whose_key_ended_approves_nothing_also_not_what_was_signed_before(
    ready: RegistryAtHand, act: str, end: str
) -> None:
    asked, _ = asked_and_call(act)
    given = ready.approve(asked)
    call: Any = RetireKeyCall(account=account(REVIEWER))
    if end == "stolen":
        call = RevokeStolenKeyCall(account=account(REVIEWER), since=ready.web3.eth.block_number)
    ready.decide(call, by=TWO)
    assert_not_approved(ready, act, given)


def test_where_one_person_suffices_an_approval_that_is_given_must_be_good(ready: RegistryAtHand, act: str) -> None:
    ready.decide(SetPolicyCall(institution=INSTITUTION, one_person=True), by=TWO)
    asked, call = asked_and_call(act)
    assert_not_approved(ready, act, ready.approve(asked, by=STRANGER))
    assert ready.transact(with_approval(call, NOT_REVIEWED), sender=REGISTRAR).succeeded


def test_a_reviewer_cannot_register_what_it_approved(consortium: RegistryAtHand) -> None:
    asked, call = asked_and_call("register")
    calldata = with_approval(call, consortium.approve(asked))
    assert consortium.reverts_with(calldata, sender=REVIEWER).name == "NotPermitted"


def test_an_approval_serves_whichever_registrar_of_the_institution_sends_it(consortium: RegistryAtHand) -> None:
    consortium.decide(AddKeyCall(institution=INSTITUTION, account=account(SPARE), role=ROLE_REGISTRAR), by=TWO)
    asked, call = asked_and_call("register")
    assert consortium.transact(with_approval(call, consortium.approve(asked)), sender=SPARE).succeeded


def test_in_a_group_what_is_not_approved_is_passed_over(consortium: RegistryAtHand) -> None:
    entries = tuple(entry(serial) for serial in range(1, 6))
    given = [consortium.approve(approval.asked_to_register(each, **WHO)) for each in entries]
    now = consortium.web3.eth.get_block("latest")["timestamp"]
    given[1] = NOT_REVIEWED
    given[2] = consortium.approve(approval.asked_to_register(entries[0], **WHO))
    given[3] = consortium.approve(approval.asked_to_register(entries[3], institution=INSTITUTION, expires=now - 1))
    events = consortium.transact(calls.encode_register_many(entries, given), sender=REGISTRAR).events
    assert [type(event).__name__ for event in events] == [
        "Registered", "EntrySkipped", "EntrySkipped", "EntrySkipped", "Registered"
    ]  # fmt: skip
    names = [refusal(event.reason).name for event in events if isinstance(event, EntrySkipped)]
    assert names == ["NotApproved", "NotApproved", "ApprovalExpired"]


def test_a_group_without_approvals_is_one_persons(consortium: RegistryAtHand) -> None:
    done = consortium.transact(calls.encode_register_many([entry()]), sender=REGISTRAR)
    [event] = done.events
    assert isinstance(event, EntrySkipped)
    assert refusal(event.reason).name == "NotApproved"
    own = entry(number=number(1, NEIGHBOUR))
    done = consortium.transact(calls.encode_register_many([own]), sender=NEIGHBOUR_REGISTRAR)
    assert done.events == [own.registered(NEIGHBOUR)]


@pytest.mark.parametrize("count", [1, 3])
def test_a_group_has_an_approval_for_each_or_none_at_all(consortium: RegistryAtHand, count: int) -> None:
    calldata = calls.encode_register_many([entry(1), entry(2)], [NOT_REVIEWED] * count)
    error = consortium.reverts_with(calldata, sender=REGISTRAR)
    assert (error.name, error.values) == ("ApprovalsDoNotFit", {"entries": 2, "approvals": count})


def test_a_record_is_withdrawn_on_an_approval_of_its_newest_version_alone(consortium: RegistryAtHand) -> None:
    """An approval to withdraw version 1 must not withdraw the version that another reviewer approved since."""
    for name in ("register", "supersede"):
        asked, call = asked_and_call(name)
        assert consortium.transact(with_approval(call, consortium.approve(asked)), sender=REGISTRAR).succeeded
    asked, call = asked_and_call("withdraw")
    stale = consortium.approve(asked)
    assert consortium.reverts_with(with_approval(call, stale), sender=REGISTRAR).name == "WrongVersion"
    assert (
        consortium.reverts_with(with_approval(replace(call, version=2), stale), sender=REGISTRAR).name == "NotApproved"
    )
    state = views.decode_record_of(consortium.ask(views.encode_record_of(number(1))))
    assert state is not None
    assert (state.status, state.version) == (1, 2)
