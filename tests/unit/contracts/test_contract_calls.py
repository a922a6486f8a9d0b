"""Calldata of the acts and views: round trips, agreement with the ABI of the artefact, and strictness."""

from __future__ import annotations

from dataclasses import astuple, fields, replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from contracts import artefact, calls
from contracts.errors import MalformedAnswer, MalformedCall
from contracts.records import Entry, RecordState, UnitBatch, UnitBatchState

WORD = st.binary(min_size=32, max_size=32)
CID = st.binary(max_size=70)
ENTRIES = st.builds(
    Entry, number=WORD, kind=st.integers(0, 255), content_digest=WORD, metadata_digest=WORD, cid=CID,
    programme=WORD, period=st.integers(0, 65_535), lot=WORD, replaces=WORD,
)  # fmt: skip
BATCHES = st.builds(
    UnitBatch, root=WORD, list_digest=WORD, claimed=st.integers(0, 2**32 - 1), cid=CID, programme=WORD,
    period=st.integers(0, 65_535), lot=WORD, counting_rule=WORD, parent=WORD,
)  # fmt: skip
ONE = Entry(
    number=b"14000001-2023-00000001-A" + bytes(8), kind=1, content_digest=b"c" * 32, metadata_digest=b"m" * 32,
    cid=b"i" * 36, programme=b"p" * 32, period=2023, lot=b"l" * 32, replaces=bytes(32),
)  # fmt: skip
BATCH = UnitBatch(
    root=b"r" * 32, list_digest=b"d" * 32, claimed=7, cid=b"i" * 36, programme=b"p" * 32, period=2023,
    lot=b"l" * 32, counting_rule=bytes(32), parent=bytes(32),
)  # fmt: skip
TWO = [ONE, replace(ONE, number=b"14000001-2023-00000002-B" + bytes(8), cid=b"j" * 5)]


def type_of(parameter: dict[str, Any]) -> str:
    if not parameter["type"].startswith("tuple"):
        return str(parameter["type"])
    return f"({','.join(map(type_of, parameter['components']))}){parameter['type'][5:]}"


FUNCTIONS = {item["name"]: item for item in artefact.load().abi if item["type"] == "function"}


def by_the_abi(name: str, *values: Any) -> bytes:
    """Encode a call from the artefact's ABI with the general library."""
    types = [type_of(parameter) for parameter in FUNCTIONS[name]["inputs"]]
    return keccak(f"{name}({','.join(types)})".encode())[:4] + encode(types, values)


def test_every_selector_is_that_of_the_artefact() -> None:
    names = {
        "REGISTER": "register", "REGISTER_MANY": "registerMany", "COMMIT_UNITS": "commitUnits", "ADMIT": "admit",
        "ADD_REGISTRAR": "addRegistrar", "RECORD_OF": "recordOf", "COMMITMENT_OF": "commitmentOf",
        "NUMBER_BY_DIGEST": "numberByDigest", "UNIT_BATCH_OF": "unitBatchOf", "VERIFY_UNIT": "verifyUnit",
        "PROFILE_OF": "profileOf", "INSTITUTION_OF": "institutionOf", "IS_KNOWN": "isKnown",
    }  # fmt: skip
    for constant, name in names.items():
        signature = f"{name}({','.join(map(type_of, FUNCTIONS[name]['inputs']))})"
        assert getattr(calls, constant) == keccak(signature.encode())[:4], name
    constants = {name for name in vars(calls) if name.isupper() and not name.startswith("_")}
    assert constants - {"TYPE_CHECKING"} == set(names)


@pytest.mark.parametrize(("kind", "name"), [(Entry, "register"), (UnitBatch, "commitUnits")])
def test_the_fields_stand_in_the_order_of_the_contract(kind: type, name: str) -> None:
    parameters = [item["name"] for item in FUNCTIONS[name]["inputs"][0]["components"]]
    camel = ["".join(word.title() if index else word for index, word in enumerate(field.name.split("_")))
             for field in fields(kind)]  # fmt: skip
    assert camel == parameters


@given(ENTRIES)
def test_register_round_trip(entry: Entry) -> None:
    calldata = calls.encode_register(entry)
    assert calldata == by_the_abi("register", astuple(entry))
    assert calls.decode_call(calldata) == (entry,)


@given(st.lists(ENTRIES, max_size=5))
def test_register_many_round_trip(entries: list[Entry]) -> None:
    calldata = calls.encode_register_many(entries)
    assert calldata == by_the_abi("registerMany", [astuple(entry) for entry in entries])
    assert calls.decode_call(calldata) == tuple(entries)


@given(BATCHES)
def test_commit_units_round_trip(batch: UnitBatch) -> None:
    calldata = calls.encode_commit_units(batch)
    assert calldata == by_the_abi("commitUnits", astuple(batch))
    assert calls.decode_call(calldata) == batch


