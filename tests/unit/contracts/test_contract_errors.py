"""The contract's errors in words: every one of the artefact, every reason of a skipped entry, and data of no error."""

from __future__ import annotations

import re
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak

from contracts import artefact, errors
from contracts.refusals import BY_REASON, BY_SELECTOR

ERRORS = {item["name"]: item for item in artefact.load().abi if item["type"] == "error"}
SAMPLES: dict[str, Any] = {
    "bytes8": b"14000001", "bytes32": b"14000001-2023-00000001-A" + bytes(8), "address": b"k" * 20, "uint8": 3,
    "uint256": 65, "uint32": 7, "uint64": 1_800_000_000,
}  # fmt: skip
INTERFACE = artefact.SOURCES / "IResourceRegistry.sol"


def revert_data(name: str) -> bytes:
    types = [item["type"] for item in ERRORS[name]["inputs"]]
    return keccak(f"{name}({','.join(types)})".encode())[:4] + encode(types, [SAMPLES[type_] for type_ in types])


def test_the_binding_has_words_for_every_error_of_the_contract_and_no_other() -> None:
    assert {known.name for known in BY_SELECTOR.values()} == ERRORS.keys()


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_told_by_name_with_its_values_in_both_languages(name: str) -> None:
    error = errors.decode_revert(revert_data(name))
    assert isinstance(error, errors.RegistryRefused)
    assert error.name == name
    assert list(error.values) == [item["name"] for item in ERRORS[name]["inputs"]]
    assert list(error.values.values()) == [SAMPLES[item["type"]] for item in ERRORS[name]["inputs"]]
    assert re.search("[一-鿿]", error.words.zh)
    assert error.words.en.isascii()
    assert str(error) == error.words.in_language("en")


def test_numbers_and_codes_are_shown_as_text() -> None:
    words = errors.decode_revert(revert_data("WrongInstitution")).words
    assert "number=14000001-2023-00000001-A institution=14000001" in words.en
    assert "number=14000001-2023-00000001-A institution=14000001" in words.zh


def test_what_is_no_text_is_shown_in_hexadecimal() -> None:
    topic = keccak(b"UnknownReplaced(bytes32)")[:4]
    assert "replaces=0x" + "ff" * 32 in errors.decode_revert(topic + b"\xff" * 32).words.en
    assert "replaces=0x" + "00" * 32 in errors.decode_revert(topic + bytes(32)).words.en
    assert "replaces=0x0a" in errors.decode_revert(topic + b"\n" + bytes(31)).words.en


def test_a_lacking_role_is_a_matter_of_permission() -> None:
    error = errors.decode_revert(revert_data("NotPermitted"))
    assert isinstance(error, errors.NotPermitted)
    assert (error.http_status, error.exit_code) == (403, 2)
    refused = errors.decode_revert(revert_data("AlreadyRegistered"))
    assert not isinstance(refused, errors.NotPermitted)
    assert (refused.http_status, refused.exit_code) == (409, 2)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x4e", keccak(b"Panic(uint256)")[:4] + bytes(31) + b"\x11", bytes(4),
        revert_data("AlreadyRegistered")[:-1], revert_data("AlreadyRegistered") + b"\0",
    ],
)  # fmt: skip
def test_data_of_no_error_of_the_contract_is_an_unknown_revert(data: bytes) -> None:
    error = errors.decode_revert(data)
    assert isinstance(error, errors.UnknownRevert)
    assert error.exit_code == 4


def test_the_reasons_are_those_of_the_contracts_enumeration() -> None:
    body = re.search(r"enum Refusal \{([^}]*)\}", INTERFACE.read_text(encoding="utf-8"))
    assert body is not None
    names = [name.strip() for name in body[1].split(",")]
    assert names[0] == "None"
    assert {reason: known.name for reason, known in BY_REASON.items()} == dict(enumerate(names[1:], start=1))


def test_a_reason_is_told_in_words_also_one_of_a_later_registry() -> None:
    assert errors.refusal(1).name == "AlreadyRegistered"
    assert errors.refusal(1).words.zh == "该登记号已登记过"
    assert "200" in errors.refusal(200).words.zh


def every_error(kind: type[errors.ContractError]) -> set[type[errors.ContractError]]:
    return {kind}.union(*(every_error(below) for below in kind.__subclasses__()))


def test_the_tree_in_the_docstring_names_every_error_with_its_exit_code() -> None:
    drawn = {match[1]: match[2] for match in re.finditer(r"[├└]── (\w+)(?: +(\d))?", errors.__doc__ or "")}
    kinds = every_error(errors.ContractError) - {errors.ContractError}
    assert drawn.keys() == {kind.__name__ for kind in kinds}
    for kind in kinds:
        if drawn[kind.__name__]:
            assert kind.exit_code == int(drawn[kind.__name__]), kind
    codes = [kind.code for kind in kinds]
    assert len(set(codes)) == len(codes)
