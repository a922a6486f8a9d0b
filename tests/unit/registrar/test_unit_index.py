"""The folder of the unit index: what becomes of many small lists, of damage, and of a merge that a crash cut short."""

from __future__ import annotations

import errno
import hashlib
import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.registrar.unit_index import ToIndex, UnitIndex
from node.registrar.unit_merging import LARGE, HeldSegment, in_order, runs_of_small
from node.unit_lookup.parts import parts_of
from storage.errors import DiskFull
from storage.unit_segment_head import SegmentHead


def held(units: int) -> HeldSegment:
    head = SegmentHead(lists=((bytes(32), units),), pairs=0, keys=0, taking=0, checks=())
    return HeldSegment(path=Path("of", str(units)), head=head)


@given(st.lists(st.integers(1, 6000), max_size=300))
def test_there_are_never_many_small_segments(sizes: list[int]) -> None:
    """Registrations of any sizes, one after another, each followed by a merge."""
    order: list[HeldSegment] = []
    for size in sizes:
        order.append(held(size))
        for run in runs_of_small(order):
            first = order.index(run[0])
            order[first : first + len(run)] = [held(sum(each.head.units for each in run))]
    assert sum(each.head.units for each in order) == sum(sizes)
    left = [each.head.units for each in order]
    assert all(before > after or max(before, after) >= LARGE for before, after in pairwise(left))
    assert all(size < 2 * LARGE or size in sizes for size in left)
    assert runs_of_small(order) == []


def test_a_list_without_a_segment_parts_its_neighbours() -> None:
    one, two, three = held(5), held(5), held(5)
    assert runs_of_small([one, None, two, three]) == [[two, three]]


class Lists:
    """Unit lists of two units each in a folder, indexed one registration after another."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.index, self.order = folder, UnitIndex(folder / "index"), list[bytes]()

    def write(self, words: str) -> ToIndex:
        units = [{"unit_id": f"{words}{place}", "resource_id": "R", "title": words} for place in range(2)]
        data = "".join(json.dumps(unit, ensure_ascii=False) + "\n" for unit in units).encode()
        digest = hashlib.sha256(data).digest()
        file = self.folder / digest.hex()
        file.write_bytes(data)
        return ToIndex(file=file, digest=digest)

    def register(self, *words: str) -> None:
        lists = [self.write(each) for each in words]
        assert self.index.finish(lists) == []
        self.order += [each.digest for each in lists]
        self.index.merge(self.order)

    def found(self, word: str) -> list[int]:
        """Give the batches (ids from 1, in the order of registration) whose segments have candidates, in order."""
        parts = parts_of(enumerate(self.order, 1), self.index.catalogue())
        return [place.batch for part in parts for place in part.places(lambda segment: segment.with_word(word))]

    def names(self) -> set[str]:
        return {path.name for path in (self.folder / "index").iterdir()}


def test_many_registrations_make_few_segments(tmp_path: Path) -> None:
    lists = Lists(tmp_path)
    for place in range(23):
        lists.register(f"第{place}回")
    catalogue = lists.index.catalogue()
    assert set(catalogue) == set(lists.order)
    assert len(lists.names()) == len(set(catalogue.values())) <= 5  # 16 + 4 + 2 + 1


def test_a_merge_that_was_cut_short_is_finished_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lists = Lists(tmp_path)
    lists.register("一")
    with monkeypatch.context() as killed:
        killed.setattr(Path, "unlink", stop)
        with pytest.raises(KeyboardInterrupt):
            lists.register("二")
    assert len(lists.names()) == 3
    assert len({each.path for each in lists.index.catalogue().values()}) == 1  # of the merged one alone
    lists.index.merge(lists.order)
    assert len(lists.names()) == 1


def test_a_damaged_segment_is_merged_with_none(tmp_path: Path) -> None:
    lists = Lists(tmp_path)
    lists.register("一")
    (path,) = (tmp_path / "index").iterdir()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    lists.register("二")
    assert len(lists.names()) == 2
    anew = [ToIndex(file=tmp_path / digest.hex(), digest=digest) for digest in lists.order]
    assert lists.index.make_anew(anew) == []
    assert len(lists.names()) == 1
    assert lists.found("一") == [1, 1]


def test_a_list_that_is_damaged_is_indexed_when_it_is_whole_again(tmp_path: Path) -> None:
    """What is indexed under a digest was made of the bytes that have it; beside it, neighbours alone stand together."""
    lists = Lists(tmp_path)
    three = [lists.write(words) for words in ("抗战", "晋绥", "日报")]
    lists.order += [each.digest for each in three]
    good = three[1].file.read_bytes()
    three[1].file.write_bytes(good.replace("晋绥".encode(), "晋鲁".encode()))
    assert lists.index.make_anew(three) == [three[1]]
    assert lists.index.finish(three) == [three[1]]
    assert sorted(len(each.head.lists) for each in lists.index.catalogue().values()) == [1, 1]
    three[1].file.unlink()
    assert lists.index.make_anew(three) == [three[1]]
    three[1].file.write_bytes(good)
    assert lists.index.make_anew(three) == []
    assert (lists.found("晋鲁"), lists.found("晋绥"), len(lists.names())) == ([], [2, 2], 1)
    three[1].file.unlink()
    assert lists.index.make_anew(three) == [three[1]]
    assert (lists.found("抗战"), lists.found("晋绥"), lists.found("日报")) == ([1, 1], [2, 2], [3, 3])
    (path,) = {each.path for each in lists.index.catalogue().values()}
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert lists.index.make_anew(three) == [three[1]]
    assert set(lists.index.catalogue()) == {three[0].digest, three[2].digest}


def test_the_index_stays_until_the_new_one_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lists = Lists(tmp_path)
    lists.register("一", "二")
    before = lists.names()
    (tmp_path / "index" / "left.units.partial").write_bytes(b"")
    anew = [ToIndex(file=tmp_path / digest.hex(), digest=digest) for digest in lists.order]
    with monkeypatch.context() as full:
        full.setattr("node.registrar.unit_index.write_segment", no_room)
        with pytest.raises(DiskFull):
            lists.index.make_anew(anew)
    assert lists.names() == before | {"left.units.partial"}
    (tmp_path / "index" / "anew").mkdir()
    (tmp_path / "index" / "anew" / "of-a-kill.units").write_bytes(b"")
    assert lists.index.make_anew(anew) == []
    assert lists.names() == before


def test_lists_that_come_again_in_another_order_are_found_in_theirs(tmp_path: Path) -> None:
    """A crash left a segment of three lists; they come again one by one, and another between them."""
    lists = Lists(tmp_path)
    assert lists.index.finish([lists.write(words) for words in ("甲战", "乙战", "丙战")]) == []
    for words in ("丙战", "丁战", "甲战", "戊战"):
        lists.register(words)
    assert lists.found("战") == [1, 1, 2, 2, 3, 3, 4, 4]
    lists.register("乙战")
    assert lists.found("战") == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    catalogue = lists.index.catalogue()
    assert list(in_order(lists.order, catalogue)).count(None) == 3  # merged with none: it would have lists twice


def no_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, "no room")


UNLINK = Path.unlink


def stop(path: Path, *, missing_ok: bool = False) -> None:
    """As a kill at the moment when a segment is to go."""
    if path.suffix == ".units":
        raise KeyboardInterrupt
    UNLINK(path, missing_ok=missing_ok)
