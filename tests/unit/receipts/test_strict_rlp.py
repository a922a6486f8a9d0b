"""RLP, held to the rlp package in both directions, and strict where that could be lenient."""

from __future__ import annotations

from contextlib import suppress

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from node.receipts import strict_rlp
from node.receipts.errors import BadProof

items = st.recursive(st.binary(max_size=70), lambda inner: st.lists(inner, max_size=5), max_leaves=12)
readable = items.filter(lambda item: depth(item) <= strict_rlp.DEEPEST)


def depth(item: object) -> int:
    return 1 + max(map(depth, item), default=0) if isinstance(item, list) else 0


@given(readable)
def test_encoding_is_that_of_the_rlp_package_and_reads_back(item: strict_rlp.Item) -> None:
    encoded = strict_rlp.encode(item)
    assert encoded == rlp.encode(item)
    assert strict_rlp.decode(encoded) == item


@given(readable, st.data())
def test_what_is_accepted_is_canonical_and_the_rlp_package_agrees(item: strict_rlp.Item, drawn: st.DataObject) -> None:
    """Bytes that are almost an encoding: random ones are refused nearly always, which shows little."""
    data = bytearray(strict_rlp.encode(item))
    data[drawn.draw(st.integers(0, len(data) - 1))] ^= drawn.draw(st.integers(0, 255))
    with suppress(BadProof):
        assert strict_rlp.encode(strict_rlp.decode(bytes(data))) == data
        assert rlp.encode(rlp.decode(bytes(data))) == data


@pytest.mark.parametrize("size", [0, 1, 55, 56, 255, 256, 65_535, 65_536])
def test_lengths_around_the_changes_of_form(size: int) -> None:
    for item in (b"\x80" * size, [b"\x01"] * size):
        assert strict_rlp.encode(item) == rlp.encode(item)
        assert strict_rlp.decode(strict_rlp.encode(item)) == item


@pytest.mark.parametrize(
    "data",
    [
        "", "8100", "817f", "80 00", "b801" + "ff", "b837" + "ff" * 55, "b90038" + "ff" * 56, "b8", "b838", "82ff",
        "c1", "c28080" + "80", "f800", "f801c0", "f90001c0", "c2c1", "bfffffffffffffffff", "ffffffffffffffffff",
    ],
)  # fmt: skip
def test_other_spellings_are_refused(data: str) -> None:
    with pytest.raises(BadProof):
        strict_rlp.decode(bytes.fromhex(data))


def test_deep_nesting_is_refused_before_it_hurts() -> None:
    body = b"\xc0"
    for _ in range(5_000):
        size = strict_rlp.from_int(len(body))
        body = (bytes([0xC0 + len(body)]) if len(body) < 56 else bytes([0xF7 + len(size)]) + size) + body
    with pytest.raises(BadProof, match="deeply"):
        strict_rlp.decode(body)


@given(st.integers(0, 2**256 - 1))
def test_quantities_have_no_leading_zeros(number: int) -> None:
    assert strict_rlp.to_int(strict_rlp.from_int(number)) == number
    with pytest.raises(BadProof):
        strict_rlp.to_int(b"\0" + strict_rlp.from_int(number))


def test_a_quantity_is_at_most_256_bits() -> None:
    with pytest.raises(BadProof):
        strict_rlp.to_int(b"\x01" * 33)
