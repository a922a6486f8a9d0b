"""A real engine behind an endpoint that can be told to lie: what a request meets is decided by the test."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from eth_account import Account

from node.chain.embedded import Clock, EmbeddedChain
from node.chain.embedded.seal import validator_of
from node.chain.incident import IncidentFolder
from node.chain.remote import attached
from node.chain.remote.attach import ChainIdentity
from node.receipts import strict_rlp
from node.receipts.keccak import keccak

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from node.chain.embedded.rpc import Dispatcher
    from node.receipts.header import Header

CHAIN_ID = 770_003
SENDER, OTHER_SENDER, VALIDATOR, STRANGER = (bytes([number]) * 32 for number in (2, 3, 1, 9))
CODE = bytes.fromhex("60006000a000")
CREATION = bytes.fromhex("6006600c60003960066000f3") + CODE
"""Makes a contract that emits an empty log whenever it is called."""
GAS = 200_000

Answer = dict[str, Any]


def contract_address(sender: bytes, nonce: int) -> bytes:
    return keccak(strict_rlp.encode([sender, strict_rlp.from_int(nonce)]))[12:]


def honest(_method: str, _params: list[Any], answer: Answer) -> Any:
    return answer


@dataclass
class Endpoint:
    """An endpoint before an engine; ``lie`` sees each request with its honest answer and says what is answered.

    ``break_off`` may answer the whole HTTP request in another way instead.
    """

    dispatcher: Dispatcher
    lie: Any = honest
    break_off: Any = None
    asked: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        asked = json.loads(await request.read())
        if self.break_off is not None and (broken := await self.break_off(request, asked)) is not None:
            return broken
        batch = asked if isinstance(asked, list) else [asked]
        answers = [await self._one(each) for each in batch]
        return web.json_response(answers if isinstance(asked, list) else answers[0])

    async def _one(self, request: dict[str, Any]) -> Any:
        self.asked.append(request["method"])
        truth = json.loads(json.dumps(await self.dispatcher.answer(request)))
        said = self.lie(request["method"], request["params"], truth)
        return await said if asyncio.iscoroutine(said) else said


@asynccontextmanager
async def listening(endpoint: Endpoint) -> AsyncIterator[Endpoint]:
    application = web.Application(client_max_size=1 << 24)
    application.router.add_post("/", endpoint.answer)
    server = TestServer(application, host="127.0.0.1")
    await server.start_server(shutdown_timeout=0.1)
    endpoint.url = str(server.make_url("/"))
    try:
        yield endpoint
    finally:
        await server.close()


@dataclass
class Chain:
    """An embedded chain whose clock hurries, so that a header is sealed whenever something waits."""

    path: Path
    incidents: IncidentFolder
    registry: bytes = b""
    known: dict[int, Header] = field(default_factory=dict)
    now: float = field(default_factory=lambda: time.time() - 10_000)

    def clock(self) -> float:
        self.now += 0.6
        return self.now

    def found(self) -> None:
        EmbeddedChain.found(
            self.path, chain_id=CHAIN_ID, validator=validator_of(VALIDATOR), founder=validator_of(SENDER),
            clock=self.clock,
        )  # fmt: skip

    def open(self) -> EmbeddedChain:
        clock = Clock(wall=self.clock, steady=lambda: self.now)
        return EmbeddedChain.open(self.path, sealing_key=VALIDATOR, admits=lambda _: True, clock=clock)

    def attach(self, *urls: str, genesis_hash: bytes, **changed: Any) -> Any:
        identity = ChainIdentity(
            chain_id=changed.pop("chain_id", CHAIN_ID), genesis_hash=genesis_hash, registry=self.registry,
            registry_code_hash=changed.pop("code_hash", keccak(CODE)),
        )  # fmt: skip
        given = {
            "validators_at": lambda _: (validator_of(VALIDATOR),), "incidents": self.incidents, "outage": 0.0,
            "clock": lambda: self.now, "known": self.known.get,
            "newest": max(self.known.values(), key=lambda header: header.number, default=None),
        }  # fmt: skip
        return attached(urls, identity, **(given | changed))


def signed(nonce: int, *, to: bytes | None = None, calldata: bytes = b"", key: bytes = SENDER) -> tuple[bytes, bytes]:
    """Sign a transaction; give (tx_hash, raw)."""
    fields = {"nonce": nonce, "gasPrice": 0, "gas": GAS, "value": 0, "data": calldata, "chainId": CHAIN_ID}
    made = Account.sign_transaction(fields if to is None else fields | {"to": to}, key)
    return bytes(made.hash), bytes(made.raw_transaction)


@asynccontextmanager
async def listening_all(endpoints: list[Endpoint]) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for endpoint in endpoints:
            await stack.enter_async_context(listening(endpoint))
        yield


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[Chain, EmbeddedChain]]:
    """Found a chain, seal on it, and put the contract there that stands for the registry."""
    chain = Chain(folder / "chain.db", IncidentFolder(folder / "incidents"))
    chain.found()
    async with chain.open() as embedded:
        await embedded.send(signed(0, calldata=CREATION)[1])
        chain.registry = contract_address(validator_of(SENDER), 0)
        await receipt_of(embedded, signed(0, calldata=CREATION)[0])
        yield chain, embedded


async def receipt_of(embedded: EmbeddedChain, tx_hash: bytes) -> Answer:
    """Give a transaction's receipt as the chain itself says it, when there is one."""
    for _ in range(1000):
        if (found := await embedded.rpc.call("eth_getTransactionReceipt", ["0x" + tx_hash.hex()])) is not None:
            return dict(found)
        await asyncio.sleep(0.01)
    raise AssertionError("no header took the transaction")
