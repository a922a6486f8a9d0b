"""The strict ABI coding against the general library: the same bytes out, and nothing in that is not the same bytes."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from eth_abi.abi import decode, encode
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts import abi

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "bytes8": st.binary(min_size=8, max_size=8),
    "bytes32": st.binary(min_size=32, max_size=32),
    "uint8": st.integers(0, 2**8 - 1),
    "uint16": st.integers(0, 2**16 - 1),
    "uint32": st.integers(0, 2**32 - 1),
    "uint64": st.integers(0, 2**64 - 1),
    "uint256": st.integers(0, 2**256 - 1),
    "address": st.binary(min_size=20, max_size=20),
    "bool": st.booleans(),
    "bytes": st.binary(max_size=100),
}
FIELDS = st.lists(st.sampled_from(sorted(VALUES)), max_size=8).flatmap(
    lambda types: st.tuples(st.just(types), st.tuples(*(VALUES[type_] for type_ in types)))
)
TYPES = st.lists(
    st.recursive(
        st.sampled_from(sorted(VALUES)),
        lambda inner: st.lists(inner, min_size=1, max_size=3).map(tuple) | inner.map(lambda item: [item]),
        max_leaves=6,
    ),
    max_size=3,
)


def values_of(type_: Any) -> st.SearchStrategy[Any]:
    if isinstance(type_, str):
        return VALUES[type_]
    if isinstance(type_, tuple):
        return st.tuples(*map(values_of, type_))
    return st.lists(values_of(type_[0]), max_size=3).map(tuple)


def name_of(type_: Any) -> str:
    if isinstance(type_, str):
        return type_
    return f"({','.join(map(name_of, type_))})" if isinstance(type_, tuple) else name_of(type_[0]) + "[]"


@given(FIELDS)
def test_fields_are_coded_as_the_general_library_does(fields: tuple[list[str], tuple[Any, ...]]) -> None:
    types, values = fields
    encoded = abi.encode_fields(types, values)
    assert encoded == encode(types, values)
    assert abi.decode_fields(types, encoded) == values


@given(TYPES.flatmap(lambda types: st.tuples(st.just(types), st.tuples(*map(values_of, types)))))
def test_structs_and_arrays_are_coded_as_the_general_library_does(fields: tuple[list[Any], tuple[Any, ...]]) -> None:
    types, values = fields
    encoded = abi.encode_fields(types, values)
    assert encoded == encode([name_of(type_) for type_ in types], values)
    assert abi.decode_fields(types, encoded) == values


@given(FIELDS, st.data())
def test_whatever_is_read_is_what_would_be_written(
    fields: tuple[list[str], tuple[Any, ...]], data: st.DataObject
) -> None:
    """Bytes that are almost an encoding: random ones are refused nearly always, which shows little."""
    types, values = fields
    words = [encode(types, values)[place : place + 32] for place in range(0, len(encode(types, values)), 32)]
    drawn = data.draw(st.lists(st.sampled_from([*words, bytes(32), b"\xff" * 32]), max_size=len(words) + 1))
    encoded = b"".join(drawn if data.draw(st.booleans()) else words)
    with suppress(abi.MisfitError):
        assert encode(types, abi.decode_fields(types, encoded)) == encoded


@given(FIELDS, st.data())
def test_one_changed_byte_gives_other_values_or_is_refused(
    fields: tuple[list[str], tuple[Any, ...]], data: st.DataObject
) -> None:
    types, values = fields
    encoded = bytearray(abi.encode_fields(types, values))
    assume(encoded)
    encoded[data.draw(st.integers(0, len(encoded) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(abi.MisfitError):
        assert abi.decode_fields(types, bytes(encoded)) != values


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("bytes32", b"short"), ("bytes32", bytes(33)), ("bytes32", "0x00"), ("bytes8", bytes(7)), ("uint8", 256),
        ("uint8", -1), ("uint16", 65_536), ("uint32", 2**32), ("uint8", True), ("uint8", b"\1"), ("uint8", 1.0),
        ("address", bytes(19)), ("address", "0x" + "00" * 20), ("bool", 1), ("bool", None), ("bytes", "text"),
        ("bytes", 1),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_its_type_is_refused(type_: str, value: Any) -> None:
    with pytest.raises(abi.MisfitError):
        abi.encode_fields((type_,), (value,))


LAX = {
    "dirty padding of a number": (("uint8",), bytes(30) + b"\1\1"),
    "dirty padding of fixed bytes": (("bytes8",), b"14000001" + bytes(23) + b"\1"),
    "dirty padding of an address": (("address",), b"\1" + bytes(31)),
    "a bool of two": (("bool",), bytes(31) + b"\2"),
    "dirty padding of bytes": (("bytes",), encode(["bytes"], [b"abc"])[:-1] + b"\1"),
    "trailing word": (("uint8",), encode(["uint8", "uint8"], [1, 0])),
    "trailing byte": (("bytes",), encode(["bytes"], [b"abc"]) + b"\0"),
    "cut short": (("bytes",), encode(["bytes"], [b"abc"])[:-1]),
    "a word missing": (("uint8", "uint8"), bytes(32)),
    "no word for the length": (("bytes",), bytes(31) + b"\x20"),
    "an offset with a gap": (("bytes",), bytes(31) + b"\x40" + bytes(32) + encode(["bytes"], [b"abc"])[32:]),
    "an offset into the head": (("bytes",), bytes(64)),
    "a length of nearly 2^256": (("bytes",), bytes(31) + b"\x20" + b"\xff" * 32),
}


@pytest.mark.parametrize("defect", LAX)
def test_what_is_no_canonical_encoding_is_refused(defect: str) -> None:
    types, data = LAX[defect]
    with pytest.raises(abi.MisfitError):
        abi.decode_fields(types, data)


def test_the_general_library_would_read_some_of_these() -> None:
    """Without this strictness one event could be told by two logs: the reason for this module's existence."""
    types, data = LAX["an offset with a gap"]
    assert decode(types, data) == (b"abc",)


ARRAYS: dict[str, list[int]] = {
    "no length": [32],
    "an offset into the head": [0, 0],
    "no offset": [32, 1],
    "an offset into the offsets": [32, 1, 0],
    "a gap after the offsets": [32, 2, 96, 160, 0, 0, 0],
    "offsets that go down": [32, 2, 96, 64, 0, 0],
    "two items in one place": [32, 2, 64, 64, 0],
    "an offset past the end": [32, 1, 64],
    "bytes after an empty array": [32, 0, 0],
    "a length of 2^255": [32, 2**255],
}


@pytest.mark.parametrize("defect", ARRAYS)
def test_an_array_whose_items_overlap_or_leave_gaps_is_refused(defect: str) -> None:
    with pytest.raises(abi.MisfitError):
        abi.decode_fields([["bytes"]], b"".join(word.to_bytes(32, "big") for word in ARRAYS[defect]))


@pytest.mark.parametrize("value", [b"bytes", 1, None])
def test_what_has_no_items_is_no_struct_and_no_array(value: Any) -> None:
    with pytest.raises(abi.MisfitError):
        abi.encode_fields([("uint8",)], [value])
    with pytest.raises(abi.MisfitError):
        abi.encode_fields([["uint8"]], [value])
