"""The golden vectors: each fails at exactly its step, the honest ones pass, and the script makes the same bytes."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from node.errors import BadInput
from node.receipts.anchor import TrustAnchor
from node.receipts.errors import MalformedAnchor, MalformedReceipt
from node.receipts.receipt import Receipt
from node.receipts.subject import TreeSubject, UnitSubject
from node.receipts.verify import STEPS, verify

if TYPE_CHECKING:
    from conftest import Vectors

ROOT = Path(__file__).parents[3]


def test_a_receipt_fails_at_exactly_its_step(any_receipt: str, vectors: Vectors) -> None:
    vector = vectors.receipt(any_receipt)
    if vector.fails == "malformed-receipt":
        with pytest.raises(MalformedReceipt) as caught:
            Receipt.from_json_bytes(vector.data)
        assert caught.value.exit_code == 1
        return
    verdict = vector.verdict()
    assert (verdict.failed.name if verdict.failed else None) == vector.fails
    assert verdict.answer == vector.answer
    assert verdict.exit_code == {"yes": 0, "no": 1, "doubtful": 1, "anchor-too-old": 3}[vector.answer]
    assert [step.passed for step in verdict.steps[:-1]] == [True] * (len(verdict.steps) - 1)


def test_every_step_has_a_vector_that_fails_at_it(vectors: Vectors) -> None:
    fails = {row["fails"] for row in vectors.index["receipts"].values()}
    assert fails == {*STEPS, "malformed-receipt", None}


def test_a_valid_receipt_reads_back_to_its_own_bytes(valid_receipt: str, vectors: Vectors) -> None:
    vector = vectors.receipt(valid_receipt)
    assert vector.receipt.to_json_bytes() == vector.data


def test_a_receipt_over_its_limit_is_refused_unread(vectors: Vectors) -> None:
    data = vectors.receipt("valid-file-one-validator").data
    assert Receipt.from_json_bytes(data, limit=len(data)).to_json_bytes() == data
    with pytest.raises(MalformedReceipt, match="limit"):
        Receipt.from_json_bytes(data, limit=len(data) - 1)


def test_a_malformed_receipt_names_its_field(vectors: Vectors) -> None:
    for name, field in (("extra-field-in-record", "record.note"), ("upper-case-hex", "transaction.tx_hash")):
        with pytest.raises(MalformedReceipt) as caught:
            Receipt.from_json_bytes(vectors.receipt(name).data)
        assert caught.value.field == field


def test_an_anchor_is_read_or_refused(any_anchor: str, vectors: Vectors) -> None:
    data, expected = vectors.anchor(any_anchor), vectors.index["anchors"][any_anchor]
    if expected == "malformed-anchor":
        with pytest.raises(MalformedAnchor) as caught:
            TrustAnchor.from_json_bytes(data)
        assert caught.value.exit_code == 2
        return
    anchor = TrustAnchor.from_json_bytes(data)
    assert anchor.fingerprint == expected
    assert anchor.to_json_bytes() == data


def test_a_yes_says_what_it_shows_and_what_not(vectors: Vectors) -> None:
    verdict = vectors.receipt("valid-file-four-validators").verdict()
    said = [words.en for words in verdict.statements]
    assert "registered as of header 42; later status not checked" in said
    assert "header time 2023-11-14 22:13:20 UTC, as asserted by the proposer" in said
    assert "sealed by 3 of 4 validators" in said
    assert any("Not shown: ownership" in sentence for sentence in said)
    assert any("demonstration" in sentence for sentence in said)
    assert (verdict.height, verdict.header_time) == (42, 1_700_000_000)
    assert verdict.institution == "某省图书馆(虚构)"


def test_one_validator_is_called_a_one_party_log(vectors: Vectors) -> None:
    assurance = vectors.receipt("valid-file-one-validator").verdict().assurance
    assert assurance is not None
    assert assurance.words.en.startswith("one-party log")
    assert "单方日志" in assurance.words.zh


def test_a_no_claims_nothing(vectors: Vectors) -> None:
    verdict = vectors.receipt("seal-by-a-stranger").verdict()
    assert (verdict.height, verdict.header_time, verdict.assurance) == (None, None, None)
    assert "step 9" in verdict.statements[0].en
    assert len(verdict.statements) == 1


def test_a_member_is_named_by_its_path(vectors: Vectors) -> None:
    verdict = vectors.receipt("valid-member-one-validator").verdict()
    assert (verdict.members, verdict.member_count) == (("页图/p003.tif",), 5)
    assert "1 of 5 files" in verdict.steps[1].en


def test_a_folder_that_differs_says_in_what(vectors: Vectors) -> None:
    failed = vectors.receipt("surplus-file-in-folder").verdict().failed
    assert failed is not None
    assert "1 surplus (surplus)" in failed.en
    assert "多 1 个(surplus)" in failed.zh


def test_a_folder_whose_manifest_is_none_differs_in_everything(vectors: Vectors) -> None:
    vector = vectors.receipt("valid-tree-one-validator")
    failed = verify(TreeSubject(manifest=b"no manifest"), vector.receipt, vector.anchor).failed
    assert failed is not None
    assert "5 missing (页图/p001.tif, 页图/p002.tif, 页图/p003.tif …)" in failed.en


def test_an_anchor_in_earnest_is_not_called_a_demonstration(vectors: Vectors) -> None:
    vector = vectors.receipt("valid-file-one-validator")
    earnest = TrustAnchor(founding=replace(vector.anchor.founding, demonstration=False))
    verdict = verify(vector.subject, vector.receipt, earnest)
    assert verdict.answer == "yes"
    assert not any("demonstration" in words.en for words in verdict.statements)


@pytest.mark.parametrize("data", [b"[]", b'"unit"', b"{", b'{"a":1.5}', b'{"a":1,"a":2}', b'{"a":"\\ud800"}'])
def test_a_unit_without_a_canonical_form_is_no_subject(data: bytes) -> None:
    with pytest.raises(BadInput):
        UnitSubject.parse(data)


HOSTILE = """
import sys
from node.errors import ZhicangError
from node.receipts import anchor, material, receipt, subject
sys.setrecursionlimit(100_000)  # as py-evm does
deep = b'{"a":' * 300_000 + b"1" + b"}" * 300_000
for read in (receipt.Receipt.from_json_bytes, anchor.TrustAnchor.from_json_bytes,
             material.ProofMaterial.from_json_bytes, subject.UnitSubject.parse):
    try:
        read(deep)
    except ZhicangError as error:
        print(error.exit_code, error.words.en.rsplit(": ")[-1])
