"""Working ahead: the next few pieces of work run in threads while the first is waited for; results come in order."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

Item = TypeVar("Item")
Result = TypeVar("Result")

THREADS = 2


def ahead(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    undo: Callable[[Result], None],
    worth: Callable[[Item], bool] = lambda _: True,
    threads: int = THREADS,
) -> Generator[tuple[Item, Future[Result]], None, None]:
    """Give each item with its work, in order; at most ``threads`` are under way, also the one that is given.

    What is not ``worth`` a thread is done by the caller, when its turn comes. What nobody took, because the caller
    stopped early, is undone before this returns.
    """
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                if not worth(item):
                    while waiting:
                        yield waiting.popleft()
                    yield item, _done(work, item)
                    continue
                waiting.append((item, pool.submit(work, item)))
                if len(waiting) > threads:
                    yield waiting.popleft()
            while waiting:
                yield waiting.popleft()
        finally:
            for _, future in waiting:
                if not future.cancel() and future.exception() is None:
                    undo(future.result())


def _done(work: Callable[[Item], Result], item: Item) -> Future[Result]:
    future: Future[Result] = Future()
    try:
        future.set_result(work(item))
    except Exception as error:  # noqa: BLE001 - it is the caller's to raise
        future.set_exception(error)
    return future
