"""The replay of a chain from its genesis to its head: fetch, check, execute, commit, and go on to the next group.

Several endpoints are tried in turn, each from where the last commit stands: what passed is good whoever gave it, since
the last header of every group is checked with its seals before the group is committed.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.chain.embedded.state import State
from node.chain.replay.block import read_block
from node.chain.replay.difference import Difference
from node.chain.replay.execution import Executor, blamed
from node.chain.replay.headers import check_genesis
from node.chain.replay.reached import Reached
from node.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from node.chain.replay.fetch import Blocks
    from node.chain.replay.rules import Origin, Rules
    from node.chain.replay.work import Work
    from node.errors import ZhicangError

SLOW = 30.0
"""Seconds after which a group that is still executed is spoken of: a hostile block can take hours in py-evm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Who is told how it goes.

    Args:
        begin: (height reached, head), before the first block.
        step: after each block, from another thread.
        slow: (height, seconds), while a group with this block takes long.
        turned: (endpoint, why), before the next endpoint is tried.
    """

    begin: Callable[[int, int], None]
    step: Callable[[], None]
    slow: Callable[[int, float], None]
    turned: Callable[[str, ZhicangError], None]


class Replay:
    """One replay into one state file."""

    def __init__(self, *, origin: Origin, rules: Rules, work: Work, watch: Watch) -> None:
        self._origin = origin
        self._work = work
        self._watch = watch
        self._executor = Executor(origin=origin, rules=rules, read_node=work.node, write_nodes=work.add_nodes)
        self._at = 0

    async def run(self, endpoints: Sequence[Blocks]) -> Reached:
        """Replay to the head that the endpoint has now; give what was reached, with the registry found in place.

        Raises:
            Difference: the chain is not what it should be, or no endpoint gave one that is.
            Unavailable: no endpoint answers as it must.
        """
        failures: list[ZhicangError] = []
        for blocks in endpoints:
            try:
                return await self._run(blocks)
            except (Difference, Unavailable) as error:
                if isinstance(error, Difference) and error.sealed:
                    raise
                failures.append(error)
                self._watch.turned(blocks.name, error)
        raise next((error for error in failures if isinstance(error, Difference)), failures[-1])

    async def _run(self, blocks: Blocks) -> Reached:
        reached = await self._begin(blocks)
        head = await blocks.head()
        if head < reached.height:
            zh = f"端点 {blocks.name} 只到高度 {head},已重放到 {reached.height}"
            raise Unavailable(zh, f"endpoint {blocks.name} is at {head}, the replay at {reached.height} already")
        self._watch.begin(reached.height, head)
        coming = asyncio.create_task(blocks.read(reached.height + 1, head)) if reached.height < head else None
        try:
            while coming is not None:
                answers = await coming
                following = reached.height + len(answers) + 1
                coming = asyncio.create_task(blocks.read(following, head)) if following <= head else None
                reached = await self._in_thread(reached, answers)
        finally:
            if coming is not None:
                coming.cancel()
        self._check_registry(reached)
        return reached

    async def _begin(self, blocks: Blocks) -> Reached:
        """Give where to begin: at the genesis, or where the file stands if the endpoint has that header too."""
        reached = self._work.reached()
        height = 0 if reached is None else reached.height
        block = read_block((await blocks.read(height, height))[0], height)
        if reached is None:
            check_genesis(block, self._origin)
            reached = Reached.genesis(block)
            self._work.commit(reached)
        elif block.block_hash != reached.block_hash:
            other = Difference(height, "hash", expected=reached.block_hash, found=block.block_hash)
            raise other if height == 0 else blamed(other, block, reached.sealed_by)
        return reached

    async def _in_thread(self, reached: Reached, answers: Sequence[Mapping[str, Any]]) -> Reached:
        begun = time.monotonic()
        running = asyncio.ensure_future(asyncio.to_thread(self._group, reached, answers))
        while not (await asyncio.wait({running}, timeout=SLOW))[0]:
            self._watch.slow(self._at, time.monotonic() - begun)
        return running.result()

    def _group(self, reached: Reached, answers: Sequence[Mapping[str, Any]]) -> Reached:
        last = reached.height + len(answers)
        try:
            for answer in answers:
                self._at = reached.height + 1
                block = read_block(answer, self._at)
                reached = self._executor.replay(reached, block, sealed=self._at == last)
                self._watch.step()
            self._work.commit(reached)
        except BaseException:
            self._work.forget()
            raise
        return reached

    def _check_registry(self, reached: Reached) -> None:
        found = State(self._work.node, reached.state_root).account(self._origin.registry).code_hash
        if found != self._origin.registry_code_hash:
            field = f"code of 0x{self._origin.registry.hex()}"
            expected = self._origin.registry_code_hash
            raise Difference(reached.height, field, expected=expected, found=found, sealed=True)
