"""JSON-RPC 2.0: one table of methods, one request or a batch in, one response or a list out.

In-process callers and HTTP meet here, so both get the same answers.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from node.chain.embedded.errors import (
    INTERNAL_ERROR,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    InvalidParamsError,
    RefusedError,
    RpcError,
)
from node.errors import ZhicangError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    Method = Callable[..., Awaitable[Any]]

MOST_IN_BATCH = 1000
_LOG = logging.getLogger(__name__)


class Dispatcher:
    """Answers requests from a table of methods; each takes JSON parameters and gives a JSON value."""

    def __init__(self, methods: Mapping[str, tuple[Method, int, int]]) -> None:
        """Take the methods by name, each with the least and the most parameters that it takes."""
        self._methods = methods

    async def answer_bytes(self, body: bytes) -> bytes | None:
        """Answer the body of an HTTP request; None when it holds notifications alone (section 4.1)."""
        try:
            request = json.loads(body)
        except (ValueError, RecursionError):
            response: Any = _response(None, error=RpcError("Parse error", code=PARSE_ERROR))
        else:
            response = await self.answer(request)
        return None if response is None else json.dumps(response, separators=(",", ":")).encode()

    async def answer(self, request: Any) -> Any:
        """Answer a parsed request, or each of a batch in its order (section 6)."""
        if not isinstance(request, list):
            return await self._answer_one(request)
        if not 0 < len(request) <= MOST_IN_BATCH:
            message = f"Invalid Request: a batch holds 1 to {MOST_IN_BATCH} requests"
            return _response(None, error=RpcError(message, code=INVALID_REQUEST))
        responses = [await self._answer_one(item) for item in request]
        return [response for response in responses if response is not None] or None

    async def call(self, method: str, parameters: Any) -> Any:
        """Run one method; raise RpcError."""
        if method not in self._methods:
            raise RpcError(f"the method {method} does not exist/is not available", code=METHOD_NOT_FOUND)
        run, least, most = self._methods[method]
        if not isinstance(parameters, list):
            raise InvalidParamsError(f"{method} takes its parameters as a list")
        if not least <= len(parameters) <= most:
            raise InvalidParamsError(f"{method} takes {least} to {most} parameters, not {len(parameters)}")
        try:
            return await run(*parameters)
        except ZhicangError as error:
            raise RefusedError.of(error) from error

    async def _answer_one(self, request: Any) -> dict[str, Any] | None:
        identifier = request.get("id") if isinstance(request, dict) else None
        if not _is_request(request):
            known = identifier if _is_identifier(identifier) else None
            return _response(known, error=RpcError("Invalid Request", code=INVALID_REQUEST))
        try:
            result = await self.call(request["method"], request.get("params", []))
        except RpcError as error:
            response = _response(identifier, error=error)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end the server
            _LOG.exception("%s failed", request["method"])
            message = f"Internal error: {type(error).__name__}"
            response = _response(identifier, error=RpcError(message, code=INTERNAL_ERROR))
        else:
            response = {"jsonrpc": "2.0", "id": identifier, "result": result}
        return response if "id" in request else None


def _is_request(request: Any) -> bool:
    return (
        isinstance(request, dict)
        and request.get("jsonrpc") == "2.0"
        and isinstance(request.get("method"), str)
        and _is_identifier(request.get("id"))
    )


def _is_identifier(value: Any) -> bool:
    return value is None or (isinstance(value, (str, int, float)) and not isinstance(value, bool))


def _response(identifier: Any, *, error: RpcError) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": identifier, "error": error.to_json()}
