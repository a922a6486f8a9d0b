"""Blocks of an endpoint, in batches whose size follows the size of what comes back.

The endpoint is not believed: what it gives is checked by whoever replays it. Here it is only kept from giving less than
was asked; `node.chain.remote.endpoint` bounds time and size.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from node.chain.errors import EndpointFailure, TooLarge

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    Answer = Callable[[list[dict[str, Any]]], Awaitable[Any]]

PATIENCE = 120.0
"""Seconds for one batch."""
LARGEST_ANSWER = 128 << 20
"""Bytes; a block that is full of calldata (800 M gas) has 100 MB as JSON."""
LARGEST_BATCH = 100
MANY = 200
"""Transactions of one batch after which the next one asks for less: a group is one transaction of the state file."""


class Blocks:
    """The blocks of one endpoint.

    Args:
        answer: takes a JSON-RPC batch and gives the responses in the order of the requests.
        name: what messages call the endpoint.
    """

    def __init__(self, answer: Answer, *, name: str) -> None:
        self._answer = answer
        self._batch = 1
        self.name = name

    async def head(self) -> int:
        """Give the height that the endpoint calls its head; raise EndpointFailure."""
        found = (await self._ask("eth_blockNumber", [[]]))[0]
        try:
            return int(found, 16)
        except (TypeError, ValueError):
            raise self._unusable(f"链头高度不是数:{found!r:.80}", f"its head is no number: {found!r:.80}") from None

    async def read(self, first: int, last: int) -> list[Mapping[str, Any]]:
        """Give the raw blocks from `first` on, at least one and none above `last`; raise EndpointFailure."""
        while True:
            heights = range(first, min(first + self._batch, last + 1))
            try:
                found = await self._ask("eth_getBlockByNumber", [[hex(height), True] for height in heights])
            except TooLarge:
                if len(heights) == 1:
                    raise
                self._batch = max(1, self._batch // 4)
                continue
            for height, block in zip(heights, found, strict=True):
                if not isinstance(block, dict):
                    raise self._unusable(f"没有高度 {height} 的区块", f"it gave no block at {height}")
            self._resize(found)
            return found

    def _resize(self, blocks: list[Any]) -> None:
        held = sum(len(listed) for block in blocks if isinstance(listed := block.get("transactions"), list))
        if held > MANY:
            self._batch = max(1, self._batch // 2)
        elif held * 2 < MANY:
            self._batch = min(LARGEST_BATCH, self._batch * 2)

    async def _ask(self, method: str, parameters: list[list[Any]]) -> list[Any]:
        batch = [
            {"jsonrpc": "2.0", "id": place, "method": method, "params": given} for place, given in enumerate(parameters)
        ]
        results = []
        for response in await self._answer(batch):
            if response.get("error") is not None:
                said = str(response["error"])[:200]
                raise self._unusable(f"{method} 出错:{said}", f"{method} failed: {said}")
            results.append(response.get("result"))
        return results

    def _unusable(self, zh: str, en: str) -> EndpointFailure:
        return EndpointFailure(f"区块链接口 {self.name}:{zh}", f"chain endpoint {self.name}: {en}")


@asynccontextmanager
async def blocks_of(url: str) -> AsyncIterator[Blocks]:
    """Open an endpoint by its URL; raise BadInput when it is none."""
    import aiohttp

    from node.chain.remote.endpoint import Endpoint

    endpoint = Endpoint(url, patience=PATIENCE, most_bytes=LARGEST_ANSWER)
    async with aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def answer(batch: list[dict[str, Any]]) -> Any:
            return await endpoint.ask(session, batch)

        yield Blocks(answer, name=endpoint.name)
