"""Acts and proposals: agreement with the ABI of the artefact, round trips, and that one act has one encoding."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from contract_samples import BY_NAME, camel, plain, signature_hash, types_of, values_of
from eth_abi.abi import encode
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from contracts import calls, governing, views
from contracts.approval import APPROVAL as APPROVAL_LAYOUT
from contracts.approval import Approval
from contracts.calls import AmendCall, CommitUnitsCall, GovernCall, RegisterCall, WithdrawCall
from contracts.errors import MalformedCall
from contracts.governing import ADMISSION as ADMISSION_LAYOUT
from contracts.layouts import ENTRY, REASON, UNIT_BATCH
from contracts.parties import Admission
from contracts.records import Entry, Reason, UnitBatch

ONE = Entry(
    number=b"14000001-2023-00000001-A" + bytes(8), kind=1, content_digest=b"c" * 32, metadata_digest=b"m" * 32,
    cid=b"i" * 36, programme=b"p" * 32, period=2023, lot=b"l" * 32, replaces=bytes(32),
)  # fmt: skip
BATCH = UnitBatch(
    root=b"r" * 32, list_digest=b"d" * 32, claimed=7, cid=b"i" * 36, programme=b"p" * 32, period=2023,
    lot=b"l" * 32, counting_rule=bytes(32), parent=bytes(32),
)  # fmt: skip
TWO = (ONE, replace(ONE, number=b"14000001-2023-00000002-B" + bytes(8), cid=b"j" * 5))
APPROVAL = Approval(expires=1_800_000_000, r=b"r" * 32, vs=b"s" * 32)
WHY = Reason(code=1, document=b"d" * 32)
ADMISSION = Admission(
    institution=b"14000001", profile_digest=b"p" * 32, one_person=True, registrars=(b"1" * 20, b"2" * 20),
    auditors=(b"3" * 20,),
)  # fmt: skip
IN_THE_ABI = {
    "AcceptDeliveryCall": "acceptDelivery", "AcceptGovernorshipCall": "acceptGovernorship", "AddKeyCall": "addKey",
    "AdmitCall": "admit", "AmendCall": "amend", "AnchorChainCall": "anchorChain", "AttestCall": "attest",
    "CommitUnitsCall": "commitUnits", "DeliverCall": "deliver", "DismissGovernorCall": "dismissGovernor",
    "FreezeCall": "freeze", "GovernCall": "govern", "NameSuccessorCall": "nameSuccessor",
    "NominateGovernorCall": "nominateGovernor", "RegisterCall": "registerMany", "ReinstateCall": "reinstate",
    "RetireKeyCall": "retireKey", "RetireOwnKeyCall": "retireOwnKey", "ReturnDeliveryCall": "returnDelivery",
    "RevokeStolenKeyCall": "revokeStolenKey", "SetPolicyCall": "setPolicy", "SetThresholdCall": "setThreshold",
    "SupersedeCall": "supersede", "SuspendCall": "suspend", "UnfreezeCall": "unfreeze", "WithdrawCall": "withdraw",
}  # fmt: skip
BOTH = calls.LAYOUTS | governing.LAYOUTS
BY_CLASS = {layout.kind.__name__: (selector, layout) for selector, layout in BOTH.items()}


def encode_any(value: Any) -> bytes:
    return governing.encode_governed(value) if is_proposed(value) else calls.encode_call(value)


def decode_any(value: Any, calldata: bytes) -> Any:
    return governing.decode_governed(calldata) if is_proposed(value) else calls.decode_call(calldata)


def is_proposed(value: Any) -> bool:
    return any(isinstance(value, layout.kind) for layout in governing.LAYOUTS.values())


def test_every_function_that_changes_something_has_its_value() -> None:
    changing = {name for (kind, name), item in BY_NAME.items() if item.get("stateMutability") == "nonpayable"}
    assert changing == set(IN_THE_ABI.values()) | {"register"}
    assert BY_CLASS.keys() == IN_THE_ABI.keys()


@pytest.mark.parametrize("name", IN_THE_ABI)
def test_selector_and_fields_are_those_of_the_artefact(name: str) -> None:
    selector, layout = BY_CLASS[name]
    assert selector == signature_hash("function", IN_THE_ABI[name])[:4]
    said = {"since": "from"} if name == "RevokeStolenKeyCall" else {}
    parameters = [item["name"] for item in BY_NAME["function", IN_THE_ABI[name]]["inputs"]]
    assert [said.get(field, camel(field)) for field in layout.fields] == parameters
    assert signature_hash("function", "register")[:4] == calls.REGISTER


STRUCTS = {
    "Entry": ENTRY,
    "UnitBatch": UNIT_BATCH,
    "Reason": REASON,
    "Approval": APPROVAL_LAYOUT,
    "Admission": ADMISSION_LAYOUT,
}


def structs_in(parameters: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Give the fields of every struct that a function takes."""
    found: dict[str, list[str]] = {}
    for parameter in parameters:
        if "components" in parameter:
            name = parameter["internalType"].split(".")[-1].removesuffix("[]")
            found[name] = [item["name"] for item in parameter["components"]]
    return found


@pytest.mark.parametrize("name", STRUCTS)
def test_the_fields_of_structs_stand_in_the_order_of_the_contract(name: str) -> None:
    for (kind, _), item in BY_NAME.items():
        for struct, parameters in structs_in(item.get("inputs", [])).items() if kind == "function" else ():
            if struct == name:
                assert [camel(field) for field in STRUCTS[name].fields] == parameters


