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

from storage.errors import KuboFull, KuboSilent, TokenRefused, Unreachable, Words

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CONNECTIONS = 8
CONNECT_PATIENCE = 5.0
SILENCE = 60.0
"""Seconds without a byte, either way, after which a call is given up."""
_SLOWEST = 16 << 20
"""Bytes a second with which the slowest disk syncs what was sent: so long kubo may be silent after the last byte."""
LONGEST_SILENCE = 3600.0
"""The same for what works long without a word: garbage collection looks at every pin before it says anything."""
_LARGEST_ANSWER = 4 << 20
_NOT_FOUND = 404
_REFUSED = (401, 403)
_NO_ROOM = ("no space left on device", "disk quota exceeded")


class KuboApi:
    """One kubo behind its RPC API; use as an async context manager.

    Args:
        url: of the API, such as http://127.0.0.1:5001.
        token: the bearer token where the API asks for one; it is sent in a header and never shown.
    """

    def __init__(self, url: str, *, token: str | None = None, silence: float = SILENCE) -> None:
        self.url = url.rstrip("/")
        self.silence = silence
        self._token = token
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS), headers=headers, trust_env=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def call(self, name: str, /, **parameters: str) -> bytes:
        """Make a call; give its whole answer, at most 4 MiB. Raise Unreachable, or KuboSays with kubo's own message."""
        async with self.stream(name, **parameters) as pieces:
            return await self._whole(name, pieces)

    async def ask(self, name: str, /, **parameters: str) -> dict[str, Any]:
        """Make a call that answers with one JSON object."""
        answer = await self.call(name, **parameters)
        try:
            value = json.loads(answer)
        except ValueError as error:
            raise self._failed(name, "no JSON") from error
        if not isinstance(value, dict):
            raise self._failed(name, "no JSON object")
        return value

    async def asks_for_token(self) -> bool:
        """Tell whether the API refuses whoever has no token."""
        if self._token is None:
            return False
        async with KuboApi(self.url, silence=self.silence) as stranger:
            try:
                await stranger.ask("version")
            except TokenRefused:
                return True
        return False

    async def upload(self, name: str, /, pieces: AsyncIterator[bytes], **parameters: str) -> bytes:
        """Make a call with a file whose pieces are sent as kubo takes them; give its whole answer.

        What the pieces raise is raised here as it is: it is the fault of where they come from.
        """
        loop = asyncio.get_running_loop()
        own: list[Exception] = []
        sent = 0
        try:
            async with asyncio.timeout(self.silence) as watch:

                async def watched() -> AsyncIterator[bytes]:
                    nonlocal sent
                    try:
                        async for piece in pieces:
                            yield piece
                            sent += len(piece)
                            watch.reschedule(loop.time() + self.silence)
                    except Exception as error:
                        own.append(error)
                        raise
                    watch.reschedule(loop.time() + self.silence + sent / _SLOWEST)

                form = aiohttp.MultipartWriter("form-data")
                part = form.append(watched(), {"Content-Type": "application/octet-stream"})
                part.set_content_disposition("form-data", name="file", filename="file")
                async with self._stream(name, form, None, parameters) as answer:
                    return await self._whole(name, answer)
        except TimeoutError as error:
            raise self._silent(name, self.silence) from error
        except Unreachable:
            if own:
                raise own[0] from None
            raise

    @asynccontextmanager
    async def stream(
        self, name: str, silence: float | None = None, /, **parameters: str
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Make a call and give the pieces of its answer as they come."""
        async with self._stream(name, None, silence or self.silence, parameters) as pieces:
            yield pieces

    async def lines(
        self, name: str, silence: float | None = None, /, **parameters: str
    ) -> AsyncIterator[dict[str, Any]]:
        """Make a call that answers with JSON objects, a line each, and give them as they come."""
        async with self.stream(name, silence, **parameters) as pieces:
            rest = b""
            async for piece in pieces:
                *whole, rest = (rest + piece).split(b"\n")
                if len(rest) > _LARGEST_ANSWER:
                    raise self._failed(name, f"over {_LARGEST_ANSWER} bytes")
                for line in filter(None, whole):
                    yield self.parsed(name, line)
            if rest.strip():
                yield self.parsed(name, rest)

    def parsed(self, name: str, line: bytes) -> dict[str, Any]:
        """Read a line of an answer as a JSON object; raise Unreachable, also for the failure that a last line tells."""
        try:
            value = json.loads(line)
        except ValueError as error:
            raise self._failed(name, "no JSON") from error
        if not isinstance(value, dict):
            raise self._failed(name, "no JSON object")
        if value.get("Type") == "error":
            raise self.says(str(value.get("Message")), 200, name)
        return value

    @asynccontextmanager
    async def _stream(
        self, name: str, data: Any, silence: float | None, parameters: dict[str, str]
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_PATIENCE, sock_read=silence)
        url = f"{self.url}/api/v0/{name}"
        try:
            async with self._session.post(
                url, params=parameters, data=data, timeout=timeout, allow_redirects=False
            ) as response:
                if response.status != 200:  # noqa: PLR2004 - kubo's only success
                    raise self.says(await self._message(response, name), response.status, name)
                yield response.content.iter_chunked(1 << 18)
        except aiohttp.SocketTimeoutError as error:
            raise self._silent(name, silence or self.silence) from error
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise self._failed(name, str(error) or type(error).__name__) from error

    async def _whole(self, name: str, pieces: AsyncIterator[bytes]) -> bytes:
        answer = bytearray()
        async for piece in pieces:
            answer += piece
            if len(answer) > _LARGEST_ANSWER:
                raise self._failed(name, f"over {_LARGEST_ANSWER} bytes")
        return bytes(answer)

    async def _message(self, response: aiohttp.ClientResponse, name: str) -> str:
        body = await response.content.read(1 << 16)
        if response.status == _NOT_FOUND:
            return f"no such call: {name}"
        try:
            return str(json.loads(body)["Message"])
        except (ValueError, KeyError, TypeError):
            return body[:200].decode(errors="replace").strip()

    def says(self, message: str, status: int, name: str) -> Unreachable:
        """Give the error for what kubo says of a call that it could not do."""
        if any(words in message for words in _NO_ROOM):
            mend = Words("给 kubo 腾出空间后再运行一次,会接着做完", "make room for kubo and run again: it goes on")
            zh, en = f"kubo({self.url})的磁盘已满", f"the disk of kubo at {self.url} is full"
            return KuboFull(zh, en, mend=mend)
        if status in _REFUSED:
            mend = Words(
                "核对设置 ipfs_token_file 里的令牌与 kubo 的 API.Authorizations",
                "compare the token in the setting ipfs_token_file with kubo's API.Authorizations",
            )
            zh, en = f"kubo({self.url})不认令牌({status})", f"kubo at {self.url} does not take the token ({status})"
            return TokenRefused(zh, en, mend=mend)
        return KuboSays(message, status=status, call=name, url=self.url)

    def _silent(self, name: str, silence: float) -> KuboSilent:
        mend = Words("看看 kubo 是否停住了;再运行一次会接着做", "see whether kubo hangs; run again, and it goes on")
        zh, en = (
            f"kubo({self.url})的 {name} {silence:g} 秒没有动静",
            f"{name} of kubo at {self.url}: {silence:g} s of silence",
        )
        return KuboSilent(zh, en, mend=mend)

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