"""


def test_deep_nesting_is_refused_where_the_recursion_limit_is_no_guard() -> None:
    done = subprocess.run([sys.executable, "-c", HOSTILE], cwd=ROOT, capture_output=True, text=True, check=False)
    said = [f"{code} nested deeper than 64 levels" for code in (1, 2, 1, 2)]
    assert (done.returncode, done.stdout.splitlines()) == (0, said)


def test_brackets_in_texts_are_no_nesting() -> None:
    text = '["' + '[{\\"' * 200 + '"]'
    unit = UnitSubject.parse(b'{"unit_id":"u","x":' + text.encode() + b',"y":[' + b"[]," * 99 + b"[]]}")
    assert unit.value["x"] == ['[{"' * 200]


def test_steps_are_numbered_in_order_and_speak_both_languages(valid_receipt: str, vectors: Vectors) -> None:
    steps = vectors.receipt(valid_receipt).verdict().steps
    numbers = [step.number for step in steps]
    assert numbers == sorted(set(numbers))
    assert {1, 2, 5, 6, 7, 8, 9} <= set(numbers)
    assert len(numbers) == (9 if 10 in numbers else 8)
    for step in steps:
        for chinese in (step.zh, step.title.zh, step.stops.zh):
            assert re.search("[\u4e00-\u9fff]", chinese)
        for english in (step.en, step.title.en, step.stops.en):
            assert english.replace("p003.tif", "").replace("页图/", "").isascii()


def test_the_script_makes_the_same_bytes(tmp_path: Path, vectors: Vectors) -> None:
    script = ROOT / "scripts" / "make-receipt-vectors"
    subprocess.run([sys.executable, script, tmp_path], check=True, cwd=ROOT)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.json")}
    kept = {path.relative_to(vectors.folder): path.read_bytes() for path in vectors.folder.rglob("*.json")}
    del kept[Path("openzeppelin-trees.json")]  # made by the JavaScript library, not by this script
    assert made.keys() == kept.keys()
    assert [str(name) for name in made if made[name] != kept[name]] == []