@given(st.data())
@pytest.mark.parametrize("name", IN_THE_ABI)
def test_round_trip(name: str, data: st.DataObject) -> None:
    selector, layout = BY_CLASS[name]
    value = data.draw(values_of(layout))
    calldata = encode_any(value)
    assert calldata == selector + encode(types_of("function", IN_THE_ABI[name]), plain(value))
    assert decode_any(value, calldata) == value


@given(values_of(calls.LAYOUTS[bytes.fromhex("28814a80")]))
def test_register_of_one_is_another_function_and_the_same_value(many: RegisterCall) -> None:
    for entry in many.entries:
        for approval in many.approvals:
            calldata = calls.encode_register(entry, approval)
            assert calldata == calls.REGISTER + encode(types_of("function", "register"), plain((entry, approval)))
            assert calls.decode_call(calldata) == RegisterCall(entries=(entry,), approvals=(approval,))


ACTS: dict[str, Any] = {
    "registerMany": RegisterCall(entries=TWO, approvals=(APPROVAL, APPROVAL)),
    "registerMany without approvals": RegisterCall(entries=TWO, approvals=()),
    "commitUnits": CommitUnitsCall(batch=BATCH, approval=APPROVAL),
    "amend": AmendCall(entry=ONE, former_metadata_digest=b"f" * 32, version=2, reason=WHY, approval=APPROVAL),
    "withdraw": WithdrawCall(number=ONE.number, version=2, reason=WHY, approval=APPROVAL),
    "govern": GovernCall(call=b"call" * 9, expires=1, document=b"d" * 32),
    "admit": governing.AdmitCall(admission=ADMISSION),
}


@pytest.mark.parametrize("name", ACTS)
def test_every_changed_byte_is_refused_or_read_as_another_act(name: str) -> None:
    meant = ACTS[name]
    calldata = encode_any(meant)
    for place in range(len(calldata)):
        for bit in (1, 128):
            changed = calldata[:place] + bytes([calldata[place] ^ bit]) + calldata[place + 1 :]
            try:
                read = decode_any(meant, changed)
            except MalformedCall:
                continue
            assert read != meant, place


@pytest.mark.parametrize("name", ACTS)
def test_every_shortened_or_lengthened_calldata_is_refused(name: str) -> None:
    meant = ACTS[name]
    calldata = encode_any(meant)
    for length in range(len(calldata)):
        with pytest.raises(MalformedCall):
            decode_any(meant, calldata[:length])
    for surplus in (b"\0", bytes(32), b"\1"):
        with pytest.raises(MalformedCall):
            decode_any(meant, calldata + surplus)


def test_items_of_a_group_in_another_place_than_theirs_are_refused() -> None:
    """Solidity follows the offsets wherever they lead; a receipt must have one calldata for one act."""
    calldata = calls.encode_register_many(TWO)
    before, first, second, items = calldata[:100], calldata[100:132], calldata[132:164], calldata[164:]
    assert int.from_bytes(before[-32:]) == 2
    for offsets in (second + first, first + first, second + second):
        with pytest.raises(MalformedCall):
            calls.decode_call(before + offsets + items)


def test_what_is_only_for_proposals_is_no_act_and_no_act_is_a_proposal() -> None:
    with pytest.raises(MalformedCall):
        calls.decode_call(governing.encode_governed(governing.SetThresholdCall(threshold=1)))
    with pytest.raises(MalformedCall) as caught:
        governing.decode_governed(calls.encode_call(calls.RetireOwnKeyCall()))
    assert "提案" in caught.value.words.zh


@pytest.mark.parametrize("calldata", [b"", b"\1\2\3\4", views.encode_record_of(bytes(32)), bytes(100)])
def test_another_function_is_no_act(calldata: bytes) -> None:
    with pytest.raises(MalformedCall) as caught:
        calls.decode_call(calldata)
    assert "登记" in caught.value.words.zh
    with pytest.raises(MalformedCall):
        governing.decode_governed(calldata)


@pytest.mark.parametrize(
    "changes",
    [{"number": b"short"}, {"kind": 256}, {"period": -1}, {"period": 65_536}, {"cid": "text"}, {"lot": bytes(31)}],
)
def test_a_value_that_no_calldata_holds_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedCall):
        calls.encode_register(replace(ONE, **changes))
    with pytest.raises(MalformedCall):
        calls.encode_register_many([ONE, replace(ONE, **changes)])


def test_a_value_of_another_class_is_refused() -> None:
    with pytest.raises(MalformedCall):
        calls.encode_register(BATCH)  # type: ignore[arg-type]
    with pytest.raises(MalformedCall):
        calls.encode_register_many([ONE], [None])  # type: ignore[list-item]
    admission = replace(ADMISSION, registrars=b"20 bytes in no tuple")
    with pytest.raises(MalformedCall):
        governing.encode_governed(governing.AdmitCall(admission=admission))


def test_the_identity_of_a_proposal_is_over_all_of_it() -> None:
    given_ = {"epoch": 3, "call": b"call", "expires": 9, "document": b"d" * 32}
    found = governing.proposal_id(**given_)  # type: ignore[arg-type]
    assert found == keccak(encode(["uint64", "bytes", "uint64", "bytes32"], list(given_.values())))
    with pytest.raises(MalformedCall):
        governing.proposal_id(epoch=-1, call=b"", expires=1, document=bytes(32))
