"""Serve made blocks over JSON-RPC: serve_blocks.py FOLDER; says its port, and lies with nothing and checks nothing."""

import asyncio
import json
import sys
from pathlib import Path

from aiohttp import web

blocks = (Path(sys.argv[1]) / "blocks").read_text().splitlines()


async def answer(request: web.Request) -> web.Response:
    """Answer a batch of eth_blockNumber and eth_getBlockByNumber."""
    responses = []
    for one in await request.json():
        result = json.dumps(hex(len(blocks) - 1))
        if one["method"] == "eth_getBlockByNumber":
            result = blocks[int(one["params"][0], 16)]
        responses.append(f'{{"jsonrpc":"2.0","id":{one["id"]},"result":{result}}}')
    return web.Response(text=f"[{','.join(responses)}]", content_type="application/json")


async def main() -> None:
    """Serve until it is ended."""
    application = web.Application()
    application.router.add_post("/", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
