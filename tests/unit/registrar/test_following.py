"""Looking for what governors froze: beside an act that takes long, and beside another look."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing
from typing import TYPE_CHECKING

from small_home import found_in, writing

from node.registrar.following import FOLLOWED
from node.worker import Worker
from storage.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

    from node.runtime import Writing


async def test_a_look_waits_for_no_act_and_two_of_them_for_each_other(tmp_path: Path) -> None:
    home = await found_in(tmp_path)
    may_end = threading.Event()

    async def long_act(_: Writing) -> None:
        await asyncio.to_thread(may_end.wait)

    async def look(node: Writing) -> None:
        await node.registrar.look()

    async with Worker(lambda: writing(home)) as worker:
        act = asyncio.create_task(worker.run(long_act))
        try:
            await asyncio.sleep(0)
            assert worker.busy
            with closing(Journal.open(home.journal, read_only=True)) as journal:
                before = int(journal.recall(FOLLOWED) or 0)
                await asyncio.gather(worker.look(look), worker.look(look))
                assert int(journal.recall(FOLLOWED) or 0) > before
            assert not act.done()
        finally:
            may_end.set()
            await act
