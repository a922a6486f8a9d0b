"""The node as a process: the embedded chain behind JSON-RPC on 127.0.0.1, and its health."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiohttp import web

from node.chain.embedded.server import LOOPBACK, rpc_application
from node.errors import Unavailable, Words
from node.runtime import sealing_chain
from node.settings import read_settings
from node.version import VERSION

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from node.chain.embedded import EmbeddedChain
    from node.home import Home, Identity

GRACE = 5.0
"""Seconds that requests under way have when the node stops."""


@asynccontextmanager
async def serving(
    home: Home, passphrase: bytes, *, environment: Mapping[str, str], port: int | None
) -> AsyncIterator[int]:
    """Own the home and serve; give the port. Raise Unavailable when the home or the port is taken."""
    identity, settings = home.identity(), read_settings(home.settings)
    wanted = settings.rpc_port if port is None else port
    with home.locked():
        async with sealing_chain(home, identity, passphrase, environment) as chain:
            application = rpc_application(chain.rpc)
            application.router.add_get("/healthz", _health(chain, identity))
            runner = web.AppRunner(application, access_log=None, shutdown_timeout=GRACE)
            await runner.setup()
            try:
                site = web.TCPSite(runner, LOOPBACK, wanted)
                try:
                    await site.start()
                except OSError as error:
                    mend = Words("换一个端口:--port 或设置 rpc_port", "take another: --port, or the setting rpc_port")
                    zh, en = f"端口 {wanted} 不可用", f"port {wanted} is not available"
                    raise Unavailable(zh, en, mend=mend) from error
                yield int(runner.addresses[0][1])
            finally:
                await runner.cleanup()


def _health(chain: EmbeddedChain, identity: Identity) -> Any:
    """Give the handler of /healthz: 200 while the node seals, 503 with the reason when it has stopped sealing."""

    async def answer(_: web.Request) -> web.Response:
        stopped = chain.stopped
        head = chain.head.header
        body = {
            "status": "ok" if stopped is None else "stopped",
            "reason": None if stopped is None else str(stopped),
            "version": VERSION,
            "institution": identity.code,
            "demonstration": identity.demonstration,
            "chain_id": identity.chain_id,
            "height": head.number,
            "head_age_seconds": max(0, int(time.time()) - head.timestamp),
        }
        return web.json_response(body, status=200 if stopped is None else 503)

    return answer
