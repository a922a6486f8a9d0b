from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.errors import BadInput
from node.records.credit_code import check_credit_code
from node.records.number import Number, check_character

NUMBERS = st.builds(
    Number,
    institution=st.from_regex(r"[0-9A-Z]{8}", fullmatch=True),
    period=st.integers(1900, 2999),
    serial=st.integers(1, 99_999_999),
)


def test_the_check_character_is_that_of_iso_7064_mod_37_36() -> None:
    # the published example of the Global Release Identifier, which uses the same system
    assert check_character("A12425GABC1234002") == "M"


@given(NUMBERS)
def test_a_number_is_read_back_from_text_and_chain(number: Number) -> None:
    assert Number.parse(str(number)) == number
    assert Number.from_chain(number.on_chain()) == number
    assert len(number.on_chain()) == 32


@given(NUMBERS, st.integers(0, 23), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_one_wrong_character_is_found(number: Number, place: int, character: str) -> None:
    text = str(number)
    changed = text[:place] + character + text[place + 1 :]
    if changed == text:
        return
    with pytest.raises(BadInput):
        Number.parse(changed)


@given(NUMBERS, st.integers(0, 22))
def test_two_exchanged_neighbours_are_found(number: Number, place: int) -> None:
    text = str(number)
    changed = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if changed == text:
        return
    with pytest.raises(BadInput):
        Number.parse(changed)


@pytest.mark.parametrize("code", ["12100000400001234X", "121000004000012", "12100000400001234O", ""])
def test_a_wrong_credit_code_is_refused(code: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_credit_code(code)
    assert caught.value.field == "credit_code"


def test_the_example_of_gb_32100_is_accepted() -> None:
    assert check_credit_code("91350100M000100Y43") == "91350100M000100Y43"
