"""kubo's RPC API over aiohttp: one bounded exchange at a time or a few, streamed both ways.

Source: kubo's RPC reference, version 0; every call is a POST. Every request has its time limit, every answer that is
held in memory a limit of bytes. A failure is Unreachable and says which call it was; what it means is said elsewhere.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self

import aiohttp

from storage.errors import Unreachable, Words

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CONNECTIONS = 8
CONNECT_PATIENCE = 5.0
SILENCE = 60.0
"""Seconds without a byte after which a call is given up; pinning says nothing while it works, so it has longer."""
LONGEST_SILENCE = 3600.0
_LARGEST_ANSWER = 4 << 20
_NOT_FOUND = 404


class KuboApi:
    """One kubo behind its RPC API; use as an async context manager.

    Args:
        url: of the API, such as http://127.0.0.1:5001.
        token: the bearer token where the API asks for one; it is sent in a header and never shown.
    """

    def __init__(self, url: str, *, token: str | None = None, silence: float = SILENCE) -> None:
        self.url = url.rstrip("/")
        self._silence = silence
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS), headers=headers, trust_env=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def call(self, name: str, /, *, data: Any = None, silence: float | None = None, **parameters: str) -> bytes:
        """Make a call; give its whole answer, at most 4 MiB. Raise Unreachable, or KuboSays with kubo's own message."""
        async with self.stream(name, data=data, silence=silence, **parameters) as pieces:
            answer = bytearray()
            async for piece in pieces:
                answer += piece
                if len(answer) > _LARGEST_ANSWER:
                    raise self._failed(name, f"over {_LARGEST_ANSWER} bytes")
            return bytes(answer)

    async def ask(self, name: str, /, *, silence: float | None = None, **parameters: str) -> dict[str, Any]:
        """Make a call that answers with one JSON object."""
        answer = await self.call(name, silence=silence, **parameters)
        try:
            value = json.loads(answer)
        except ValueError as error:
            raise self._failed(name, "no JSON") from error
        if not isinstance(value, dict):
            raise self._failed(name, "no JSON object")
        return value

    @asynccontextmanager
    async def stream(
        self, name: str, /, *, data: Any = None, silence: float | None = None, **parameters: str
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Make a call and give the pieces of its answer as they come."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_PATIENCE, sock_read=silence or self._silence)
        url = f"{self.url}/api/v0/{name}"
        try:
            async with self._session.post(
                url, params=parameters, data=data, timeout=timeout, allow_redirects=False
            ) as response:
                if response.status != 200:  # noqa: PLR2004 - kubo's only success
                    raise KuboSays(await self._message(response, name), status=response.status, call=name, url=self.url)
                yield response.content.iter_chunked(1 << 18)
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise self._failed(name, str(error) or type(error).__name__) from error

    async def _message(self, response: aiohttp.ClientResponse, name: str) -> str:
        body = await response.content.read(1 << 16)
        if response.status == _NOT_FOUND:
            return f"no such call: {name}"
        try:
            return str(json.loads(body)["Message"])
        except (ValueError, KeyError, TypeError):
            return body[:200].decode(errors="replace").strip()

    def _failed(self, name: str, reason: str) -> Unreachable:
        mend = Words("检查 kubo 是否在运行、地址与令牌是否正确", "see whether kubo runs; check its URL and the token")
        zh, en = f"kubo({self.url})的 {name} 没有完成:{reason}", f"kubo at {self.url} did not finish {name}: {reason}"
        return Unreachable(zh, en, mend=mend)


class KuboSays(Unreachable):
    """kubo answered a call with a failure of its own."""

    def __init__(self, message: str, *, status: int, call: str, url: str) -> None:
        self.message = message
        self.status = status
        zh, en = f"kubo({url})的 {call} 失败({status}):{message}", f"kubo at {url} failed {call} ({status}): {message}"
        super().__init__(zh, en)
