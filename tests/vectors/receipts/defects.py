"""Vectors that are honest, that fail in the verifier's hands (steps 1 to 4), or that are no receipts at all."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from honest import (
    FILE,
    FILE_METADATA,
    LINES,
    MANIFEST,
    MEMBERS,
    POSITION,
    TREE,
    UNITS,
    file_receipt,
    receipt_of_unit,
    tree_receipt,
)  # fmt: skip
from old_chain import anchored_chains
from synthetic import anchor_of, digest_of

from node.records.manifest import format_manifest, parse_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from node.receipts.receipt import Receipt

FILE_SUBJECT = {"file": FILE.hex()}
UNIT_SUBJECT = {"unit": UNITS[POSITION]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A receipt and what is verified with it; `fails` is the name of a step or of an error, None where all pass.

    `answer` is "no" where a step fails and "yes" where none does, unless it is told.
    """

    name: str
    receipt: bytes
    subject: dict[str, Any]
    fails: str | None
    validators: int = 1
    fingerprint: str | None = None
    anchor: str | None = None
    answer: str | None = None

    def row(self) -> dict[str, Any]:
        """Give its row in the index."""
        answer = self.answer or ("yes" if self.fails is None else "no")
        return {
            "anchor": self.anchor or f"valid-{self.validators}", "subject": self.subject,
            "fingerprint": self.fingerprint, "fails": self.fails, "answer": answer,
        }  # fmt: skip


def honest_ones() -> Iterator[Vector]:
    member = {"file": MEMBERS["页图/p003.tif"].hex()}
    for count, word in ((1, "one"), (4, "four")):
        for name, receipt, subject in (
            ("file", file_receipt(count), FILE_SUBJECT),
            ("tree", tree_receipt(count), {"manifest": MANIFEST.decode()}),
            ("member", tree_receipt(count), member),
            ("unit", receipt_of_unit(count), UNIT_SUBJECT),
            ("unit-line", receipt_of_unit(count), {"unit": json.loads(LINES[POSITION])}),
        ):
            full = f"valid-{name}-{word}-validator{'s' if count > 1 else ''}"
            yield Vector(name=full, receipt=receipt.to_json_bytes(), subject=subject, fails=None, validators=count)


def in_hand() -> Iterator[Vector]:
    """Defects of anchor, content, unit path and metadata."""
    file, tree, unit = file_receipt(), tree_receipt(), receipt_of_unit()
    typed = anchor_of(1).fingerprint.upper().replace("-", " ")
    changed = UNITS[POSITION] | {"text": "改过"}
    surplus = format_manifest([*parse_manifest(MANIFEST), parse_manifest(b"0" * 64 + b"  surplus\n")[0]])
    proof = unit.unit
    assert proof is not None
    cases: list[tuple[str, Receipt, dict[str, Any], str | None]] = [
        ("wrong-content", file, {"file": digest_of("page 2").hex()}, "content"),
        ("member-not-in-manifest", tree, FILE_SUBJECT, "content"),
        ("surplus-file-in-folder", tree, {"manifest": surplus.decode()}, "content"),
        ("manifest-of-another-tree", replace(tree, manifest=surplus.decode()), {"manifest": surplus.decode()},
         "content"),
        ("manifest-not-canonical", _with_manifest(tree, MANIFEST[1:]), {"file": FILE.hex()}, "content"),
        ("folder-for-a-file", file, {"manifest": MANIFEST.decode()}, "content"),
        ("unit-for-a-file", file, UNIT_SUBJECT, "content"),
        ("file-for-a-unit", unit, FILE_SUBJECT, "content"),
        ("another-unit", unit, {"unit": UNITS[0]}, "content"),
        ("unit-of-another-resource", unit, {"unit": UNITS[POSITION] | {"resource_id": "X"}}, "content"),
        ("unit-changed", unit, {"unit": changed}, "unit-path"),
        ("wrong-unit-path", replace(unit, unit=replace(proof, proof=TREE.proof(0))), UNIT_SUBJECT, "unit-path"),
        ("truncated-unit-path", replace(unit, unit=replace(proof, proof=proof.proof[:-1])), UNIT_SUBJECT, "unit-path"),
        ("superfluous-unit-sibling", replace(unit, unit=replace(proof, proof=(*proof.proof, TREE.root))), UNIT_SUBJECT,
         "unit-path"),
        ("wrong-salt", replace(unit, unit=replace(proof, salt="f" * 32)), UNIT_SUBJECT, "unit-path"),
        ("missing-salt", replace(unit, unit=replace(proof, salt=None)), UNIT_SUBJECT, "unit-path"),
        ("wrong-metadata", replace(file, metadata=FILE_METADATA | {"title": "另一页"}), FILE_SUBJECT, "metadata"),
    ]  # fmt: skip
    for name, receipt, subject, fails in cases:
        yield Vector(name=name, receipt=receipt.to_json_bytes(), subject=subject, fails=fails)
    shared: dict[str, Any] = {"receipt": file.to_json_bytes(), "subject": FILE_SUBJECT}
    yield Vector(name="wrong-fingerprint", fingerprint=anchor_of(4).fingerprint, fails="anchor", **shared)
    yield Vector(name="short-fingerprint", fingerprint=anchor_of(1).fingerprint[:19], fails="anchor", **shared)
    yield Vector(name="valid-fingerprint-as-typed", fingerprint=typed, fails=None, **shared)


