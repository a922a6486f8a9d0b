"""JSON-RPC over HTTP, for programs on this machine: POST /, a request or a batch.

A browser on this machine must not be one of them by way of a web page. Three things keep it out: a request with an
Origin is refused, a Host that is not this machine's own name is refused (DNS rebinding), and the body must call itself
JSON, which a page may not do across origins without asking first.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from node.chain.embedded.rpc import Dispatcher

MOST_BODY_BYTES = 16 << 20
LOOPBACK = "127.0.0.1"
_OWN_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)


def rpc_application(dispatcher: Dispatcher) -> web.Application:
    """Make an application that answers POST /; the caller adds routes of its own and binds it to LOOPBACK alone."""
    application = web.Application(client_max_size=MOST_BODY_BYTES, middlewares=[_keep_browsers_out])

    async def answer(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="Content-Type must be application/json\n")
        response = await dispatcher.answer_bytes(await request.read())
        if response is None:
            return web.Response(status=HTTPStatus.NO_CONTENT)
        return web.Response(body=response, content_type="application/json")

    application.router.add_post("/", answer)
    return application


@web.middleware
async def _keep_browsers_out(request: web.Request, handler: object) -> web.StreamResponse:
    if "Origin" in request.headers or _OWN_HOST.fullmatch(request.headers.get("Host", "")) is None:
        raise web.HTTPForbidden(text="only for programs on this machine\n")
    response: web.StreamResponse = await handler(request)  # type: ignore[operator]
    return response
