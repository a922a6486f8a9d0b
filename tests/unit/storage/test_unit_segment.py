from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.unit_segment import UnitSegment, head_of
from storage.unit_segment_head import TornSegmentError
from storage.unit_segment_writing import ListContent, merge_segments, write_segment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LETTERS = st.text("抗战晋绥日报ab𠀀", max_size=8)
WORDS = st.text("抗战晋绥日报ab𠀀", min_size=1, max_size=4)
FRESH = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def write(path: Path, texts: Sequence[str], *, taking: int = 0) -> list[int]:
    """Write the segment of a list whose units have their text as key; give the offsets."""
    offsets = list(accumulate((len(text) + 1 for text in texts), initial=0))
    keys, digest = [[text] for text in texts], path.stem.encode().ljust(32)
    write_segment(path, [ListContent(digest=digest, texts=texts, keys=keys, offsets=offsets, taking=taking)])
    return offsets


@FRESH
@given(texts=st.lists(LETTERS, min_size=1, max_size=12), word=WORDS)
def test_every_unit_with_a_word_of_any_length_is_a_candidate(tmp_path: Path, texts: list[str], word: str) -> None:
    offsets = write(tmp_path / "list", texts)
    segment = UnitSegment(tmp_path / "list")
    holding = {position for position, text in enumerate(texts) if word in text}
    found = segment.with_word(word)
    assert holding <= found
    if len(word.encode("utf-16-be")) <= 4:
        assert found == holding  # one pair, or the beginnings of pairs: nothing to compare
    assert segment.with_key(texts[0]) == {position for position, text in enumerate(texts) if text == texts[0]}
    assert [segment.line(0, position) for position in range(len(texts))] == list(pairwise(offsets))
    segment.close()


@FRESH
@given(lists=st.lists(st.lists(LETTERS, min_size=1, max_size=5), min_size=2, max_size=5), word=WORDS)
def test_merged_segments_answer_as_each_alone(tmp_path: Path, lists: list[list[str]], word: str) -> None:
    paths = [tmp_path / f"{place}" for place in range(len(lists))]
    offsets = [write(path, texts, taking=place) for place, (path, texts) in enumerate(zip(paths, lists, strict=True))]
    segments = [UnitSegment(path) for path in paths]
    merge_segments(tmp_path / "two", segments[:2])
    merge_segments(tmp_path / "all", [UnitSegment(tmp_path / "two"), *segments[2:]])  # merged ones are merged again
    one = UnitSegment(tmp_path / "all")
    for ask in (lambda segment: segment.with_word(word), lambda segment: segment.with_key(lists[0][0])):
        apart = {(place, position) for place, segment in enumerate(segments) for position in ask(segment)}
        assert {one.place(position) for position in ask(one)} == apart
    assert [of for of, _ in one.head.lists] == [path.stem.encode().ljust(32) for path in paths]
    assert one.head.taking == sum(range(len(lists)))
    for place, texts in enumerate(lists):
        assert [one.line(place, line) for line in range(len(texts))] == list(pairwise(offsets[place]))


def test_many_units_are_sorted_over_the_runs(tmp_path: Path) -> None:
    texts = [f"第{position % 7}条" for position in range(3000)]
    write(tmp_path / "list", texts, taking=1)
    segment = UnitSegment(tmp_path / "list")
    assert segment.with_word("第3") == set(range(3, 3000, 7))
    assert segment.head.taking == 1
    segment.close()


@pytest.mark.parametrize("length", [0, 10, 60, -1])
def test_a_torn_file_is_told(tmp_path: Path, length: int) -> None:
    path = tmp_path / "list"
    write(path, ["抗战"])
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(TornSegmentError):
        UnitSegment(path)


def test_a_file_of_the_right_length_full_of_zeros_is_told(tmp_path: Path) -> None:
    path = tmp_path / "list"
    write(path, ["抗战"] * 2000)
    size, head = path.stat().st_size, head_of(path).size
    with path.open("r+b") as stream:
        stream.seek(head)
        stream.write(bytes(size - head))
    segment = UnitSegment(path)  # what a crash leaves where the head alone had reached the disk
    for read in (lambda: segment.with_word("抗战"), lambda: segment.with_key("抗战"), lambda: segment.line(0, 0)):
        with pytest.raises(TornSegmentError):
            read()
    path.write_bytes(bytes(size))
    with pytest.raises(TornSegmentError):
        head_of(path)


def test_no_byte_can_flip_unseen(tmp_path: Path) -> None:
    path = tmp_path / "list"
    write(path, ["抗战", "晋绥"])
    good = path.read_bytes()
    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes((good[place] ^ 1,)) + good[place + 1 :])
        with pytest.raises(TornSegmentError):
            merge_segments(tmp_path / "merged", [UnitSegment(path)])  # which reads all of it
