"""One process of the gateway: the module node.gateway, started by `node.gateway.processes` and by nobody else.

The first line of standard input says what to serve; its end, also when the starter was killed, ends the process.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import socket
import sys
import time
from pathlib import Path

from node.gateway.answering import Gateway
from node.gateway.connections import listening
from node.gateway.reading import HomeBlocks
from node.home import Home
from node.visibility.rule import Caller


async def _serve(home: Home, caller: Caller, place: socket.socket) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_reader(sys.stdin, stop.set)
    blocks = HomeBlocks(home, caller, clock=time.time)
    try:
        async with listening(Gateway(blocks, public=caller is Caller.PUBLIC), place):
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            await stop.wait()
    finally:
        blocks.close()


def main() -> None:
    """Serve what standard input says."""
    logging.basicConfig(level=logging.WARNING, format="gateway: %(message)s")
    said = json.loads(sys.stdin.readline())
    place = socket.socket(fileno=said["socket"])
    place.setblocking(False)
    asyncio.run(_serve(Home(Path(said["home"])), Caller(said["caller"]), place))


if __name__ == "__main__":
    main()
