"""Capture: proof material from an engine's answers, refused when these do not give the roots of their own header."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from node.receipts.assemble import resource_receipt, unit_receipt
from node.receipts.errors import MalformedMaterial, MismatchedChain
from node.receipts.header import Extra
from node.receipts.material import ProofMaterial, capture
from node.records import canonical

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Vectors

INDEX = 3


@pytest.fixture
def answers(vectors: Vectors) -> dict[str, Any]:
    return vectors.block("four-validators")


def captured(answers: dict[str, Any], index: int = INDEX) -> ProofMaterial:
    return capture(answers["block"], answers["tx_receipts"], index)


def test_what_is_captured_is_what_the_receipt_carries(vectors: Vectors, answers: dict[str, Any]) -> None:
    receipt = vectors.receipt("valid-file-four-validators").receipt
    material = captured(answers)
    assert material == receipt.material
    assert material.transaction().tx_hash == receipt.tx_hash
    made = resource_receipt(material, log_index=0, metadata=receipt.metadata or {})
    assert made == receipt


def test_more_seals_than_the_quorum_are_left_out(answers: dict[str, Any]) -> None:
    before = Extra.decode(bytes.fromhex(answers["block"]["extraData"][2:])).seals
    after = Extra.decode(captured(answers).decode_header().extra_data).seals
    assert (len(before), len(after)) == (4, 3)


def test_a_proof_file_reads_back(answers: dict[str, Any]) -> None:
    material = captured(answers)
    assert ProofMaterial.from_json_bytes(material.to_json_bytes()) == material


def test_every_transaction_of_a_block_can_be_captured(answers: dict[str, Any]) -> None:
    for index, transaction in enumerate(answers["block"]["transactions"]):
        assert "0x" + captured(answers, index).transaction().tx_hash.hex() == transaction["hash"]


def without_last(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda answers: (answers["block"] if name in answers["block"] else answers)[name].pop()


def swap_tx_receipts(answers: dict[str, Any]) -> None:
    rows = answers["tx_receipts"]
    rows[0], rows[1] = rows[1], rows[0]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda answers: answers["block"].update(hash="0x" + "00" * 32), "hash is"),
        (lambda answers: answers["block"].update(stateRoot="0x" + "00" * 32), "hash is"),
        (lambda answers: answers["block"].update(number="x"), "number"),
        (lambda answers: answers["block"].pop("extraData"), "extraData"),
        (lambda answers: answers["block"].update(extraData="0xc0"), "malformed header"),
        (lambda answers: answers["block"]["transactions"][5].update(nonce="0x63"), "transactionsRoot is"),
        (lambda answers: answers["block"]["transactions"][5].pop("input"), "input"),
        (lambda answers: answers["tx_receipts"][5].update(status="0x0"), "receiptsRoot is"),
        (lambda answers: answers["tx_receipts"][INDEX]["logs"].pop(), "receiptsRoot is"),
        (lambda answers: answers["tx_receipts"][INDEX]["logs"][0].update(data="0x"), "receiptsRoot is"),
        (without_last("transactions"), "transactionsRoot is"),
        (without_last("tx_receipts"), "receiptsRoot is"),
        (swap_tx_receipts, "receiptsRoot is"),
    ],
)
def test_answers_that_do_not_fit_their_header_are_refused(
    answers: dict[str, Any], change: Callable[[dict[str, Any]], object], says: str
) -> None:
    broken = copy.deepcopy(answers)
    change(broken)
    with pytest.raises(MismatchedChain, match=says) as caught:
        captured(broken)
    assert caught.value.exit_code == 1


def test_an_index_beyond_the_block_is_refused(answers: dict[str, Any]) -> None:
    with pytest.raises(MismatchedChain, match=r"no value under this key|another key"):
        captured(answers, 20)


def test_a_header_without_a_quorum_is_refused(answers: dict[str, Any]) -> None:
    extra = Extra.decode(bytes.fromhex(answers["block"]["extraData"][2:]))
    few = Extra(validators=extra.validators, round=extra.round, seals=extra.seals[:2])
    answers["block"]["extraData"] = "0x" + few.encode().hex()
    with pytest.raises(MismatchedChain, match="less than 3 seals"):
        captured(answers)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "zhicang-receipt"}, {"version": 2}, {"note": 1}, {"header": "0x"}, {"index": 4}, {"index": -1},
        {"transaction_path": []}, {"tx_receipt_path": []}, {"tx_receipt_path": None},
    ],
)  # fmt: skip
def test_a_changed_proof_file_is_refused(answers: dict[str, Any], change: dict[str, Any]) -> None:
    value = json.loads(captured(answers).to_json_bytes())
    with pytest.raises(MalformedMaterial):
        ProofMaterial.from_json_bytes(canonical.encode(value | change))


def test_a_proof_file_over_its_limit_or_in_another_layout_is_refused(answers: dict[str, Any]) -> None:
    data = captured(answers).to_json_bytes()
    for wrong, limit in ((data, len(data) - 1), (data + b"\n", len(data) + 1), (data[:-1], len(data))):
        with pytest.raises(MalformedMaterial):
            ProofMaterial.from_json_bytes(wrong, limit=limit)


def test_what_would_not_verify_is_not_assembled(vectors: Vectors) -> None:
    file, tree = (vectors.receipt(f"valid-{name}-one-validator").receipt for name in ("file", "tree"))
    manifest, metadata = (tree.manifest or "").encode(), tree.metadata or {}
    assert resource_receipt(tree.material, log_index=1, metadata=metadata, manifest=manifest) == tree
    wrong: list[tuple[int, dict[str, Any], bytes | None, str]] = [
        (1, metadata | {"title": "x"}, manifest, "metadata digest"), (1, metadata, manifest + b"x", "manifest"),
        (1, metadata, None, "kind"), (0, file.metadata or {}, manifest, "kind"), (9, metadata, manifest, "log index"),
    ]  # fmt: skip
    for log_index, said, text, says in wrong:
        with pytest.raises(MismatchedChain, match=says):
            resource_receipt(tree.material, log_index=log_index, metadata=said, manifest=text)


def test_material_whose_event_is_no_record_is_not_assembled(vectors: Vectors) -> None:
    material = vectors.receipt("event-of-another-act").receipt.material
    with pytest.raises(MismatchedChain, match="another act"):
        resource_receipt(material, log_index=0, metadata={})


def test_a_unit_that_would_not_verify_is_not_assembled(vectors: Vectors) -> None:
    vector = vectors.receipt("valid-unit-one-validator")
    receipt, unit = vector.receipt, vector.receipt.unit
    assert unit is not None
    line = canonical.encode(vector.subject.value | {"resource_id": unit.resource_id, "salt": unit.salt})  # type: ignore[union-attr]
    assert unit_receipt(receipt.material, log_index=0, line=line, unit=unit) == receipt
    with pytest.raises(MismatchedChain, match="Merkle root"):
        unit_receipt(receipt.material, log_index=0, line=line + b" ", unit=unit)
    with pytest.raises(MismatchedChain, match="event"):
        unit_receipt(vectors.receipt("valid-file-one-validator").receipt.material, log_index=0, line=line, unit=unit)
    with pytest.raises(MismatchedChain, match="event"):
        resource_receipt(receipt.material, log_index=0, metadata={})
