"""Calldata that no honest sender makes: cut short, dirty, pointing nowhere: it fails, or is another act."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from eth_tester.exceptions import TransactionFailed
from eth_utils.abi import function_abi_to_4byte_selector
from registry_at_hand import (
    FAR,
    GAS,
    GOVERNOR,
    INSTITUTION,
    NEIGHBOUR,
    NEIGHBOUR_REGISTRAR,
    ONE_PERSON,
    REGISTRAR,
    RegistryAtHand,
    account,
    admission,
    batch,
    digest,
    entry,
    number,
    reason,
)
from web3.exceptions import ContractLogicError

from contracts import artefact, calls, governing, views
from contracts.approval import NOT_REVIEWED
from contracts.calls import (
    AcceptDeliveryCall,
    AmendCall,
    AnchorChainCall,
    AttestCall,
    CommitUnitsCall,
    DeliverCall,
    GovernCall,
    RegisterCall,
    ReturnDeliveryCall,
    SupersedeCall,
    WithdrawCall,
)
from contracts.errors import MalformedCall
from contracts.governing import (
    AddKeyCall,
    AdmitCall,
    DismissGovernorCall,
    FreezeCall,
    NameSuccessorCall,
    NominateGovernorCall,
    ReinstateCall,
    RetireKeyCall,
    RevokeStolenKeyCall,
    SetPolicyCall,
    SetThresholdCall,
    SuspendCall,
    UnfreezeCall,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

WORD, CODE, KEY, PAPER = b"w" * 32, b"14000001", account(REGISTRAR), digest("paper")
PACKAGE, RETURNED = digest("package"), digest("package of the neighbour")
THIRD = b"31000002"
DELIVER = DeliverCall(
    recipient=NEIGHBOUR, package_digest=PACKAGE, claimed=1, programme=WORD, period=2023, lot=WORD, document=PAPER
)
AMENDED = replace(entry(1), metadata_digest=PAPER)
ACTS: list[Any] = [
    RegisterCall(entries=(entry(3), entry(4)), approvals=()),
    RegisterCall(entries=(entry(3), entry(4)), approvals=(NOT_REVIEWED, NOT_REVIEWED)),
    CommitUnitsCall(batch=batch()),
    AmendCall(entry=AMENDED, former_metadata_digest=entry(1).metadata_digest, version=2, reason=reason()),
    SupersedeCall(entry=replace(entry(1), replaces=number(2)), version=2, reason=reason()),
    WithdrawCall(number=number(1), version=1, reason=reason()),
    replace(DELIVER, recipient=THIRD, package_digest=digest("third package")),
    AcceptDeliveryCall(institution=NEIGHBOUR, package_digest=RETURNED, document=PAPER),
    ReturnDeliveryCall(institution=NEIGHBOUR, package_digest=RETURNED, document=PAPER),
    AttestCall(subject=WORD, kind=1, digest=WORD, verdict=1),
    AnchorChainCall(genesis_hash=WORD, height=7, header_hash=WORD, headers_root=WORD),
    GovernCall(call=governing.encode_governed(SetThresholdCall(threshold=1)), expires=FAR, document=PAPER),
]
PROPOSALS: list[Any] = [
    AdmitCall(admission=admission(b"31000001", 3, reviewers=(account(4), account(5)), auditors=(account(6),))),
    SuspendCall(institution=INSTITUTION, document=PAPER),
    ReinstateCall(institution=NEIGHBOUR, document=PAPER),
    SetPolicyCall(institution=INSTITUTION, one_person=False),
    AddKeyCall(institution=INSTITUTION, account=account(4), role=1),
    RetireKeyCall(account=KEY),
    RevokeStolenKeyCall(account=KEY, since=1),
    NominateGovernorCall(account=account(4)),
    DismissGovernorCall(account=account(9)),
    SetThresholdCall(threshold=1),
    FreezeCall(number=number(1), document=PAPER),
    UnfreezeCall(number=number(2), document=PAPER),
    NameSuccessorCall(registry=KEY, document=PAPER),
]
VIEWS = [
    views.encode_record_of(WORD), views.encode_commitment_of(WORD, 1), views.encode_number_by_digest(1, WORD),
    views.encode_unit_batch_of(WORD), views.encode_verify_unit(WORD, WORD, [WORD]), views.encode_claimed_of(CODE, 1),
    views.encode_delivery_of(CODE, WORD), views.encode_anchored_chain_of(CODE, WORD),
    views.encode_institution_of(CODE), views.encode_key_of(KEY), views.encode_is_governor(KEY),
    views.encode_is_known(KEY), views.encode_proposal_of(b"call", expires=1, document=WORD),
]  # fmt: skip
BAD_WORDS = (
    *(value.to_bytes(32, "big") for value in (2**256 - 1, 2**255, 2**64, 2**64 - 1, 2**59, 255, 1)), b"\1" * 32
)  # fmt: skip
FUNCTIONS = {
    item["name"]: bytes(function_abi_to_4byte_selector(item))
    for item in artefact.load().abi
    if item["type"] == "function"
}


@pytest.fixture(scope="module")
def shared() -> RegistryAtHand:
    """One registry for all of these, in which each act would succeed; none of them is carried out, only asked."""
    registry = RegistryAtHand(ONE_PERSON)
    registry.transact(calls.encode_register(entry(1)), sender=REGISTRAR)
    registry.transact(calls.encode_register(entry(2)), sender=REGISTRAR)
    registry.transact(calls.encode_call(DELIVER), sender=REGISTRAR)
    registry.transact(
        calls.encode_call(replace(DELIVER, recipient=INSTITUTION, package_digest=RETURNED)), sender=NEIGHBOUR_REGISTRAR
    )
    registry.decide(FreezeCall(number=number(2), document=PAPER))
    registry.decide(AdmitCall(admission=admission(THIRD)))
    registry.decide(NominateGovernorCall(account=account(9)))
    registry.decide(SuspendCall(institution=NEIGHBOUR, document=PAPER))
    return registry


def spoiled(calldata: bytes) -> Iterator[bytes]:
    """Give calldata cut at every word, and with every word replaced by bad ones."""
    for end in range(4, len(calldata), 32):
        yield calldata[:end]
        yield calldata[: end + 31]
        for word in BAD_WORDS:
            yield calldata[:end] + word + calldata[end + 32 :]


def ask(registry: RegistryAtHand, calldata: bytes, sender: int) -> bytes | None:
    """Give the answer, or None where the call fails."""
    try:
        return registry.ask(calldata, sender=sender)
    except (TransactionFailed, ContractLogicError):
        return None


def act_of(calldata: bytes) -> Any:
    """Give the act that calldata are in the binding's eyes; None for what it refuses and Solidity might take."""
    try:
        return calls.decode_call(calldata)
    except MalformedCall:
        return None


