from __future__ import annotations

from contextlib import closing
from threading import Event, current_thread

import pytest

from storage.ahead import ahead


def test_results_come_in_order_though_two_run_at_once() -> None:
    second_began = Event()

    def work(item: int) -> tuple[int, str]:
        if item == 1:
            second_began.set()
        if item == 0:
            assert second_began.wait(10)
        return item, current_thread().name

    found = [future.result() for _, future in ahead(work, range(6), undo=lambda _: None)]
    assert [item for item, _ in found] == list(range(6))


def test_a_failure_is_its_own_item_s_and_what_nobody_took_is_undone() -> None:
    undone: list[int] = []

    def work(item: int) -> int:
        if item == 1:
            raise OSError(item)
        return item

    with closing(ahead(work, range(9), undo=undone.append)) as results:
        assert next(results)[1].result() == 0
        with pytest.raises(OSError, match="1"):
            next(results)[1].result()
        asked = 1 + 2 + 1  # one more is asked for with each that is given
    assert set(undone) <= set(range(2, asked + 1))


def test_items_are_asked_for_by_the_caller_s_thread() -> None:
    seen = set()

    def items() -> list[int]:
        seen.add(current_thread().name)
        return [1]

    assert [item for item, _ in ahead(str, items(), undo=lambda _: None)] == [1]
    assert seen == {current_thread().name}


def test_what_is_not_worth_a_thread_is_done_here_and_in_order() -> None:
    def work(item: int) -> tuple[int, bool]:
        if item == 4:
            raise ValueError(item)
        return item, current_thread().name == here

    here = current_thread().name
    done = list(ahead(work, range(6), undo=lambda _: None, worth=lambda item: item % 3 == 1))
    assert [item for item, _ in done] == list(range(6))
    assert [future.result() for item, future in done if item != 4] == [
        (item, item % 3 != 1) for item in range(6) if item != 4
    ]
    with pytest.raises(ValueError, match="4"):
        done[4][1].result()
