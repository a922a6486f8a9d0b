from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.unit_index import UnitIndexFile, write_index

if TYPE_CHECKING:
    from pathlib import Path

LETTERS = st.text("抗战晋绥日报ab𠀀", max_size=8)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(LETTERS, min_size=1, max_size=12), word=st.text("抗战晋绥日报ab𠀀", min_size=1, max_size=4))
def test_every_unit_with_a_word_of_any_length_is_a_candidate(tmp_path: Path, texts: list[str], word: str) -> None:
    keys = [(text, position) for position, text in enumerate(texts)]
    offsets = list(accumulate((len(text) + 1 for text in texts), initial=0))
    write_index(tmp_path / "list.units", texts, keys, offsets, taking=0)
    file = UnitIndexFile(tmp_path / "list.units")
    holding = {position for position, text in enumerate(texts) if word in text}
    found = file.with_word(word)
    assert holding <= found
    if len(word.encode("utf-16-be")) <= 4:
        assert found == holding  # one pair, or the beginnings of pairs: nothing to compare
    assert file.with_key(texts[0]) == {position for position, text in enumerate(texts) if text == texts[0]}
    assert [file.line(position) for position in range(len(texts))] == list(pairwise(offsets))
    file.close()


def test_many_units_are_sorted_over_the_runs(tmp_path: Path) -> None:
    texts = [f"第{position % 7}条" for position in range(3000)]
    write_index(tmp_path / "list.units", texts, [], range(3001), taking=1)
    file = UnitIndexFile(tmp_path / "list.units")
    assert file.with_word("第3") == set(range(3, 3000, 7))
    assert file.taking == 1
    file.close()


@pytest.mark.parametrize("length", [0, 10, -1])
def test_a_torn_file_is_told(tmp_path: Path, length: int) -> None:
    path = tmp_path / "list.units"
    write_index(path, ["抗战"], [("k", 0)], [0, 9], taking=0)
    data = path.read_bytes()
    path.write_bytes(data[:length])
    with pytest.raises(ValueError, match=r"torn|empty"):
        UnitIndexFile(path)
