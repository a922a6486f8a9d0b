"""The folder of the unit index: what becomes of many small lists, of damage, and of a merge that a crash cut short."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.registrar.unit_index import LARGE, HeldSegment, ToIndex, UnitIndex, runs_of_small
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

    def register(self, words: str, *, merge: bool = True) -> None:
        units = [{"unit_id": f"{words}{place}", "resource_id": "R", "title": words} for place in range(2)]
        data = "".join(json.dumps(unit, ensure_ascii=False) + "\n" for unit in units).encode()
        digest = hashlib.sha256(data).digest()
        file = self.folder / digest.hex()
        file.write_bytes(data)
        self.index.finish([ToIndex(file=file, digest=digest, units=2)])
        self.order.append(digest)
        if merge:
            self.index.merge(self.order)

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
    lists.index.clear()
    assert lists.names() == set()


UNLINK = Path.unlink


def stop(path: Path, *, missing_ok: bool = False) -> None:
    """As a kill at the moment when a segment is to go."""
    if path.suffix == ".units":
        raise KeyboardInterrupt
    UNLINK(path, missing_ok=missing_ok)
