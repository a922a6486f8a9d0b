"""Register folders as open and serve them: our_gateway.py HOME FOLDER…; says HOST:PORT, ends with its input."""

import asyncio
import sys
import time
from pathlib import Path

from node.gateway.processes import gateway_processes
from node.home import Home
from node.records.metadata import Metadata
from node.registrar.request import RegisterRequest
from node.runtime import open_for_writing
from node.visibility.rule import Caller


async def main() -> None:
    """Register, then serve until standard input ends."""
    home = Home(Path(sys.argv[1]))
    requests = [
        RegisterRequest(source=Path(folder), metadata=Metadata(title=folder, period=2026, access="open"))
        for folder in sys.argv[2:]
    ]
    state = {"XDG_STATE_HOME": str(home.path.parent / "state")}
    async with open_for_writing(home, b"bench bench", environment=state, clock=time.time) as node:
        async for _ in node.registrar.register(requests, stored=lambda: None):
            pass
    async with gateway_processes(home, ("127.0.0.1", 0), Caller.PUBLIC) as url:
        print(url.removeprefix("http://"), flush=True)
        await asyncio.to_thread(sys.stdin.read)


asyncio.run(main())
