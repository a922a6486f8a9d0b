from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, given
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
    assume(changed != text)
    with pytest.raises(BadInput):
        Number.parse(changed)


def test_exchanged_neighbours_are_found_but_for_one_pair_in_each_state() -> None:
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    pairs = list(itertools.combinations(letters, 2))
    missed = [
        (first, one, other)
        for first in letters
        for one, other in pairs
        if check_character(first + one + other) == check_character(first + other + one)
    ]
    assert (len(missed), len(letters) * len(pairs)) == (36, 22_680)  # the system finds 99.8 in 100 of them


@pytest.mark.parametrize("code", ["12100000400001234X", "121000004000012", "12100000400001234O", ""])
def test_a_wrong_credit_code_is_refused(code: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_credit_code(code)
    assert caught.value.field == "credit_code"


def test_the_example_of_gb_32100_is_accepted() -> None:
    assert check_credit_code("91350100M000100Y43") == "91350100M000100Y43"
