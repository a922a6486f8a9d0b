from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from node.registrar.unit_terms import folded, text_of

SIGNS = st.text("aÅ\u030a가\u1100\u1161ＡＺ！，～｡ｶﾞﬁ㎏ ß0\0明月", max_size=6)


@given(SIGNS)
def test_text_is_folded_as_unicode_says(text: str) -> None:
    assert folded(text) == unicodedata.normalize("NFKC", text.replace("\0", " ")).casefold()


@given(st.lists(SIGNS, max_size=4))
def test_the_text_of_a_unit_is_that_of_its_fields_one_by_one(tags: list[str]) -> None:
    assert text_of({"title": "Ａ\u0301", "tags": tags}).split("\0") == [folded("Ａ\u0301"), *map(folded, tags)]
