"""What the node asks of any engine (node.chain.engine), on each engine: send, finality, proof, logs, errors, nonces."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from eth_keys.datatypes import PrivateKey

from contracts import artefact, calls, deploy, views
from contracts.errors import RegistryRefused, decode_revert
from contracts.events import REGISTERED, decode_log
from contracts.parties import Admission
from contracts.records import Entry, Registered
from node.chain.engine import Engine, NonceConsumed, RevertedCallError
from node.chain.errors import Refused
from node.errors import Doubtful
from node.receipts.header import Extra
from node.receipts.material import ProofMaterial
from node.receipts.seals import check_seals, quorum

if TYPE_CHECKING:
    from engines import Running

GAS, LIMIT = 8_000_000, 60.0


class Shore:
    """An engine with a registry in it, whose governor and registrar is the engine's own account."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.engine = Engine(
            running.w3, chain_id=running.chain_id, checked=running.checked, poll=0.05, offer_every=0.5
        )  # fmt: skip
        self.key = PrivateKey(running.key)
        self.sender = self.key.public_key.to_canonical_address()
        self.registry = deploy.registry_address(self.sender, 0)

    def signed(self, calldata: bytes, nonce: int, *, to: bytes | None = None, gas: int = GAS) -> tuple[bytes, bytes]:
        return self.engine.sign(self.key, to=to or self.registry, calldata=calldata, nonce=nonce, gas=gas)

    async def act(self, calldata: bytes, nonce: int) -> Any:
        tx_hash, raw = self.signed(calldata, nonce)
        await self.engine.send(raw)
        return await self.engine.wait(tx_hash, limit=LIMIT)

    async def found(self) -> Shore:
        """Deploy the registry, with one institution of one person, which is the engine's account."""
        one = Admission(
            institution=b"14000001", profile_digest=b"\1" * 32, one_person=True, registrars=(self.sender,)
        )  # fmt: skip
        calldata = deploy.creation_calldata([b"\7" * 20], 1, [one])
        tx_hash, raw = self.engine.sign(self.key, to=None, calldata=calldata, nonce=0, gas=GAS)
        await self.engine.send(raw)
        landed = await self.engine.wait(tx_hash, limit=LIMIT)
        assert landed.succeeded
        return self


def entry(serial: int) -> Entry:
    content, metadata = (hashlib.sha256(f"{kind} {serial}".encode()).digest() for kind in ("content", "metadata"))
    return Entry(
        number=f"14000001-2023-{serial:08d}-A".encode().ljust(32, b"\0"), kind=1, content_digest=content,
        metadata_digest=metadata, cid=bytes.fromhex("01551220") + content, programme=bytes(32), period=2023,
        lot=bytes(32), replaces=bytes(32),
    )  # fmt: skip


@pytest.fixture
async def shore(engine: Running) -> Shore:
    return await Shore(engine).found()


async def test_the_registry_is_there_with_the_code_that_ships(shore: Shore) -> None:
    assert await shore.engine.code_hash(shore.registry) == artefact.load().code_hash
    known = await shore.engine.call(to=shore.registry, calldata=views.encode_is_known(shore.sender))
    assert views.decode_is_known(known)


async def test_an_act_becomes_final_and_its_proof_holds(shore: Shore) -> None:
    landed = await shore.act(calls.encode_register(entry(1)), 1)
    assert landed.succeeded
    material = landed.material
    header, transaction = material.decode_header(), material.transaction()
    assert (header.number, header.timestamp) == (landed.height, landed.time)
    assert (transaction.sender(), transaction.to, transaction.nonce) == (shore.sender, shore.registry, 1)
    [event] = [decode_log(topics, data) for address, topics, data in landed.logs if address == shore.registry]
    assert isinstance(event, Registered)
    assert event.number == entry(1).number
    if "seals" in shore.running.lacks:
        return
    assert ProofMaterial.from_json_bytes(material.to_json_bytes()) == material
    validators = Extra.decode(header.extra_data).validators
    assert len(check_seals(header, validators)) == quorum(len(validators))


async def test_heads_are_sealed_by_the_set_that_is_trusted(engine: Running) -> None:
    block = (await engine.w3.provider.make_request("eth_getBlockByNumber", ["latest", False]))["result"]
    assert engine.checked.header(block).number == int(block["number"], 16)
    with pytest.raises(Doubtful):
        engine.checked.header(block | {"gasUsed": "0x7b"})


async def test_what_is_final_stays(shore: Shore) -> None:
    landed = await shore.act(calls.encode_register(entry(1)), 1)
    await shore.act(calls.encode_register(entry(2)), 2)
    assert await shore.engine.find(landed.tx_hash) == landed
    block = await shore.engine.block(landed.height)
    assert shore.running.checked.header(block).block_hash == landed.material.decode_header().block_hash


async def test_the_errors_of_the_contract_are_decoded(shore: Shore) -> None:
    calldata = calls.encode_register(entry(1))
    await shore.act(calldata, 1)
    with pytest.raises(RevertedCallError) as caught:
        await shore.engine.call(to=shore.registry, calldata=calldata, sender=shore.sender)
    reason = decode_revert(caught.value.data)
    assert isinstance(reason, RegistryRefused)
    assert (reason.name, reason.values) == ("AlreadyRegistered", {"number": entry(1).number})


async def test_a_failed_act_is_final_too_and_its_reason_is_asked_in_the_state_before(shore: Shore) -> None:
    calldata = calls.encode_register(entry(1))
    first = await shore.act(calldata, 1)
    second = await shore.act(calldata, 2)
    assert (second.succeeded, second.logs) == (False, ())
    with pytest.raises(RevertedCallError) as caught:
        await shore.engine.call(
            to=shore.registry, calldata=calldata, sender=shore.sender, height=second.height - 1
        )  # fmt: skip
    assert decode_revert(caught.value.data).name == "AlreadyRegistered"  # type: ignore[attr-defined]
    allowed = await shore.engine.call(
        to=shore.registry, calldata=calldata, sender=shore.sender, height=first.height - 1
    )  # fmt: skip
    assert allowed == b""


