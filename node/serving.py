"""The node as a process: the owner of a home, with JSON-RPC on 127.0.0.1, its health, and the door for commands."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from aiohttp import web
from web3 import AsyncWeb3

from node.attachment import attachment
from node.chain.embedded.across import ProviderAcross
from node.chain.embedded.server import LOOPBACK, rpc_application
from node.chain.raw import RawRpc
from node.door.listener import Listener
from node.door.place import open_door
from node.door.request import Request
from node.door.voice import Voice
from node.engines import embedded_engine, sealing_chain
from node.errors import Unavailable, Words
from node.gateway.processes import gateway_processes
from node.health import embedded_look, health, network_look
from node.home import NETWORK
from node.own_anchor import OwnAnchor
from node.runtime import Writing, registrar_key, writing_parts
from node.settings import Settings, host_and_port, read_settings
from node.visibility.rule import Caller
from node.worker import Worker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Mapping

    from eth_keys.datatypes import PrivateKey

    from node.chain.embedded import EmbeddedChain
    from node.chain.engine import Engine
    from node.home import Home

Answer = Callable[[Writing, Request, Voice], Coroutine[Any, Any, int]]
"""Carries out what came through the door, in the worker's thread; gives the exit code."""
_LOG = logging.getLogger(__name__)

GRACE = 5.0
"""Seconds that requests under way have when the node stops."""
FOLLOW = 10.0
"""Seconds between two looks whether the chain has other validators or governance acts than the anchor knows."""
AGAIN = 15.0
"""Seconds between two looks whether the journal has open work that can be finished now, or governors froze records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where a node serves: the port of JSON-RPC and health on 127.0.0.1, and the URL of its gateway, if it has one."""

    port: int
    gateway: str | None


@asynccontextmanager
async def serving(
    home: Home,
    passphrase: bytes,
    *,
    environment: Mapping[str, str],
    port: int | None,
    gateway: str | None,
    answer: Answer,
) -> AsyncIterator[Served]:
    """Own the home and serve: JSON-RPC, health, the gateway, and `answer` for what comes through the door.

    ``port`` and ``gateway`` go before the settings; a gateway of "" is none.

    Raises:
        Unavailable: the home, the port or the gateway's address is taken, or the passphrase is wrong.
    """
    identity = home.identity()
    async with AsyncExitStack() as stack:
        stack.enter_context(home.locked())
        home.require_confirmed()
        key, own = registrar_key(home, passphrase), OwnAnchor(home)
        if identity.chain == NETWORK:
            application = web.Application()
            worker = Worker(_opener(home, key, lambda: attachment(home, own=own)))
            look, follow = network_look(worker), own.follow
        else:
            chain = await stack.enter_async_context(sealing_chain(home, identity, passphrase, environment))
            application = rpc_application(chain.rpc)
            worker, look = Worker(_opener(home, key, _asking_across(home, chain))), embedded_look(chain)
            follow = partial(own.follow_by, RawRpc(AsyncWeb3(chain.provider)))
        await stack.enter_async_context(worker)
        application.router.add_get("/healthz", health(home, look))
        settings = read_settings(home.settings)
        wanted = settings.rpc_port if port is None else port
        bound = await stack.enter_async_context(_served(application, wanted))
        url = await _with_gateway(stack, home, settings.gateway if gateway is None else gateway, settings)
        running = (_finish_what_is_open(worker), _take_over_freezing(worker), _follow_the_chain(own, follow))
        tasks = [asyncio.create_task(each) for each in running]
        listener = Listener(stack.enter_context(open_door(home, environment)), answer=_in_turn(worker, answer))
        await listener.start()
        try:
            yield Served(port=bound, gateway=url)
        finally:
            await listener.stop(grace=GRACE)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _with_gateway(stack: AsyncExitStack, home: Home, address: str, settings: Settings) -> str | None:
    """Have the gateway served beside the node, if it is to be; give its URL."""
    place = host_and_port(address)
    if place is None:
        return None
    return await stack.enter_async_context(gateway_processes(home, place, Caller(settings.gateway_for)))


def _asking_across(home: Home, chain: EmbeddedChain) -> Callable[[], AbstractAsyncContextManager[Engine]]:
    """Give what opens, in the worker's thread, a way to the chain that is sealed on this loop."""
    provider = ProviderAcross(chain.provider, asyncio.get_running_loop())

    @asynccontextmanager
    async def opened() -> AsyncIterator[Engine]:
        yield embedded_engine(home, provider=provider, stopped=lambda: chain.stopped)

    return opened


def _opener(
    home: Home, key: PrivateKey | None, open_engine: Callable[[], AbstractAsyncContextManager[Engine]]
) -> Callable[[], AbstractAsyncContextManager[Writing]]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Writing]:
        async with open_engine() as engine:
            with writing_parts(home, key, engine=engine) as node:
                yield node

    return opened


def _in_turn(worker: Worker, answer: Answer) -> Callable[[Request, Voice], Awaitable[int]]:
    """Have each request answered by the worker, when its turn has come."""

    async def when_it_is_its_turn(request: Request, voice: Voice) -> int:
        if worker.busy:
            voice.waits(request.language)
        return await worker.run(lambda node: answer(node, request, voice))

    return when_it_is_its_turn


async def _finish_what_is_open(worker: Worker) -> None:
    """Finish an earlier run's work, then again and again what waited for the network."""
    recover = _recover
    while True:
        try:
            await worker.run(recover)
        except Exception as error:  # noqa: BLE001 - it stays in the journal, and the next act tells its user
            _LOG.warning("open work stays open: %s", error)
        await asyncio.sleep(AGAIN)
        recover = _recover_open_acts


async def _take_over_freezing(worker: Worker) -> None:
    """Have what governors froze given out no more, beside an act that takes long, too."""
    while True:
        try:
            await worker.look(lambda node: node.registrar.look())
        except Exception as error:  # noqa: BLE001 - the next look takes it over
            _LOG.warning("what governors froze was not looked up: %s", error)
        await asyncio.sleep(AGAIN)


async def _follow_the_chain(own: OwnAnchor, follow: Callable[[], Awaitable[bool]]) -> None:
    """Bring the home's anchor forward, by proof, when the chain tells of other validators or of governance acts."""
    told: str | None = None
    while True:
        try:
            if await follow():
                _LOG.info("the trust anchor came forward to height %d", own.trust.keys_known)
            trouble = own.trouble
        except Exception as error:  # noqa: BLE001 - the anchor stays as it is, which is older but true
            trouble = error
        if trouble is not None and str(trouble) != told:
            mend = getattr(trouble, "mend", None)
            advice = "" if mend is None else f"; {mend.en}"
            _LOG.warning("the trust anchor stays at height %d: %s%s", own.trust.keys_known, trouble, advice)
        told = None if trouble is None else str(trouble)
        await asyncio.sleep(FOLLOW)


async def _recover(node: Writing) -> None:
    await node.registrar.recover()


async def _recover_open_acts(node: Writing) -> None:
    if node.journal.acts.open():
        await node.registrar.recover()


@asynccontextmanager
async def _served(application: web.Application, port: int) -> AsyncIterator[int]:
    """Serve an application on 127.0.0.1; give the port."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=GRACE)
    await runner.setup()
    try:
        site = web.TCPSite(runner, LOOPBACK, port)
        try:
            await site.start()
        except OSError as error:
            mend = Words("换一个端口:--port 或设置 rpc_port", "take another: --port, or the setting rpc_port")
            zh, en = f"端口 {port} 不可用", f"port {port} is not available"
            raise Unavailable(zh, en, mend=mend) from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
