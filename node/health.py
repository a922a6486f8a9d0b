"""Health: what /healthz says of a serving node: 200 while it can write, 503 with the reason while it cannot."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from aiohttp import web

from node.chain.incident import IncidentFolder
from node.receipts.header import header_from_json
from node.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from node.chain.embedded import EmbeddedChain
    from node.home import Home
    from node.receipts.header import Header
    from node.runtime import Writing
    from node.worker import Worker

    Look = Callable[[], Awaitable[tuple[Header | None, Exception | None]]]

PATIENCE = 5.0
"""Seconds that a network has to give its head."""


def health(home: Home, look: Look) -> Any:
    """Give the handler; ``look`` gives the head and why nothing can be written, each where it is known."""
    identity, incidents = home.identity(), IncidentFolder(home.incidents)

    async def answer(_: web.Request) -> web.Response:
        head, trouble = await look()
        trouble = incidents.trouble() or trouble
        body = {
            "status": "ok" if trouble is None else "stopped",
            "reason": None if trouble is None else str(trouble),
            "version": VERSION,
            "institution": identity.code,
            "demonstration": identity.demonstration,
            "chain": identity.chain,
            "chain_id": identity.chain_id,
            "height": None if head is None else head.number,
            "head_age_seconds": None if head is None else max(0, int(time.time()) - head.timestamp),
        }
        return web.json_response(body, status=200 if trouble is None else 503)

    return answer


def embedded_look(chain: EmbeddedChain) -> Look:
    """Look at the chain that this process seals."""

    async def look() -> tuple[Header | None, Exception | None]:
        return chain.head.header, chain.stopped

    return look


def network_look(worker: Worker) -> Look:
    """Look at the network through the worker's engine; an act that keeps the worker from answering is no trouble."""

    async def head_of(node: Writing) -> Header:
        return header_from_json(await node.engine.block(await node.engine.height()))

    async def look() -> tuple[Header | None, Exception | None]:
        try:
            return await asyncio.wait_for(worker.look(head_of), PATIENCE), None
        except TimeoutError as error:
            return None, None if worker.busy else error
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what /healthz has to say
            return None, error

    return look
