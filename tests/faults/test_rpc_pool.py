"""The pool of a foreign engine: it forgets, is full, restarts, and somebody else uses the same key."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from eth_keys.datatypes import PrivateKey
from lying_endpoint import GAS, SENDER, Endpoint, listening_all, receipt_of, running, signed

from node.chain.engine import Engine
from node.chain.errors import KeyElsewhere, Refused
from node.chain.landed import NonceConsumed
from node.errors import Unavailable
from node.registrar.attempts import Attempts
from storage.acts import AttemptRow
from storage.journal import Journal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

KEY = PrivateKey(SENDER)
ADDRESS = KEY.public_key.to_canonical_address()


class Shore:
    """An attached engine, a journal, and the attempts of one key at calls of the contract."""

    def __init__(self, site: Any, embedded: Any, endpoint: Endpoint, journal: Journal, engine: Engine) -> None:
        self.site, self.embedded, self.endpoint, self.journal, self.engine = site, embedded, endpoint, journal, engine
        self.attempts = self.made(engine)

    def made(self, engine: Engine) -> Attempts:
        def sign(act: Any, nonce: int) -> AttemptRow:
            tx_hash, raw = engine.sign(KEY, to=self.site.registry, calldata=act.calldata, nonce=nonce, gas=GAS)
            return AttemptRow(tx_hash=tx_hash, act=act.id, nonce=nonce, raw=raw, created=1)

        return Attempts(
            engine=engine, journal=self.journal, sender=ADDRESS, sign=sign, crash_point=lambda _: None
        )  # fmt: skip

    def plan(self, *calldata: bytes) -> None:
        with self.journal.transaction():
            for each in calldata:
                self.journal.acts.plan(kind="register", subject="", sender=ADDRESS, calldata=each)

    async def finish(self) -> list[Any]:
        """Send what is open and wait for all of it, as the registrar does."""
        acts = self.attempts.in_order()
        await self.attempts.send(acts)
        done = []
        for act in acts:
            landed = await self.attempts.landed(act)
            with self.journal.transaction():
                self.journal.acts.confirm(act.id, tx_hash=landed.tx_hash, height=landed.height, time=landed.time)
            done.append(landed)
        return done

    async def on_chain(self) -> list[tuple[int, str]]:
        """Give (nonce, calldata) of every transaction of the key after the first, as the chain itself says it."""
        found = []
        for height in range(self.embedded.head.header.number + 1):
            block = await self.embedded.rpc.call("eth_getBlockByNumber", [hex(height), True])
            found += [(int(each["nonce"], 16), each["input"]) for each in block["transactions"]]
        return found[1:]


@pytest.fixture
async def shore(tmp_path: Path) -> AsyncIterator[Shore]:
    journal = Journal.found(tmp_path / "journal.db")
    async with running(tmp_path) as (site, embedded):
        endpoint = Endpoint(embedded.rpc)
        async with (
            listening_all([endpoint]),
            site.attach(endpoint.url, genesis_hash=embedded.genesis_hash, offer_every=0.2) as attached,
        ):
            yield Shore(site, embedded, endpoint, journal, attached.engine)
    journal.close()


class Losing:
    """Keeps transactions from the pool: takes and loses them, as an engine that restarts does, or refuses them."""

    def __init__(self, endpoint: Endpoint, *, times: int, refusal: str = "") -> None:
        self.times, self.refusal, self.dispatcher = times, refusal, endpoint.dispatcher
        endpoint.dispatcher = self  # type: ignore[assignment]

    async def answer(self, request: dict[str, Any]) -> Any:
        if request["method"] == "eth_sendRawTransaction" and self.times > 0:
            self.times -= 1
            answer = {"error": {"code": -32000, "message": self.refusal}} if self.refusal else {"result": "0x00"}
            return {"jsonrpc": "2.0", "id": request["id"]} | answer
        return await self.dispatcher.answer(request)


async def test_what_the_engine_forgot_is_sent_again(shore: Shore) -> None:
    Losing(shore.endpoint, times=3)
    shore.plan(b"a", b"b", b"c")
    await shore.finish()
    assert await shore.on_chain() == [(1, "0x61"), (2, "0x62"), (3, "0x63")]


async def test_a_network_without_new_headers_is_told_of(shore: Shore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told ever more seldom while it lasts, and once when headers come again."""
    monkeypatch.setattr("node.chain.silence.SILENCE", 0.4)
    told: list[tuple[int | None, int]] = []
    enough = asyncio.Event()

    def tell(height: int | None, seconds: int) -> None:
        told.append((height, seconds))
        if len(told) == 3:
            enough.set()

    shore.engine.silence.tell = tell
    pool = Losing(shore.endpoint, times=1_000_000)
    shore.plan(b"a")
    finishing = asyncio.create_task(shore.finish())
    await enough.wait()
    height = shore.embedded.head.header.number
    assert told[2] == (height, 2)
    pool.times = 0
    await finishing
    assert told[-1] == (height + 1, 0)
    assert len(told) <= 5


