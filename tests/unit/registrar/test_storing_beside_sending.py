"""Storing beside sending: what is stored is told at once, what fails is told to the one who sends, nothing is left."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import pytest

from node.registrar.storing import Storing
from storage.errors import DiskFull

if TYPE_CHECKING:
    from collections.abc import Iterator


def copied_when(event: Event) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()
    Thread(target=lambda: future.set_result(event.wait(10))).start()
    return future


async def test_what_is_stored_is_told_while_the_next_is_being_copied() -> None:
    second_may_end = Event()

    def steps() -> Iterator[Any]:
        yield "one"
        yield copied_when(second_may_end)
        yield "two"

    async with Storing(steps(), lambda outcome: outcome) as storing:  # type: ignore[arg-type]
        assert await storing.news() is False
        assert (list(storing.outcomes()), storing.has_more(), storing.has_more()) == (["one"], True, False)
        second_may_end.set()
        finished = await storing.news() or await storing.news()
        assert (list(storing.outcomes()), storing.has_more(), finished) == (["two"], True, True)


async def test_a_full_disk_ends_the_sending_too() -> None:
    def steps() -> Iterator[Any]:
        yield "one"
        raise DiskFull("磁盘已满", "the disk is full")

    async with Storing(steps(), lambda outcome: outcome) as storing:  # type: ignore[arg-type]
        with pytest.raises(DiskFull):
            await storing.news()
        with pytest.raises(DiskFull):
            storing.has_more()


async def test_who_leaves_early_ends_the_storing_and_its_copies() -> None:
    end, closed = Event(), Event()

    def steps() -> Iterator[Any]:
        try:
            yield copied_when(end)
        finally:
            closed.set()

    async with Storing(steps(), lambda outcome: outcome):  # type: ignore[arg-type]
        await asyncio.sleep(0)
        end.set()
    assert closed.is_set()