def test_the_other_calls_are_those_of_the_abi() -> None:
    code, word, key = b"14000001", b"w" * 32, b"k" * 20
    assert calls.encode_admit(code, word, key) == by_the_abi("admit", code, word, key)
    assert calls.encode_add_registrar(code, key) == by_the_abi("addRegistrar", code, key)
    assert calls.encode_record_of(word) == by_the_abi("recordOf", word)
    assert calls.encode_commitment_of(word, 3) == by_the_abi("commitmentOf", word, 3)
    assert calls.encode_number_by_digest(2, word) == by_the_abi("numberByDigest", 2, word)
    assert calls.encode_unit_batch_of(word) == by_the_abi("unitBatchOf", word)
    assert calls.encode_profile_of(code) == by_the_abi("profileOf", code)
    assert calls.encode_institution_of(key) == by_the_abi("institutionOf", key)
    assert calls.encode_is_known(key) == by_the_abi("isKnown", key)
    for proof in ([], [word], [word, b"x" * 32]):
        assert calls.encode_verify_unit(word, word, proof) == by_the_abi("verifyUnit", word, word, proof)


ACTS = {
    "register": calls.encode_register(ONE),
    "registerMany": calls.encode_register_many(TWO),
    "commitUnits": calls.encode_commit_units(BATCH),
}


@pytest.mark.parametrize("name", ACTS)
def test_every_changed_byte_is_refused_or_read_as_another_act(name: str) -> None:
    calldata = ACTS[name]
    meant = calls.decode_call(calldata)
    for place in range(len(calldata)):
        for bit in (1, 128):
            changed = calldata[:place] + bytes([calldata[place] ^ bit]) + calldata[place + 1 :]
            try:
                read = calls.decode_call(changed)
            except MalformedCall:
                continue
            assert read != meant, place


@pytest.mark.parametrize("name", ACTS)
def test_every_shortened_or_lengthened_calldata_is_refused(name: str) -> None:
    calldata = ACTS[name]
    for length in range(len(calldata)):
        with pytest.raises(MalformedCall):
            calls.decode_call(calldata[:length])
    for surplus in (b"\0", bytes(32), b"\1"):
        with pytest.raises(MalformedCall):
            calls.decode_call(calldata + surplus)


def test_items_of_a_group_in_another_place_than_theirs_are_refused() -> None:
    """Solidity follows the offsets wherever they lead; a receipt must have one calldata for one act."""
    calldata = calls.encode_register_many(TWO)
    before, first, second, items = calldata[:68], calldata[68:100], calldata[100:132], calldata[132:]
    assert before + first + second + items == calldata
    for offsets in (second + first, first + first, second + second):
        with pytest.raises(MalformedCall):
            calls.decode_call(before + offsets + items)


@pytest.mark.parametrize("calldata", [b"", b"\1\2\3\4", calls.encode_record_of(bytes(32)), bytes(100)])
def test_another_function_is_no_act(calldata: bytes) -> None:
    with pytest.raises(MalformedCall) as caught:
        calls.decode_call(calldata)
    assert "登记" in caught.value.words.zh


@pytest.mark.parametrize(
    "changes",
    [{"number": b"short"}, {"kind": 256}, {"period": -1}, {"period": 65_536}, {"cid": "text"}, {"lot": bytes(31)}],
)
def test_a_value_that_no_calldata_holds_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedCall):
        calls.encode_register(replace(ONE, **changes))
    with pytest.raises(MalformedCall):
        calls.encode_register_many([ONE, replace(ONE, **changes)])


def test_an_argument_that_no_calldata_holds_is_refused() -> None:
    with pytest.raises(MalformedCall):
        calls.encode_admit(b"140", bytes(32), bytes(20))
    with pytest.raises(MalformedCall):
        calls.encode_verify_unit(bytes(32), bytes(32), [bytes(31)])


def test_answers_are_read() -> None:
    state = encode(["uint8", "uint8", "uint32", "uint64", "uint64"], [1, 2, 3, 4, 5])
    assert calls.decode_record_of(state) == RecordState(status=1, kind=2, version=3, height=4, time=5)
    state = encode(["bytes8", "uint32", "uint64", "uint64"], [b"14000001", 2, 3, 4])
    assert calls.decode_unit_batch_of(state) == UnitBatchState(institution=b"14000001", claimed=2, height=3, time=4)
    assert calls.decode_verify_unit(encode(["bool"], [True])) is True
    assert calls.decode_verify_unit(encode(["bool"], [False])) is False
    assert calls.decode_is_known(b"") is False


def test_answers_of_zeros_are_none() -> None:
    assert calls.decode_record_of(bytes(160)) is None
    assert calls.decode_unit_batch_of(bytes(128)) is None
    assert calls.decode_institution_of(bytes(32)) is None
    readers = (calls.decode_number_by_digest, calls.decode_commitment_of, calls.decode_profile_of)
    assert [read(bytes(32)) for read in readers] == [None, None, None]


@pytest.mark.parametrize(
    ("read", "answer"),
    [
        (calls.decode_record_of, b""),
        (calls.decode_record_of, bytes(128)),
        (calls.decode_record_of, b"\1" + bytes(159)),
        (calls.decode_unit_batch_of, bytes(160)),
        (calls.decode_number_by_digest, bytes(33)),
        (calls.decode_institution_of, bytes(31) + b"\1"),
        (calls.decode_verify_unit, b""),
        (calls.decode_verify_unit, bytes(31) + b"\2"),
        (calls.decode_is_known, bytes(31)),
    ],
)
def test_an_answer_of_another_shape_is_refused(read: Any, answer: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        read(answer)
