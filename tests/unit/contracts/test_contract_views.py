"""Views: questions as the ABI of the artefact has them, answers read strictly, and zeros that mean none."""

from __future__ import annotations

from typing import Any

import pytest
from contract_samples import BY_NAME, signature_hash, types_of
from eth_abi.abi import encode

from contracts import views
from contracts.errors import MalformedAnswer, MalformedCall
from contracts.exchange import Claimed, Delivery
from contracts.parties import Governance, Institution, Key, Proposal
from contracts.records import RecordState, UnitBatchState

CODE, WORD, KEY = b"14000001", b"w" * 32, b"k" * 20
QUESTIONS: dict[str, tuple[bytes, list[Any]]] = {
    "recordOf": (views.encode_record_of(WORD), [WORD]),
    "commitmentOf": (views.encode_commitment_of(WORD, 3), [WORD, 3]),
    "numberByDigest": (views.encode_number_by_digest(2, WORD), [2, WORD]),
    "unitBatchOf": (views.encode_unit_batch_of(WORD), [WORD]),
    "verifyUnit": (views.encode_verify_unit(WORD, WORD, [WORD, b"x" * 32]), [WORD, WORD, [WORD, b"x" * 32]]),
    "claimedOf": (views.encode_claimed_of(CODE, 2023), [CODE, 2023]),
    "deliveryOf": (views.encode_delivery_of(CODE, WORD), [CODE, WORD]),
    "anchoredChainOf": (views.encode_anchored_chain_of(CODE, WORD), [CODE, WORD]),
    "institutionOf": (views.encode_institution_of(CODE), [CODE]),
    "keyOf": (views.encode_key_of(KEY), [KEY]),
    "isGovernor": (views.encode_is_governor(KEY), [KEY]),
    "governance": (views.encode_governance(), []),
    "proposalOf": (views.encode_proposal_of(b"call", expires=7, document=WORD), [b"call", 7, WORD]),
    "successor": (views.encode_successor(), []),
    "isKnown": (views.encode_is_known(KEY), [KEY]),
}
STATES: dict[str, tuple[Any, Any]] = {
    "recordOf": (
        views.decode_record_of, RecordState(status=1, frozen=True, kind=2, version=3, height=4, time=5)
    ),
    "unitBatchOf": (views.decode_unit_batch_of, UnitBatchState(institution=CODE, claimed=2, height=3, time=4)),
    "claimedOf": (views.decode_claimed_of, Claimed(resources=1, units=2)),
    "deliveryOf": (views.decode_delivery_of, Delivery(recipient=CODE, status=1, height=2, time=3)),
    "institutionOf": (
        views.decode_institution_of, Institution(standing=1, one_person=True, profile_digest=WORD)
    ),
    "keyOf": (views.decode_key_of, Key(institution=CODE, role=1, status=2, since=3, until=4)),
    "governance": (views.decode_governance, Governance(sequence=1, epoch=2, threshold=3, governors=4)),
    "proposalOf": (views.decode_proposal_of, Proposal(approvals=1, executed=True)),
}  # fmt: skip
WORDS = {
    "commitmentOf": (views.decode_commitment_of, WORD), "numberByDigest": (views.decode_number_by_digest, WORD),
    "anchoredChainOf": (views.decode_anchored_chain_of, WORD), "successor": (views.decode_successor, KEY),
}  # fmt: skip
TRUTHS = {
    "verifyUnit": views.decode_verify_unit, "isGovernor": views.decode_is_governor, "isKnown": views.decode_is_known
}  # fmt: skip


def answer_types(name: str) -> tuple[list[str], list[str]]:
    """Give types and names of what a view answers, its struct taken apart."""
    [output] = BY_NAME["function", name]["outputs"]
    parts = output.get("components", [output])
    return [part["type"] for part in parts], [part["name"] for part in parts]


def test_every_view_is_here() -> None:
    views_ = {name for (_, name), item in BY_NAME.items() if item.get("stateMutability") == "view"}
    assert views_ == QUESTIONS.keys()
    assert views_ == STATES.keys() | WORDS.keys() | TRUTHS.keys()


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_that_of_the_abi(name: str) -> None:
    asked, arguments = QUESTIONS[name]
    assert asked == signature_hash("function", name)[:4] + encode(types_of("function", name), arguments)


@pytest.mark.parametrize("name", STATES)
def test_a_state_is_read_field_by_field(name: str) -> None:
    read, state = STATES[name]
    types, names = answer_types(name)
    fields = ["".join("_" + c.lower() if c.isupper() else c for c in field) for field in names]
    answer = encode(types, [getattr(state, field) for field in fields])
    assert read(answer) == state
    zeros = read(bytes(len(answer)))
    if name in {"claimedOf", "governance"}:
        assert all(getattr(zeros, field) == 0 for field in fields)
    else:
        assert zeros is None
    for defect in (b"", answer[:-1], answer + b"\0", answer + bytes(32), b"\1" + answer[1:]):
        if defect[1:] != answer[1:] or types[0] != "bytes8":
            with pytest.raises(MalformedAnswer):
                read(defect)


@pytest.mark.parametrize("name", WORDS)
def test_a_word_is_read_and_zero_is_none(name: str) -> None:
    read, value = WORDS[name]
    assert read(encode(answer_types(name)[0], [value])) == value
    assert read(bytes(32)) is None
    with pytest.raises(MalformedAnswer):
        read(bytes(33))


@pytest.mark.parametrize("name", TRUTHS)
def test_a_truth_is_read(name: str) -> None:
    read = TRUTHS[name]
    assert read(encode(["bool"], [True])) is True
    assert read(encode(["bool"], [False])) is False
    for defect in (bytes(31) + b"\2", bytes(31)):
        with pytest.raises(MalformedAnswer):
            read(defect)


def test_where_there_is_no_contract_nobody_is_known() -> None:
    assert views.decode_is_known(b"") is False


def test_an_argument_that_no_calldata_holds_is_refused() -> None:
    with pytest.raises(MalformedCall):
        views.encode_verify_unit(bytes(32), bytes(32), [bytes(31)])
    with pytest.raises(MalformedCall):
        views.encode_key_of(bytes(19))