def malformed() -> Iterator[Vector]:
    """Files that are no receipts: one spelling is accepted, and none of these is it."""
    good = file_receipt().to_json_bytes()
    value = json.loads(good)
    record, transaction = value["record"], value["transaction"]
    tree = json.loads(tree_receipt().to_json_bytes())
    state = {"header": "0x", "account_path": [], "storage_path": []}
    upper = transaction | {"tx_hash": "0x" + transaction["tx_hash"][2:].upper()}
    cases: dict[str, bytes] = {
        "extra-field": _json(value | {"note": ""}),
        "extra-field-in-record": _json(value | {"record": record | {"note": ""}}),
        "missing-field": _json({name: item for name, item in value.items() if name != "witnesses"}),
        "upper-case-hex": _json(value | {"transaction": upper}),
        "upper-case-digest": _json(value | {"record": record | {"sha256": record["sha256"].upper()}}),
        "hex-without-prefix": _json(value | {"transaction": transaction | {"tx_hash": transaction["tx_hash"][2:]}}),
        "odd-hex": _json(value | {"header": value["header"] | {"rlp": value["header"]["rlp"] + "0"}}),
        "duplicate-key": b'{"format":"zhicang-receipt",' + good[1:],
        "not-canonical-layout": json.dumps(value, ensure_ascii=False, sort_keys=True).encode(),
        "unsorted-keys": json.dumps(dict(reversed(value.items())), ensure_ascii=False, separators=(",", ":")).encode(),
        "escaped-characters": json.dumps(value, sort_keys=True, separators=(",", ":")).encode(),
        "line-at-the-end": good + b"\n",
        "truncated-file": good[:-1],
        "byte-order-mark": b"\xef\xbb\xbf" + good,
        "not-utf-8": good.replace("第一页".encode(), b"\xff\xfe"),
        "float": _json(value | {"log_index": 0.0}),
        "true-for-a-number": _json(value | {"log_index": True}),
        "negative-log-index": _json(value | {"log_index": -1}),
        "number-beyond-53-bits": _json(value | {"header": value["header"] | {"height": 2**53}}),
        "version-two": _json(value | {"version": 2}),
        "another-format": _json(value | {"format": "zhicang-proof"}),
        "witness-in-version-one": _json(value | {"witnesses": [{}]}),
        "unit-in-a-file-receipt": _json(value | {"unit": json.loads(receipt_of_unit().to_json_bytes())["unit"]}),
        "manifest-in-a-file-receipt": _json(value | {"manifest": tree["manifest"]}),
        "tree-without-manifest": _json(tree | {"manifest": None}),
        "metadata-null": _json(value | {"metadata": None}),
        "too-many-nodes": _json(value | {"tx_receipt": {"path": ["0x"] * 13}}),
        "kind-unknown": _json(value | {"record": record | {"kind": "folder"}}),
        "act-unknown": _json(value | {"record": record | {"act": "withdraw"}}),
        "reason-in-a-registration": _json(value | {"record": record | {"reason": 1}}),
        "amendment-without-a-reason": _json(value | {"record": record | {"act": "amend"}}),
        "reason-unknown": _json(value | {"record": record | {"act": "amend", "reason": 10}}),
        "status-of-no-form": _json(value | {"status": {"header": "0x"}}),
        "status-of-a-batch": _json(json.loads(receipt_of_unit().to_json_bytes()) | {"status": state}),
        "a-list": b"[]",
        "nested-too-deeply": _json(value | {"metadata": _nested(63)}),
        "nested-beyond-the-stack": b"[" * 5_000 + b"]" * 5_000,
    }
    for name, data in cases.items():
        yield Vector(name=name, receipt=data, subject=FILE_SUBJECT, fails="malformed-receipt")


