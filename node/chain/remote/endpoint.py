"""One URL: a bounded exchange with it, and how it has done lately.

Whatever listens there may lie, stall, babble or break off. A request costs at most PATIENCE seconds and MOST_BYTES of
memory, and ends in a JSON-RPC response to that very request or in an EndpointFailure that says what came instead.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp

from node.chain.errors import EndpointFailure, NotJsonRpc, Stalled, TooLarge, Unreachable
from node.errors import BadInput, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_BYTES = 64 << 20
"""Of one answer; a header with its transactions in full has 2 MB at the group sizes of this node."""
PATIENCE = 30.0
CONNECT_PATIENCE = 5.0
FIRST_REST, LONGEST_REST = 1.0, 120.0
_CHUNK = 1 << 16
_SHOWN = 80


class Endpoint:
    """One URL and its record. The provider owns the session and closes it.

    Args:
        url: http or https, with a user and password where the engine wants Basic authentication.
        patience: seconds for one whole exchange.
        most_bytes: of one answer.

    Raises:
        BadInput: it is no such URL.
    """

    def __init__(self, url: str, *, patience: float = PATIENCE, most_bytes: int = MOST_BYTES) -> None:
        try:
            parsed = urlsplit(url)
            usable = parsed.scheme in {"http", "https"} and bool(parsed.hostname) and (parsed.port or 1) > 0
        except ValueError:
            usable = False
        if not usable:
            mend = Words("应如 http://127.0.0.1:8545", "give one such as http://127.0.0.1:8545")
            zh, en = f"“{url[:_SHOWN]}”不是 http 或 https 地址", f"{url[:_SHOWN]!r} is no http or https URL"
            raise BadInput(zh, en, mend=mend, field="rpc_urls")
        self._url = url
        self.name = urlunsplit(parsed._replace(netloc=parsed.netloc.rpartition("@")[2]))
        self._patience = patience
        self._most_bytes = most_bytes
        self.met: float | None = None
        """When it was last looked at and found to be the chain that is meant; None before that."""
        self.rests_until = 0.0
        self._rest = FIRST_REST
        self.meeting = asyncio.Lock()

    def rest(self, now: float, *, least: float = 0.0) -> None:
        """Pass it over for a while that doubles with every failure in a row, and for `least` seconds at least."""
        self.met = None
        self.rests_until = now + max(self._rest, least)
        self._rest = min(2 * self._rest, LONGEST_REST)

    def recover(self) -> None:
        """Forget its failures."""
        self._rest = FIRST_REST

    async def ask(self, session: aiohttp.ClientSession, request: Any, *, patience: float | None = None) -> Any:
        """Exchange one request, or a batch for a list in the same order; raise an EndpointFailure.

        ``patience``: seconds for this exchange, where it is to be less than for others.
        """
        patience = min(patience or self._patience, self._patience)
        timeout = aiohttp.ClientTimeout(total=patience, sock_connect=min(CONNECT_PATIENCE, patience))
        body = json.dumps(request, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        try:
            async with session.post(
                self._url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                text = await self._read(answer)
                status = answer.status
        except TimeoutError as error:
            zh, en = f"{patience:.0f} 秒内没有答完", f"no whole answer within {patience:.0f} s"
            raise self._failure(Stalled, zh, en) from error
        except (aiohttp.ClientError, OSError) as error:
            why = str(error)[:_SHOWN] or type(error).__name__
            raise self._failure(Unreachable, f"连接失败或中断({why})", f"no connection, or it broke ({why})") from error
        return self._parse(text, status, request)

    async def _read(self, answer: aiohttp.ClientResponse) -> bytes:
        if (answer.content_length or 0) > self._most_bytes:
            raise self._too_large(f"{answer.content_length}")
        text = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            text += chunk
            if len(text) > self._most_bytes:
                raise self._too_large(f"> {self._most_bytes}")
        return bytes(text)

    def _parse(self, text: bytes, status: int, request: Any) -> Any:
        """Give the response; its HTTP status does not matter where the body is one (some engines answer 400)."""
        try:
            answer = json.loads(text)
        except (ValueError, RecursionError) as error:
            start = text[:_SHOWN].decode(errors="replace")
            zh = f"回答不是 JSON(HTTP {status},开头为 {start!r})"
            raise self._failure(NotJsonRpc, zh, f"the answer is no JSON (HTTP {status}, begins {start!r})") from error
        if not isinstance(request, list):
            return self._fitting([answer], [request])[0]
        if not isinstance(answer, list):
            raise self._no_response(answer)
        return self._fitting(answer, request)

    def _fitting(self, answers: Sequence[Any], requests: Sequence[Any]) -> list[Any]:
        by_id: dict[Any, Any] = {}
        for answer in answers:
            if not isinstance(answer, dict) or isinstance(answer.get("id"), (dict, list)) or not _is_whole(answer):
                raise self._no_response(answer)
            by_id[answer["id"]] = answer
        if len(answers) != len(requests) or by_id.keys() != {request["id"] for request in requests}:
            zh, en = "回答的编号与请求不符", "the answer has another request's id"
            raise self._failure(NotJsonRpc, zh, en)
        return [by_id[request["id"]] for request in requests]

    def _no_response(self, answer: Any) -> EndpointFailure:
        start = json.dumps(answer)[:_SHOWN]
        return self._failure(NotJsonRpc, f"回答不是 JSON-RPC:{start}", f"the answer is no JSON-RPC response: {start}")

    def _too_large(self, size: str) -> EndpointFailure:
        zh = f"回答 {size} 字节,超过上限 {self._most_bytes}"
        return self._failure(TooLarge, zh, f"an answer of {size} bytes, more than {self._most_bytes}")

    def _failure(self, kind: type[EndpointFailure], zh: str, en: str) -> EndpointFailure:
        return kind(f"区块链接口 {self.name}:{zh}", f"chain endpoint {self.name}: {en}")


def _is_whole(answer: dict[str, Any]) -> bool:
    """Tell whether an object is a response: an id and either a result or a proper error (JSON-RPC 2.0, section 5)."""
    error = answer.get("error")
    if error is None:
        return "id" in answer and "result" in answer
    return "id" in answer and isinstance(error, dict) and isinstance(error.get("message"), str)