async def test_a_gap_below_is_filled_by_sending_again(shore: Shore) -> None:
    """The first of three is lost, so that the embedded pool refuses the others for the gap."""
    Losing(shore.endpoint, times=1)
    shore.plan(b"a", b"b", b"c")
    await shore.finish()
    assert await shore.on_chain() == [(1, "0x61"), (2, "0x62"), (3, "0x63")]


FULL = ["txpool is full", "Transaction pool is full", "nonce is too distant", "replacement transaction underpriced"]


@pytest.mark.parametrize("message", FULL)
async def test_a_full_pool_is_waited_for(shore: Shore, message: str) -> None:
    Losing(shore.endpoint, times=4, refusal=message)
    shore.plan(b"a", b"b")
    await shore.finish()
    assert await shore.on_chain() == [(1, "0x61"), (2, "0x62")]


async def test_a_refusal_for_good_is_told_with_the_engines_words(shore: Shore) -> None:
    Losing(shore.endpoint, times=1, refusal="gas price must be 0 on this chain")
    shore.plan(b"a")
    with pytest.raises(Refused, match="gas price must be 0"):
        await shore.finish()
    assert len(shore.journal.acts.open()) == 1


async def test_a_transaction_dropped_and_signed_again_keeps_its_nonce(shore: Shore) -> None:
    """Signed at a price that the chain refuses, then with the right one: the same nonce, both attempts kept."""
    dear = Engine(shore.engine._rpc._w3, chain_id=shore.engine.chain_id, gas_price=7)  # noqa: SLF001 - another setting
    shore.plan(b"a")
    with pytest.raises(Refused, match="gas price"):
        await shore.made(dear).send(shore.attempts.in_order())
    [landed] = await shore.finish()
    assert await shore.on_chain() == [(1, "0x61")]
    attempts = shore.journal.acts.attempts(1)
    assert [attempt.nonce for attempt in attempts] == [1, 1]
    assert landed.tx_hash in {attempt.tx_hash for attempt in attempts}


async def test_the_same_key_on_another_machine_is_named_and_the_act_goes_on(shore: Shore) -> None:
    """The other machine's transaction takes the nonce of one that is open here, while this one is lost."""
    Losing(shore.endpoint, times=1)
    shore.plan(b"a")
    await shore.attempts.send(shore.attempts.in_order())
    theirs, raw = signed(1, to=shore.site.registry, calldata=b"theirs")
    await shore.embedded.send(raw)
    await receipt_of(shore.embedded, theirs)
    with pytest.raises(KeyElsewhere, match=theirs.hex()) as caught:
        await shore.finish()
    assert (caught.value.code, caught.value.exit_code) == ("key-elsewhere", 3)
    await shore.finish()
    assert await shore.on_chain() == [(1, "0x" + b"theirs".hex()), (2, "0x61")]


async def test_the_same_key_is_noticed_while_waiting(shore: Shore) -> None:
    Losing(shore.endpoint, times=1)
    shore.plan(b"a")
    acts = shore.attempts.in_order()
    await shore.attempts.send(acts)
    waiting = asyncio.create_task(shore.attempts.landed(acts[0]))
    theirs, raw = signed(1, to=shore.site.registry, calldata=b"theirs")
    await shore.embedded.send(raw)
    with pytest.raises(KeyElsewhere, match=theirs.hex()):
        await waiting
    await shore.finish()
    assert await shore.on_chain() == [(1, "0x" + b"theirs".hex()), (2, "0x61")]


async def test_nonces_used_elsewhere_are_noticed_though_nothing_was_open(shore: Shore) -> None:
    shore.plan(b"a")
    await shore.finish()
    theirs, raw = signed(2, to=shore.site.registry, calldata=b"theirs")
    await shore.embedded.send(raw)
    await receipt_of(shore.embedded, theirs)
    shore.plan(b"b")
    with pytest.raises(KeyElsewhere, match=theirs.hex()):
        await shore.finish()
    await shore.finish()
    assert await shore.on_chain() == [(1, "0x61"), (2, "0x" + b"theirs".hex()), (3, "0x62")]