async def test_logs_are_found_by_event_and_institution(shore: Shore) -> None:
    landed = [await shore.act(calls.encode_register(entry(serial)), serial) for serial in (1, 2)]
    topics = ["0x" + REGISTERED.hex(), "0x" + b"14000001".ljust(32, b"\0").hex()]
    found = await shore.engine.logs(address=shore.registry, topics=topics)
    assert [log["transactionHash"] for log in found] == ["0x" + each.tx_hash.hex() for each in landed]
    assert [log["data"] for log in found] == ["0x" + each.logs[0][2].hex() for each in landed]
    late = await shore.engine.logs(address=shore.registry, topics=topics, first=landed[1].height)
    assert [log["transactionHash"] for log in late] == ["0x" + landed[1].tx_hash.hex()]
    assert await shore.engine.logs(address=shore.registry, topics=["0x" + "ab" * 32]) == []


async def test_nonces_count_what_headers_consumed(shore: Shore) -> None:
    before = await shore.engine.height()
    landed = await shore.act(calls.encode_register(entry(1)), 1)
    assert await shore.engine.next_nonce(shore.sender) == 2
    assert await shore.engine.next_nonce(shore.sender, height=landed.height) == 2
    assert await shore.engine.next_nonce(shore.sender, height=before) == 1
    assert await shore.engine.next_nonce(b"\x11" * 20) == 0


async def test_several_acts_at_once_land_in_their_order(shore: Shore) -> None:
    made = [shore.signed(calls.encode_register(entry(serial)), serial) for serial in range(1, 21)]
    for _, raw in made:
        await shore.engine.send(raw)
    landed = [await shore.engine.wait(tx_hash, limit=LIMIT) for tx_hash, _ in made]
    assert all(each.succeeded for each in landed)
    places = [(each.height, each.index) for each in landed]
    assert places == sorted(places)


async def test_acts_sent_in_the_wrong_order_land_all_the_same(shore: Shore) -> None:
    """A pool may keep what is above a gap, or refuse it: it is offered again, so both come to the same."""
    made = [shore.signed(calls.encode_register(entry(serial)), serial) for serial in (1, 2)]
    for _, raw in reversed(made):
        await shore.engine.send(raw)
    landed = [await shore.engine.wait(tx_hash, limit=LIMIT) for tx_hash, _ in made]
    assert [each.succeeded for each in landed] == [True, True]


async def test_what_is_sent_twice_lands_once(shore: Shore) -> None:
    tx_hash, raw = shore.signed(calls.encode_register(entry(1)), 1)
    await shore.engine.send(raw)
    await shore.engine.send(raw)
    landed = await shore.engine.wait(tx_hash, limit=LIMIT)
    await shore.engine.send(raw)
    assert await shore.engine.wait(tx_hash, limit=LIMIT) == landed
    assert await shore.engine.next_nonce(shore.sender) == 2


async def test_a_nonce_that_another_machine_took_is_shown_with_proof(shore: Shore) -> None:
    """Two machines with one key: the transaction of the other one was first."""
    theirs, raw = shore.signed(calls.encode_register(entry(1)), 1)
    ours, other = shore.signed(calls.encode_register(entry(2)), 1)
    await Engine(shore.running.w3, chain_id=shore.running.chain_id).send(raw)
    await shore.engine.send(other)
    with pytest.raises(NonceConsumed) as caught:
        await shore.engine.wait(ours, limit=LIMIT)
    assert caught.value.by.tx_hash == theirs
    assert caught.value.by.material.transaction().sender() == shore.sender


async def test_what_no_header_can_take_is_refused_with_words(shore: Shore) -> None:
    if "refusals" in shore.running.lacks:
        pytest.skip("this engine takes everything into its pool")
    elsewhere = Engine(shore.running.w3, chain_id=shore.running.chain_id + 1)
    _, raw = elsewhere.sign(shore.key, to=shore.registry, calldata=calls.encode_register(entry(1)), nonce=1, gas=GAS)
    with pytest.raises(Refused):
        await shore.engine.send(raw)


async def test_nothing_is_found_where_nothing_is(shore: Shore) -> None:
    assert await shore.engine.find(b"\x12" * 32) is None
    with pytest.raises(Exception, match="no header at height"):
        await shore.engine.block(10**9)


async def test_an_engine_that_restarts_loses_nothing_that_is_final(shore: Shore) -> None:
    if shore.running.restart is None:
        pytest.skip("this engine keeps nothing beyond its process, or is this process")
    landed = await shore.act(calls.encode_register(entry(1)), 1)
    await shore.running.restart()
    assert await shore.engine.find(landed.tx_hash) == landed
    assert (await shore.act(calls.encode_register(entry(2)), 2)).succeeded


async def test_an_act_under_way_while_the_engine_restarts_is_finished(shore: Shore) -> None:
    if shore.running.restart is None:
        pytest.skip("this engine keeps nothing beyond its process, or is this process")
    made = [shore.signed(calls.encode_register(entry(serial)), serial) for serial in (1, 2, 3)]
    for _, raw in made:
        await shore.engine.send(raw)
    restarting = asyncio.create_task(shore.running.restart())
    landed = [await shore.engine.wait(tx_hash, limit=LIMIT) for tx_hash, _ in made]
    await restarting
    assert [each.succeeded for each in landed] == [True, True, True]
    assert await shore.engine.next_nonce(shore.sender) == 4
