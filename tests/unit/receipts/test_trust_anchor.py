"""The trust anchor and its fingerprint; the published schemas; and that verification touches nothing outside."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from node.receipts.anchor import TrustAnchor
from node.receipts.changes import ValidatorChange
from node.receipts.errors import MalformedAnchor
from node.records import canonical

if TYPE_CHECKING:
    from conftest import Vectors

ROOT = Path(__file__).parents[3]


@pytest.fixture
def anchor(vectors: Vectors) -> TrustAnchor:
    return TrustAnchor.from_json_bytes(vectors.anchor("valid-4"))


def test_the_fingerprint_is_the_digest_of_the_founding_part(vectors: Vectors, anchor: TrustAnchor) -> None:
    founding = json.loads(vectors.anchor("valid-4"))["founding"]
    text = json.dumps(founding, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert anchor.fingerprint.replace("-", "") == hashlib.sha256(text.encode()).hexdigest()
    assert re.fullmatch("([0-9a-f]{4}-){15}[0-9a-f]{4}", anchor.fingerprint)


def test_a_fingerprint_is_compared_as_people_type_it(anchor: TrustAnchor) -> None:
    printed = anchor.fingerprint
    for typed in (printed.upper(), printed.replace("-", ""), printed.replace("-", " "), f" {printed}\n"):
        assert anchor.founding.has_fingerprint(typed)
    for wrong in ("", "-", printed[:-1], printed + "0", printed[:-1] + "?", printed.replace("-", ":")):
        assert not anchor.founding.has_fingerprint(wrong)


def test_every_field_of_the_founding_part_is_in_the_fingerprint(anchor: TrustAnchor) -> None:
    made = anchor.founding
    first, second = made.institutions
    others = [
        replace(made, chain_id=1), replace(made, genesis_hash=bytes(32)), replace(made, registry=bytes(20)),
        replace(made, registry_code_hash=bytes(32)), replace(made, validators=made.validators[1:]),
        replace(made, governors=(bytes(20), *made.governors)), replace(made, demonstration=False),
        replace(made, threshold=3), replace(made, institutions=(first,)),
        *(
            replace(made, institutions=(replace(first, **{name: value}), second))
            for name, value in (
                ("name", "x"), ("registrars", (bytes(20),)), ("region", "999999"), ("credit_code", "0" * 18),
                ("one_person", True), ("reviewers", (bytes(20),)), ("auditors", (bytes(20),)),
            )
        ),
    ]  # fmt: skip
    assert len({one.fingerprint for one in [made, *others]}) == len(others) + 1


def test_what_was_proven_since_is_not_in_the_fingerprint(anchor: TrustAnchor) -> None:
    grown = replace(anchor, changes=(ValidatorChange(votes=(), header=b""),))
    assert grown.fingerprint == anchor.fingerprint
    assert TrustAnchor.from_json_bytes(grown.to_json_bytes()) == grown


def test_an_anchor_over_its_limit_is_refused(vectors: Vectors) -> None:
    data = vectors.anchor("valid-4")
    with pytest.raises(MalformedAnchor, match="limit"):
        TrustAnchor.from_json_bytes(data, limit=len(data) - 1)


def test_an_unsorted_anchor_cannot_even_be_made(anchor: TrustAnchor) -> None:
    with pytest.raises(MalformedAnchor):
        replace(anchor.founding, validators=anchor.founding.validators[::-1])


@pytest.mark.parametrize("name", ["receipt", "anchor"])
def test_the_published_schema_fits_the_vectors(name: str, vectors: Vectors) -> None:
    schema = json.loads((ROOT / "node" / "receipts" / f"{name}.schema.json").read_text(encoding="utf-8"))
    index = vectors.index[f"{name}s"]
    good = {one for one in index if index[one] is None or "malformed" not in str(index[one])}
    read = vectors.anchor if name == "anchor" else lambda one: vectors.receipt(one).data
    assert [one for one in good if not fits(canonical.decode(read(one)), schema)] == []
    by_form = {
        "extra-field", "missing-field", "upper-case-hex", "version-two", "another-format", "witness-in-version-one",
        "unit-in-a-file-receipt", "manifest-in-a-file-receipt", "tree-without-manifest", "metadata-null", "act-unknown",
        "too-many-nodes", "kind-unknown", "short-address", "no-validators", "validator-twice", "chain-id-zero",
        "threshold-zero", "one-person-not-a-boolean", "change-of-no-kind", "change-with-an-extra-field",
        "profile-without-a-name", "transaction-without-a-path", "known-without-a-path", "anchored-chain-of-no-form",
        "demonstration-not-a-boolean", "negative-log-index",
        "true-for-a-number", "odd-hex", "hex-without-prefix", "extra-field-in-record", "institution-code-too-short",
    }  # fmt: skip
    bad = [one for one in index if one in by_form]
    assert len(bad) > 8
    assert [one for one in bad if fits(canonical.decode(read(one)), schema)] == []


def fits(value: Any, schema: dict[str, Any], whole: dict[str, Any] | None = None) -> bool:
    """Judge a value by the keywords of JSON Schema that our two schemas use."""
    whole = whole or schema
    types = {"string": str, "integer": int, "object": dict, "array": list, "boolean": bool, "null": type(None)}
    wanted = schema.get("type", [])
    names = [wanted] if isinstance(wanted, str) else wanted
    is_type = not names or any(type(value) is types[name] for name in names)
    judged = [
        is_type,
        "const" not in schema or (value == schema["const"] and type(value) is type(schema["const"])),
        "enum" not in schema or value in schema["enum"],
        "$ref" not in schema or fits(value, whole["$defs"][schema["$ref"].rsplit("/")[-1]], whole),
        "oneOf" not in schema or sum(fits(value, one, whole) for one in schema["oneOf"]) == 1,
        all(fits(value, one, whole) for one in schema.get("allOf", [])),
    ]
    if "if" in schema:
        branch = "then" if fits(value, schema["if"], whole) else "else"
        judged += [fits(value, schema.get(branch, {}), whole)]
    if isinstance(value, str):
        size = len(value)
        judged += [re.search(schema.get("pattern", ""), value) is not None, size >= schema.get("minLength", 0)]
        judged += [size <= schema.get("maxLength", size)]
    if isinstance(value, int):
        judged += [schema.get("minimum", value) <= value <= schema.get("maximum", value)]
    if isinstance(value, list):
        size = len(value)
        judged += [schema.get("minItems", 0) <= size <= schema.get("maxItems", size)]
        judged += [all(fits(one, schema.get("items", {}), whole) for one in value)]
        judged += [not schema.get("uniqueItems") or len({str(one) for one in value}) == size]
    if isinstance(value, dict):
        fields = schema.get("properties", {})
        judged += [set(schema.get("required", [])) <= value.keys()]
        judged += [schema.get("additionalProperties", True) or value.keys() <= fields.keys()]
        judged += [fits(value[name], fields[name], whole) for name in fields if name in value]
    return all(judged)


WATCHED = """
import sys
from node.receipts import verify, receipt, anchor, subject
name, anchor_name, digest = sys.argv[1:]
data, anchor_data = open(name, "rb").read(), open(anchor_name, "rb").read()
seen = []
sys.addaudithook(lambda event, _: seen.append(event))
verdict = verify.verify(
    subject.FileSubject(sha256=bytes.fromhex(digest)),
    receipt.Receipt.from_json_bytes(data), anchor.TrustAnchor.from_json_bytes(anchor_data),
)
outside = {"open", "socket", "sqlite3", "subprocess", "os", "import"}
touched = [event for event in seen if event.split(".")[0] in outside]
heavy = {"web3", "eth_utils", "eth_abi", "eth_account", "eth_keys", "rlp", "trie", "eth", "pydantic", "sqlite3"}
print(verdict.answer, touched, sorted(heavy & sys.modules.keys()))
"""


def test_verification_opens_nothing_and_imports_little(vectors: Vectors) -> None:
    folder = vectors.folder
    name = "valid-approved-by-a-reviewer-admitted-later"
    digest = vectors.index["receipts"][name]["subject"]["file"]
    arguments = [folder / "receipts" / f"{name}.json", folder / "anchors" / "grown.json", digest]
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "yes [] []\n"