async def test_a_key_that_was_used_before_the_journal_began_is_told_of_once(shore: Shore) -> None:
    """A home that is joined anew with the key of one that lives elsewhere; the chain's founder is none of that."""
    theirs, raw = signed(1, to=shore.site.registry, calldata=b"theirs")
    await shore.embedded.send(raw)
    await receipt_of(shore.embedded, theirs)
    shore.plan(b"a")
    with pytest.raises(KeyElsewhere, match=theirs.hex()):
        await shore.finish()
    await shore.finish()
    assert await shore.on_chain() == [(1, "0x" + b"theirs".hex()), (2, "0x61")]


async def test_a_count_that_is_a_lie_signs_nothing_anew(shore: Shore) -> None:
    """An endpoint that says a nonce is consumed must show by what; else the act keeps it."""
    Losing(shore.endpoint, times=1)
    shore.plan(b"a")
    await shore.attempts.send(shore.attempts.in_order())

    def lie(method: str, _params: Any, answer: Any) -> Any:
        return answer | {"result": "0x9"} if method == "eth_getTransactionCount" else answer

    shore.endpoint.lie = lie
    with pytest.raises(Unavailable, match="shows by no transaction"):
        await shore.finish()
    assert [attempt.nonce for attempt in shore.journal.acts.attempts(1)] == [1]
    shore.endpoint.lie = Endpoint(shore.embedded.rpc).lie
    await shore.finish()
    assert await shore.on_chain() == [(1, "0x61")]


async def test_a_first_count_that_is_a_lie_is_mended(shore: Shore) -> None:
    """Nothing contradicts it when the journal is empty: the transaction waits above a gap until the truth is told."""

    def lie(method: str, _params: Any, answer: Any) -> Any:
        return answer | {"result": "0x9"} if method == "eth_getTransactionCount" else answer

    shore.endpoint.lie = lie
    shore.plan(b"a")
    await shore.attempts.send(shore.attempts.in_order())
    shore.endpoint.lie = Endpoint(shore.embedded.rpc).lie
    shore.plan(b"b")
    await shore.finish()
    assert await shore.on_chain() == [(1, "0x61"), (2, "0x62")]


async def test_a_nonce_that_is_lost_is_told_to_whoever_waits(shore: Shore) -> None:
    tx_hash, raw = signed(1, to=shore.site.registry, calldata=b"ours")
    theirs, other = signed(1, to=shore.site.registry, calldata=b"theirs")
    Losing(shore.endpoint, times=1)
    await shore.engine.send(raw)
    await shore.embedded.send(other)
    with pytest.raises(NonceConsumed) as caught:
        await shore.engine.wait(tx_hash, limit=60)
    assert caught.value.by.tx_hash == theirs


async def test_a_restart_between_sending_and_waiting_loses_nothing(shore: Shore) -> None:
    """The process ends after it signed; the next one finds the attempt in the journal and goes on with it."""
    Losing(shore.endpoint, times=2)
    shore.plan(b"a", b"b")
    await shore.attempts.send(shore.attempts.in_order())
    shore.attempts = shore.made(shore.engine)
    await shore.finish()
    assert await shore.on_chain() == [(1, "0x61"), (2, "0x62")]
    assert [len(shore.journal.acts.attempts(act)) for act in (1, 2)] == [1, 1]


async def test_acts_in_flight_keep_their_nonces_while_others_follow(shore: Shore) -> None:
    """The next acts are sent before the ones in front of them are final, as when many follow each other."""
    shore.plan(b"a", b"b", b"c", b"d")
    acts = shore.attempts.in_order()
    Losing(shore.endpoint, times=2)
    await shore.attempts.send(acts[:2])
    await shore.attempts.send(acts[2:])
    assert [shore.journal.acts.attempts(act.id)[0].nonce for act in acts] == [1, 2, 3, 4]
    await shore.finish()
    assert await shore.on_chain() == [(1, "0x61"), (2, "0x62"), (3, "0x63"), (4, "0x64")]
    assert [len(shore.journal.acts.attempts(act.id)) for act in acts] == [1, 1, 1, 1]
