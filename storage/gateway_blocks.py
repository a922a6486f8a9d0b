"""Blocks by CID from a partner's trustless gateway: one raw block a request, hashed again, of bounded size and time.

Source: the Trustless Gateway specification, `application/vnd.ipld.raw`. No redirect is followed: who is asked, answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import aiohttp

from storage.block_source import LARGEST_BLOCK, check_block
from storage.errors import UnknownBlock, Unreachable, Words
from storage.kubo import CONNECT_PATIENCE, CONNECTIONS, SILENCE

if TYPE_CHECKING:
    from storage.cid import Cid

PATIENCE = 120.0
"""Seconds that a block may take in all: of 1 MiB, 9 kB a second."""
_RAW = "application/vnd.ipld.raw"
_OK, _GONE = 200, (404, 410)


class GatewayBlocks:
    """The blocks of one gateway; use as an async context manager. See the seam in `storage.block_source`."""

    def __init__(self, url: str, *, silence: float = SILENCE, patience: float = PATIENCE) -> None:
        self.url = url.rstrip("/")
        timeout = aiohttp.ClientTimeout(total=patience, sock_connect=CONNECT_PATIENCE, sock_read=silence)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS), timeout=timeout, headers={"Accept": _RAW},
            auto_decompress=False, trust_env=False,
        )  # fmt: skip

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def get(self, cid: Cid) -> bytes:
        """Give a block's bytes, verified."""
        return check_block(cid, await self._ask("GET", cid), source=self.url)

    async def has(self, cid: Cid) -> bool:
        """Tell whether the gateway says that it has a block."""
        try:
            await self._ask("HEAD", cid)
        except UnknownBlock:
            return False
        return True

    async def _ask(self, method: str, cid: Cid) -> bytes:
        url = f"{self.url}/ipfs/{cid}"
        try:
            async with self._session.request(
                method, url, params={"format": "raw"}, allow_redirects=False
            ) as response:
                if response.status in _GONE:
                    raise UnknownBlock(f"{self.url} 没有数据块 {cid}", f"{self.url} has no block {cid}", file=self.url)
                if response.status != _OK:
                    raise self._failed(cid, f"HTTP {response.status}")
                data = bytearray()
                async for piece in response.content.iter_any():
                    data += piece
                    if len(data) > LARGEST_BLOCK:
                        break
                return bytes(data)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._failed(cid, str(error) or type(error).__name__) from error

    def _failed(self, cid: Cid, reason: str) -> Unreachable:
        mend = Words("检查网址,或换一个来源", "check the URL, or name another source")
        zh, en = f"{self.url} 没有给出数据块 {cid}:{reason}", f"{self.url} did not give block {cid}: {reason}"
        return Unreachable(zh, en, mend=mend, file=self.url)
