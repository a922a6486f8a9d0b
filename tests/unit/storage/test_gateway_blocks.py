"""A partner's gateway has so long for a block, however steadily it drips."""

from __future__ import annotations

import asyncio
import time

import pytest
from aiohttp import web

from storage.cid import RAW, Cid
from storage.errors import Unreachable
from storage.gateway_blocks import GatewayBlocks


async def drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(400):
        await response.write(b".")
        await asyncio.sleep(0.05)
    return response


async def test_a_partner_that_drips_does_not_hold_us_for_ever() -> None:
    app = web.Application()
    app.router.add_get("/ipfs/{cid}", drip)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    begun = time.monotonic()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with GatewayBlocks(url, silence=10, patience=0.5) as source:
            with pytest.raises(Unreachable, match="did not give block"):
                await source.get(Cid(RAW, bytes(32)))
    finally:
        await runner.cleanup()
    assert time.monotonic() - begun < 8