def bad_anchors() -> dict[str, bytes]:
    """Give anchors' files that must be refused, by the name of their defect."""
    good = anchor_of(4).to_json_bytes()
    value = json.loads(good)
    founding = value["founding"]

    def changed(**changes: Any) -> bytes:
        return _json(value | {"founding": founding | changes})

    first, second = founding["institutions"]
    anchored = anchored_chains()[0].to_json()
    votes = {"kind": "validators", "votes": [], "header": "0x"}
    act = {"kind": "governance", "transactions": [], "profile": None}
    return {
        "extra-field": changed(note=""),
        "missing-field": _json({name: item for name, item in value.items() if name != "anchored"}),
        "upper-case-hex": changed(registry=founding["registry"].upper().replace("0X", "0x")),
        "short-address": changed(registry=founding["registry"][:-2]),
        "unsorted-validators": changed(validators=founding["validators"][::-1]),
        "validator-twice": changed(validators=[founding["validators"][0], *founding["validators"]]),
        "no-validators": changed(validators=[]),
        "no-governors": changed(governors=[]),
        "unsorted-institutions": changed(institutions=[second, first]),
        "no-registrars": changed(institutions=[first | {"registrars": []}, second]),
        "unsorted-registrars": changed(institutions=[first, second | {"registrars": second["registrars"][::-1]}]),
        "key-of-two-institutions": changed(institutions=[first | {"registrars": second["registrars"]}, second]),
        "institution-code-too-short": changed(institutions=[first | {"code": "1100000"}, second]),
        "demonstration-not-a-boolean": changed(demonstration=1),
        "chain-id-zero": changed(chain_id=0),
        "threshold-zero": changed(threshold=0),
        "threshold-above-the-governors": changed(threshold=4),
        "registrar-who-is-reviewer-too": changed(institutions=[first, second | {"reviewers": second["registrars"]}]),
        "one-person-not-a-boolean": changed(institutions=[first | {"one_person": 0}, second]),
        "change-of-no-kind": _json(value | {"changes": [{}]}),
        "change-with-an-extra-field": _json(value | {"changes": [votes | {"note": ""}]}),
        "profile-without-a-name": _json(value | {"changes": [act | {"profile": {"name": "x"}}]}),
        "transaction-without-a-path": _json(value | {"changes": [act | {"transactions": [{"header": "0x"}]}]}),
        "known-without-a-path": _json(value | {"known": {"header": "0x"}}),
        "anchored-chain-twice": _json(value | {"anchored": [anchored, anchored]}),
        "anchored-chain-of-no-form": _json(value | {"anchored": [{}]}),
        "version-two": _json(value | {"version": 2}),
        "duplicate-key": b'{"anchored":[],' + good[1:],
        "not-canonical-layout": json.dumps(value, ensure_ascii=False, sort_keys=True).encode(),
        "line-at-the-end": good + b"\n",
        "truncated-file": good[:-1],
    }


def _with_manifest(receipt: Receipt, manifest: bytes) -> Receipt:
    """Give a receipt whose record fits its manifest, whatever that is."""
    record = replace(receipt.record, sha256=hashlib.sha256(manifest).digest())
    return replace(receipt, record=record, manifest=manifest.decode())


def _nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"in": value}
    return value


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
