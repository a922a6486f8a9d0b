"""The processes of the gateway beside a serving node: they share one socket, and nothing with the node but the disk.

So reading blocks holds up neither the chain nor an act, and several cores serve. A process that dies is started anew;
when the node dies, however that was, the pipe to them closes and they end.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from node.errors import Unavailable, Words
from node.interpreter import command_of

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

    from node.home import Home
    from node.visibility.rule import Caller

MOST = 4
"""Processes: two for each processor up to these, so that one can wait for the disk while another serves."""
_PATIENCE = 30.0
_AGAIN, _LONGEST_PAUSE = 1.0, 30.0
_LOG = logging.getLogger(__name__)


@asynccontextmanager
async def gateway_processes(home: Home, address: tuple[str, int], caller: Caller) -> AsyncIterator[str]:
    """Serve a home's blocks at an address, for a caller; give the URL. Raise Unavailable when the address is taken."""
    place = _bound(*address)
    said = json.dumps({"home": str(home.path.absolute()), "caller": str(caller), "socket": place.fileno()})
    count = min(MOST, 2 * (os.cpu_count() or 1))
    kept: list[asyncio.Task[None]] = []
    try:
        kept = [asyncio.create_task(_keep(process, said, place)) for process in await _all_started(count, said, place)]
        host, port = place.getsockname()[:2]
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    finally:
        for task in kept:
            task.cancel()
        await asyncio.gather(*kept, return_exceptions=True)
        place.close()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        mend = Words("换一个地址:--gateway 或设置 gateway", "take another: --gateway, or the setting gateway")
        zh, en = f"网关地址 {host}:{port} 不可用", f"the gateway's address {host}:{port} is not available"
        raise Unavailable(zh, en, mend=mend) from error


async def _all_started(count: int, said: str, place: socket.socket) -> list[Process]:
    """Start processes at once; raise Unavailable, with none left, when one of them does not start."""
    outcomes = await asyncio.gather(*(_started(said, place) for _ in range(count)), return_exceptions=True)
    failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    started = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    if failed:
        for process in started:
            await _ended(process)
        raise failed[0]
    return started


async def _started(said: str, place: socket.socket) -> Process:
    """Start a process and wait until it serves; raise Unavailable when it does not."""
    process = await asyncio.create_subprocess_exec(
        *command_of("node.gateway"), pass_fds=(place.fileno(),), process_group=0,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - pipes were asked for
    try:
        process.stdin.write(said.encode() + b"\n")
        async with asyncio.timeout(_PATIENCE):
            ready = await process.stdout.readline()
    except (TimeoutError, ConnectionError):
        ready = b""
    except asyncio.CancelledError:
        await _ended(process)
        raise
    if ready != b"ready\n":
        await _ended(process)
        raise Unavailable("网关进程没有启动", "a process of the gateway did not start")
    return process


async def _keep(process: Process, said: str, place: socket.socket) -> None:
    """Start a process anew whenever it has died; end it with the task."""
    try:
        while True:
            code = await process.wait()
            _LOG.warning("a process of the gateway ended with %s and is started anew", code)
            process = await _started_anew(said, place)
    finally:
        await _ended(process)


async def _started_anew(said: str, place: socket.socket) -> Process:
    """Start a process after a pause, and again after longer ones for as long as the machine has no room for it."""
    pause = _AGAIN
    while True:
        await asyncio.sleep(pause)
        try:
            return await _started(said, place)
        except (Unavailable, OSError) as error:  # no memory, no descriptor, the disk is away
            pause = min(2 * pause, _LONGEST_PAUSE)
            _LOG.warning("a process of the gateway was not started, the next try is in %.0f s: %s", pause, error)


async def _ended(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_PATIENCE):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
