"""CONSORTIUM.yaml: the documented example is read, and whatever is wrong is named with its line and field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from node.consortium.spec import read_spec
from node.errors import BadInput

README = Path(__file__).parents[2] / "node" / "consortium" / "README.md"


@pytest.fixture(name="example", scope="module")
def documented_example() -> str:
    match = re.search(r"```yaml\n(.*?)```", README.read_text(), re.DOTALL)
    assert match
    return match[1]


def refused(tmp_path: Path, text: str | bytes) -> BadInput:
    file = tmp_path / "c.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BadInput) as refusal:
        read_spec(file)
    assert refusal.value.file == str(file)
    assert refusal.value.words.zh
    assert refusal.value.words.en
    return refusal.value


def test_the_documented_example_is_read(tmp_path: Path, example: str) -> None:
    (tmp_path / "c.yaml").write_text(example)
    spec = read_spec(tmp_path / "c.yaml")
    assert (spec.chain_id, spec.period, spec.request_timeout, spec.threshold) == (1_400_000_001, 1, 4, 2)
    assert [member.institution.name for member in spec.institutions] == ["国家图书馆", "示例省图书馆"]
    assert [member.one_person for member in spec.institutions] == [False, True]
    assert spec.institutions[0].registrars == (bytes.fromhex(20 * "11"),)
    assert spec.institutions[0].reviewers == (None,)
    assert [(one.host, one.port) for one in spec.validators] == [("10.11.0.5", 30303), ("10.14.0.5", 30303)]
    assert not spec.demonstration


CAPITALS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
"""The first example of EIP-55."""
WRONG = (
    ("chain_id: 1400000001", "chain_id: 1", "chain_id", 1),
    ("chain_id: 1400000001", "chain_id: 0x10", "chain_id", 1),
    ("period: 1 ", "period: 1.5 ", "period", 2),
    ("period: 1 ", "period: 0 ", "period", 2),
    ("period: 1 ", "perriod: 1 ", "perriod", 2),
    ("period: 1 ", "chain_id: 7 ", "chain_id", 2),
    ("request_timeout: 4", "request_timeout: soon", "request_timeout", 3),
    ("threshold: 2", "threshold: 3", "threshold", 4),
    ("threshold: 2", "threshold: 0", "threshold", 4),
    ("demonstration: false", "demonstration: no", "demonstration", 5),
    ("code: 11000001", "code: 1100-001", "institutions[0].code", 8),
    ("code: 11000001", "code: 14000001", "institutions", 8),
    ("name: 国家图书馆", 'name: ""', "institutions[0].name", 9),
    ("12100000DEM0000015", "12100000DEM000001X", "institutions[0].credit_code", 10),
    ("region: 110000", "region: 11", "institutions[0].region", 11),
    ("policy: two-person", "policy: none", "institutions[0].policy", 12),
    ("reviewers: [make one]", "reviewers: []", "institutions[0].policy", 12),
    ('["0x1111111111111111111111111111111111111111"]', "[]", "institutions[0].registrars", 13),
    ('"0x1111111111111111111111111111111111111111"', "make two", "institutions[0].registrars[0]", 13),
    ('"0x1111111111111111111111111111111111111111"', "0x" + 40 * "0", "institutions[0].registrars[0]", 13),
    ('"0x1111111111111111111111111111111111111111"', "{}", "institutions[0].registrars[0]", 13),
    ("0x1111111111111111111111111111111111111111", CAPITALS.replace("aA", "aa"), "institutions[0].registrars[0]", 13),
    ("    auditors: [make one] ", "    auditor: [make one] ", "institutions[0].auditor", 15),
    ("keeper: 14000001, key: make one}\n\n", "keeper: 15000001, key: make one}\n\n", "governors[1].keeper", 25),
    ("host: 10.14.0.5", "host: my host", "validators[1].host", 29),
    ("port: 30303", "port: 70000", "validators[0].port", 28),
    ("validators:", "validators: []", "validators", 27),
)  # fmt: skip


@pytest.mark.parametrize("case", WRONG, ids=lambda case: f"{case[1][:30]}")
def test_what_is_wrong_is_named(tmp_path: Path, example: str, case: tuple[str, str, str, int]) -> None:
    old, new, field, row = case
    assert old in example
    text = example.replace(old, new, 1)
    if new == "validators: []":
        text = text[: text.index(new) + len(new)]
    error = refused(tmp_path, text)
    assert (error.field, error.row) == (field, row)
    assert error.mend is not None


def test_an_address_with_its_right_capitals_is_taken(tmp_path: Path, example: str) -> None:
    (tmp_path / "c.yaml").write_text(example.replace("0x" + 40 * "1", CAPITALS))
    assert read_spec(tmp_path / "c.yaml").institutions[0].registrars == (bytes.fromhex(CAPITALS[2:]),)


def test_a_key_with_two_duties_is_refused(tmp_path: Path, example: str) -> None:
    text = example.replace("keeper: 11000001, key: make one}", f'keeper: 11000001, key: "0x{40 * "1"}"}}', 1)
    assert "listed twice" in refused(tmp_path, text).words.en


def test_a_validator_may_be_given_by_its_public_key(tmp_path: Path, example: str) -> None:
    from eth_keys.datatypes import PrivateKey

    public = PrivateKey(bytes(31) + b"\1").public_key
    text = example.replace("key: make one, host: 10.11.0.5", f"key: 0x{public.to_bytes().hex()}, host: 10.11.0.5")
    (tmp_path / "c.yaml").write_text(text)
    validator = read_spec(tmp_path / "c.yaml").validators[0]
    assert validator.public_key == public.to_bytes()
    assert validator.address == public.to_canonical_address()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("a: [", "not YAML"),
        ("- 1", "must be a mapping"),
        ("a: &x 1\nb: *x", "aliases"),
        (b"\xff\xfe\x00", "YAML"),
        ("[" * 5000, "YAML"),
        ("a" * (1 << 21), "more than"),
    ],
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, text: str | bytes, said: str) -> None:
    assert said in refused(tmp_path, text).words.en


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refusal:
        read_spec(tmp_path / "none.yaml")
    assert refusal.value.file == str(tmp_path / "none.yaml")