ENCODED = [calls.encode_register(entry(3)), *map(calls.encode_call, ACTS)]


@pytest.mark.parametrize("calldata", ENCODED, ids=[calldata[:4].hex() for calldata in ENCODED])
def test_spoiled_acts_fail_or_are_acts_of_their_own(shared: RegistryAtHand, calldata: bytes) -> None:
    sender = GOVERNOR if calldata == ENCODED[-1] else REGISTRAR
    assert ask(shared, calldata, sender) is not None
    for other in spoiled(calldata):
        if other != calldata and ask(shared, other, sender) is not None:
            assert act_of(other) != act_of(calldata)


@pytest.mark.parametrize("call", PROPOSALS, ids=lambda call: type(call).__name__)
def test_spoiled_proposals_fail_or_are_proposals_of_their_own(shared: RegistryAtHand, call: Any) -> None:
    encoded = governing.encode_governed(call)
    assert ask(shared, shared.propose(call), GOVERNOR) is not None
    for other in spoiled(encoded):
        assert ask(shared, other, GOVERNOR) is None
        proposed = calls.encode_call(GovernCall(call=other, expires=FAR, document=PAPER))
        if other != encoded and ask(shared, proposed, GOVERNOR) is not None:
            assert governing.decode_governed(other) != call


@pytest.mark.parametrize("calldata", VIEWS, ids=[calldata[:4].hex() for calldata in VIEWS])
def test_spoiled_questions_have_no_answer_or_another_ones(shared: RegistryAtHand, calldata: bytes) -> None:
    assert ask(shared, calldata, GOVERNOR) is not None
    for other in spoiled(calldata):
        answer = ask(shared, other, GOVERNOR)
        assert answer is None or len(answer) % 32 == 0


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_no_function_takes_money(shared: RegistryAtHand, name: str) -> None:
    calldata = {encoded[:4]: encoded for encoded in ENCODED}.get(FUNCTIONS[name], FUNCTIONS[name] + bytes(1024))
    assert ask_with_value(shared, calldata) is None


def ask_with_value(registry: RegistryAtHand, calldata: bytes) -> bytes | None:
    fields = {"from": registry.web3.eth.accounts[REGISTRAR], "to": registry.own_abi().address, "data": calldata}
    try:
        return bytes(registry.web3.eth.call(fields | {"value": 1, "gas": GAS, "gasPrice": 1}))
    except (TransactionFailed, ContractLogicError):
        return None
