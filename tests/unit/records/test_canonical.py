from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from node.errors import BadInput
from node.records import canonical

BMP_TEXT = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]))
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(BMP_TEXT, inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_the_fast_encoder_gives_the_bytes_of_rfc8785(value: object) -> None:
    assert canonical.encode(value) == rfc8785.dumps(value)


@given(VALUES)
def test_what_was_encoded_is_read_back(value: object) -> None:
    assert canonical.decode_canonical(canonical.encode(value)) == value


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"a":1,"a":2}', "duplicate key 'a'"),
        (b'{"a":1.5}', "float 1.5"),
        (b'{"a":1e3}', "float 1e3"),
        (b'{"a":NaN}', "float NaN"),
        (b'{"a":9007199254740992}', "53 bits"),
        (b'{"a":' + b"9" * 5000 + b"}", "53 bits"),
        (b'{"a":', "not JSON from character 6 on"),
        (b"\xff\xfe", "byte 0 is not UTF-8"),
        (b"[" * 100_000, "nested deeper than 64 levels"),
        ('{"\U0001f600":1}'.encode(), "beyond the BMP"),
    ],
)
def test_what_a_record_may_not_hold_is_refused_by_name(data: bytes, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        canonical.decode(data)
    assert says in caught.value.words.en


def test_a_lone_surrogate_has_no_bytes() -> None:
    with pytest.raises(BadInput, match="surrogate"):
        canonical.encode(canonical.decode(rb'{"a":"\ud800"}'))


@pytest.mark.parametrize("text", ['{"b":1,"a":2}', '{"a": 1}', '{"a":1}\n', '{"a":"\\u0041"}'])
def test_another_spelling_is_not_canonical(text: str) -> None:
    assert json.loads(text)
    with pytest.raises(BadInput, match="canonical"):
        canonical.decode_canonical(text.encode())
