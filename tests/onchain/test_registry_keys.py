"""Institutions and keys through their life: admitted, suspended, re-keyed, stolen; nothing about a key is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from registry_at_hand import (
    AUDITOR,
    GOVERNOR,
    INSTITUTION,
    NEIGHBOUR,
    NEIGHBOUR_REGISTRAR,
    REGISTRAR,
    REVIEWER,
    SPARE,
    STRANGER,
    account,
    admission,
    batch,
    digest,
    entry,
    number,
    reason,
)

from contracts import calls, governing, views
from contracts.calls import (
    AcceptDeliveryCall,
    AmendCall,
    AnchorChainCall,
    AttestCall,
    DeliverCall,
    GovernCall,
    RetireOwnKeyCall,
    ReturnDeliveryCall,
    SupersedeCall,
    WithdrawCall,
)
from contracts.errors import NotPermitted
from contracts.governing import (
    AddKeyCall,
    AdmitCall,
    ReinstateCall,
    RetireKeyCall,
    RevokeStolenKeyCall,
    SetPolicyCall,
    SuspendCall,
)
from contracts.parties import (
    KEY_RETIRED,
    KEY_STOLEN,
    ROLE_AUDITOR,
    ROLE_REGISTRAR,
    ROLE_REVIEWER,
    SUSPENDED,
    Governed,
    InstitutionAdmitted,
    InstitutionReinstated,
    InstitutionSuspended,
    Key,
    KeyAdded,
    KeyRetired,
    KeyStolen,
    PolicySet,
)

if TYPE_CHECKING:
    from registry_at_hand import RegistryAtHand

PAPER = digest("paper")
NEW = b"31000001"
ACTS = {
    "register": calls.encode_register(entry()),
    "registerMany": calls.encode_register_many([entry()]),
    "commitUnits": calls.encode_commit_units(batch()),
    "amend": calls.encode_call(
        AmendCall(entry=entry(), former_metadata_digest=digest("x"), version=2, reason=reason())
    ),
    "supersede": calls.encode_call(SupersedeCall(entry=entry(), version=2, reason=reason())),
    "withdraw": calls.encode_call(WithdrawCall(number=number(1), version=1, reason=reason())),
    "deliver": calls.encode_call(
        DeliverCall(
            recipient=NEIGHBOUR, package_digest=digest("package"), claimed=1, programme=bytes(32), period=2023,
            lot=bytes(32), document=PAPER,
        )
    ),
    "acceptDelivery": calls.encode_call(
        AcceptDeliveryCall(institution=NEIGHBOUR, package_digest=digest("package"), document=PAPER)
    ),
    "returnDelivery": calls.encode_call(
        ReturnDeliveryCall(institution=NEIGHBOUR, package_digest=digest("package"), document=PAPER)
    ),
    "anchorChain": calls.encode_call(
        AnchorChainCall(genesis_hash=digest("g"), height=7, header_hash=digest("h"), headers_root=digest("r"))
    ),
}  # fmt: skip
ATTEST = calls.encode_call(AttestCall(subject=digest("subject"), kind=2, digest=digest("finding"), verdict=1))


def key_of(registry: RegistryAtHand, place: int) -> Key | None:
    return views.decode_key_of(registry.ask(views.encode_key_of(account(place))))


def refused(registry: RegistryAtHand, call: Any) -> tuple[str, dict[str, Any]]:
    error = registry.reverts_with(registry.propose(call))
    return error.name, error.values


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("sender", [GOVERNOR, STRANGER, REVIEWER, AUDITOR])
def test_only_registrars_do_what_is_a_registrars(consortium: RegistryAtHand, name: str, sender: int) -> None:
    error = consortium.reverts_with(ACTS[name], sender=sender)
    assert isinstance(error, NotPermitted)
    assert error.values == {"account": account(sender), "needed": ROLE_REGISTRAR}


@pytest.mark.parametrize("sender", [GOVERNOR, STRANGER])
def test_only_keys_attest(consortium: RegistryAtHand, sender: int) -> None:
    error = consortium.reverts_with(ATTEST, sender=sender)
    assert (error.name, error.values) == ("NotPermitted", {"account": account(sender), "needed": 0})


@pytest.mark.parametrize("name", [*ACTS, "attest"])
def test_a_suspended_institution_does_nothing_until_it_is_reinstated(registry: RegistryAtHand, name: str) -> None:
    calldata = {**ACTS, "attest": ATTEST}[name]
    registry.decide(SuspendCall(institution=INSTITUTION, document=PAPER))
    error = registry.reverts_with(calldata, sender=REGISTRAR)
    assert (error.name, error.values) == ("SuspendedInstitution", {"institution": INSTITUTION})
    registry.decide(ReinstateCall(institution=INSTITUTION, document=PAPER))
    if name in {"register", "registerMany", "commitUnits", "deliver", "anchorChain", "attest"}:
        assert registry.transact(calldata, sender=REGISTRAR).succeeded
    else:
        assert registry.reverts_with(calldata, sender=REGISTRAR).name in {"UnknownRecord", "DeliveryNotOpen"}


def test_suspending_and_reinstating_say_so(registry: RegistryAtHand) -> None:
    done = registry.decide(SuspendCall(institution=INSTITUTION, document=PAPER))
    assert done.events[1] == InstitutionSuspended(institution=INSTITUTION, document=PAPER)
    found = views.decode_institution_of(registry.ask(views.encode_institution_of(INSTITUTION)))
    assert found is not None
    assert (found.standing, found.one_person, found.profile_digest) == (SUSPENDED, True, digest("profile"))
    twice = registry.reverts_with(registry.propose(SuspendCall(institution=INSTITUTION, document=digest("other"))))
    assert twice.name == "SuspendedInstitution"
    done = registry.decide(ReinstateCall(institution=INSTITUTION, document=PAPER))
    assert done.events[1] == InstitutionReinstated(institution=INSTITUTION, document=PAPER)
    not_suspended = ("NotSuspended", {"institution": INSTITUTION})
    assert refused(registry, ReinstateCall(institution=INSTITUTION, document=digest("other"))) == not_suspended


def test_an_institution_is_admitted_with_all_its_keys(registry: RegistryAtHand) -> None:
    call = AdmitCall(
        admission=admission(NEW, REVIEWER, one_person=False, reviewers=(account(SPARE),), auditors=(account(AUDITOR),))
    )
    done = registry.decide(call)
    assert done.events[1:5] == [
        InstitutionAdmitted(institution=NEW, profile_digest=digest("profile"), one_person=False),
        KeyAdded(institution=NEW, account=account(REVIEWER), role=ROLE_REGISTRAR),
        KeyAdded(institution=NEW, account=account(SPARE), role=ROLE_REVIEWER),
        KeyAdded(institution=NEW, account=account(AUDITOR), role=ROLE_AUDITOR),
    ]
    assert isinstance(done.events[5], Governed)
    key = key_of(registry, AUDITOR)
    assert key == Key(institution=NEW, role=ROLE_AUDITOR, status=1, since=done.height, until=0)
    assert key.good_at(done.height)
    assert not key.good_at(done.height - 1)


UNKNOWN = {"institution": NEW}
TAKEN = {"account": account(REGISTRAR), "institution": INSTITUTION}
REFUSED: list[tuple[Any, str, dict[str, Any]]] = [
    (AdmitCall(admission=admission(INSTITUTION)), "AlreadyAdmitted", {"institution": INSTITUTION}),
    *(
        (AdmitCall(admission=admission(code)), "MalformedCode", {"institution": code})
        for code in (b"newcomer", b"1400000/", b"1400000:", b"1400000@", b"1400000[", bytes(8))
    ),
    (AdmitCall(admission=admission(NEW, profile_digest=bytes(32))), "ZeroDigest", {}),
    (AdmitCall(admission=admission(NEW, REGISTRAR)), "AccountTaken", TAKEN),
    (AdmitCall(admission=admission(NEW, GOVERNOR)), "AlreadyGovernor", {"account": account(GOVERNOR)}),
    (AdmitCall(admission=admission(NEW, reviewers=(bytes(20),))), "ZeroAccount", {}),
    (SuspendCall(institution=NEW, document=PAPER), "UnknownInstitution", UNKNOWN),
    (ReinstateCall(institution=NEW, document=PAPER), "NotSuspended", UNKNOWN),
    (SetPolicyCall(institution=NEW, one_person=True), "UnknownInstitution", UNKNOWN),
    (AddKeyCall(institution=NEW, account=account(SPARE), role=1), "UnknownInstitution", UNKNOWN),
    (AddKeyCall(institution=INSTITUTION, account=account(SPARE), role=0), "UnknownRole", {}),
    (AddKeyCall(institution=INSTITUTION, account=account(SPARE), role=4), "FailedCall", {}),
    (AddKeyCall(institution=NEIGHBOUR, account=account(REGISTRAR), role=2), "AccountTaken", TAKEN),
    (AddKeyCall(institution=INSTITUTION, account=bytes(20), role=1), "ZeroAccount", {}),
    (RetireKeyCall(account=account(STRANGER)), "KeyNotActive", {"account": account(STRANGER)}),
    (RevokeStolenKeyCall(account=account(STRANGER), since=0), "KeyNotActive", {"account": account(STRANGER)}),
]


@pytest.mark.parametrize(("call", "name", "values"), REFUSED)
def test_a_proposal_about_parties_is_refused_with_its_error(
    registry: RegistryAtHand, call: Any, name: str, values: dict[str, Any]
) -> None:
    assert refused(registry, call) == (name, values)


def test_an_added_key_acts_for_its_institution(registry: RegistryAtHand) -> None:
    done = registry.decide(AddKeyCall(institution=INSTITUTION, account=account(SPARE), role=ROLE_REGISTRAR))
    assert done.events[1] == KeyAdded(institution=INSTITUTION, account=account(SPARE), role=ROLE_REGISTRAR)
    assert registry.transact(ACTS["register"], sender=SPARE).events == [entry().registered(INSTITUTION)]


def test_a_suspended_institution_can_be_given_new_keys(registry: RegistryAtHand) -> None:
    registry.decide(SuspendCall(institution=INSTITUTION, document=PAPER))
    registry.decide(AddKeyCall(institution=INSTITUTION, account=account(SPARE), role=ROLE_REGISTRAR))
    registry.decide(RetireKeyCall(account=account(REGISTRAR)))
    registry.decide(ReinstateCall(institution=INSTITUTION, document=PAPER))
    assert registry.transact(ACTS["register"], sender=SPARE).succeeded


def test_a_retired_key_does_nothing_more_and_is_remembered(registry: RegistryAtHand) -> None:
    since = registry.deployed.height
    done = registry.decide(RetireKeyCall(account=account(REGISTRAR)))
    until = done.height + 1
    assert done.events[1] == KeyRetired(institution=INSTITUTION, account=account(REGISTRAR), until=until)
    key = key_of(registry, REGISTRAR)
    assert key == Key(institution=INSTITUTION, role=ROLE_REGISTRAR, status=KEY_RETIRED, since=since, until=until)
    assert key.good_at(done.height), "it may have acted in the very header, just before"
    assert not key.good_at(until)
    for calldata in (ACTS["register"], ATTEST):
        assert registry.reverts_with(calldata, sender=REGISTRAR).name == "NotPermitted"
    assert not views.decode_is_known(registry.ask(views.encode_is_known(account(REGISTRAR))))
    again = {"account": account(REGISTRAR)}
    assert refused(registry, RetireKeyCall(account=account(REGISTRAR)))[0] == "AlreadyExecuted"
    other = registry.propose(RetireKeyCall(account=account(REGISTRAR)), document=digest("other"))
    error = registry.reverts_with(other)
    assert (error.name, error.values) == ("KeyNotActive", again)
    add = AddKeyCall(institution=INSTITUTION, account=account(REGISTRAR), role=ROLE_REGISTRAR)
    assert refused(registry, add) == ("AccountTaken", TAKEN)


def test_a_key_retires_itself_also_under_suspension(registry: RegistryAtHand) -> None:
    registry.decide(SuspendCall(institution=INSTITUTION, document=PAPER))
    done = registry.transact(calls.encode_call(RetireOwnKeyCall()), sender=REGISTRAR)
    assert done.events == [
        KeyRetired(institution=INSTITUTION, account=account(REGISTRAR), until=done.height + 1),
        Governed(sequence=2, proposal=bytes(32)),
    ]
    for sender in (REGISTRAR, STRANGER):
        error = registry.reverts_with(calls.encode_call(RetireOwnKeyCall()), sender=sender)
        assert (error.name, error.values) == ("KeyNotActive", {"account": account(sender)})


def test_a_key_is_stolen_from_a_height_on_which_may_be_moved_back(registry: RegistryAtHand) -> None:
    since = registry.deployed.height
    registry.tester.mine_blocks(5)

    def revoked(height: int) -> Any:
        return registry.decide(RevokeStolenKeyCall(account=account(REGISTRAR), since=height)).events[1]

    def out_of_range(height: int) -> bool:
        call = RevokeStolenKeyCall(account=account(REGISTRAR), since=height)
        return refused(registry, call) == ("HeightOutOfRange", {"height": height})

    stolen = revoked(since + 3)
    assert stolen == KeyStolen(institution=INSTITUTION, account=account(REGISTRAR), until=since + 3)
    key = key_of(registry, REGISTRAR)
    assert key == Key(institution=INSTITUTION, role=ROLE_REGISTRAR, status=KEY_STOLEN, since=since, until=since + 3)
    assert registry.reverts_with(ACTS["register"], sender=REGISTRAR).name == "NotPermitted"
    assert registry.reverts_with(calls.encode_call(RetireOwnKeyCall()), sender=REGISTRAR).name == "KeyNotActive"
    assert out_of_range(since - 1)
    assert out_of_range(since + 4), "an earlier theft is not undone by a later one"
    assert revoked(since).until == since
    assert not registry.reverts_with(registry.propose(RetireKeyCall(account=account(REGISTRAR)))).values.get("height")


def test_a_key_is_stolen_at_the_newest_header_at_the_latest(registry: RegistryAtHand) -> None:
    following = registry.web3.eth.block_number + 1
    late = registry.propose(RevokeStolenKeyCall(account=account(REGISTRAR), since=following + 5))
    assert registry.reverts_with(late).name == "HeightOutOfRange"
    now = registry.web3.eth.block_number + 1
    done = registry.decide(RevokeStolenKeyCall(account=account(REGISTRAR), since=now))
    assert done.height == now
    assert done.events[1] == KeyStolen(institution=INSTITUTION, account=account(REGISTRAR), until=now)


def test_a_retired_key_is_stolen_only_from_a_height_at_which_it_was_good(registry: RegistryAtHand) -> None:
    until = registry.decide(RetireKeyCall(account=account(REGISTRAR))).height + 1
    registry.tester.mine_blocks(3)
    after = RevokeStolenKeyCall(account=account(REGISTRAR), since=until)
    assert refused(registry, after) == ("HeightOutOfRange", {"height": until})
    done = registry.decide(RevokeStolenKeyCall(account=account(REGISTRAR), since=until - 1))
    assert done.events[1] == KeyStolen(institution=INSTITUTION, account=account(REGISTRAR), until=until - 1)


def test_the_policy_is_set_by_governors(registry: RegistryAtHand) -> None:
    done = registry.decide(SetPolicyCall(institution=INSTITUTION, one_person=False))
    assert done.events[1] == PolicySet(institution=INSTITUTION, one_person=False)
    assert registry.reverts_with(ACTS["register"], sender=REGISTRAR).name == "NotApproved"
    assert registry.transact(
        calls.encode_register(entry(number=number(1, NEIGHBOUR))), sender=NEIGHBOUR_REGISTRAR
    ).succeeded
    registry.decide(SetPolicyCall(institution=INSTITUTION, one_person=True))
    assert registry.transact(ACTS["register"], sender=REGISTRAR).succeeded


def forwarder(target: bytes) -> bytes:
    """Give code that calls the target with what it is called with, and reverts with what that gave back."""
    call = bytes.fromhex("36600060003760006000366000600073") + target + bytes.fromhex("5af150")
    return call + bytes.fromhex("3d600060003e3d6000fd")


@pytest.mark.parametrize("name", [*ACTS, "attest", "govern", "acceptGovernorship", "retireOwnKey"])
def test_nothing_is_done_through_a_contract(registry: RegistryAtHand, name: str) -> None:
    """The transaction itself is the evidence of who did what; a contract between would leave a record without any."""
    calldata = {
        **ACTS,
        "attest": ATTEST,
        "govern": registry.propose(SetPolicyCall(institution=INSTITUTION, one_person=False)),
        "acceptGovernorship": calls.encode_call(calls.AcceptGovernorshipCall()),
        "retireOwnKey": calls.encode_call(RetireOwnKeyCall()),
    }[name]
    between = registry.create(forwarder(registry.address))
    error = registry.reverts_with(calldata, sender=REGISTRAR, to=between)
    assert (error.name, error.values) == ("NotDirect", {"account": between})


def test_the_registry_as_an_account_gains_nothing(registry: RegistryAtHand) -> None:
    """Governors may nominate it or give it a role by mistake; no proposal can make it act as itself."""
    registry.decide(governing.NominateGovernorCall(account=registry.address))
    for call in (calls.encode_call(calls.AcceptGovernorshipCall()), ACTS["register"]):
        proposed = calls.encode_call(GovernCall(call=call, expires=2**40, document=PAPER))
        assert registry.reverts_with(proposed).name == "NotCanonical"
    registry.decide(governing.DismissGovernorCall(account=registry.address))
