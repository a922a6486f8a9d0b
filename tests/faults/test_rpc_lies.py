"""An endpoint that forges what a header holds: named, passed over, and the act finishes when somebody is honest."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from lying_endpoint import CODE, SENDER, STRANGER, VALIDATOR, Endpoint, listening_all, receipt_of, running, signed

from node.chain.embedded.seal import seal, validator_of
from node.chain.errors import EndpointFailure, Forged
from node.receipts.header import Extra, header_from_json, header_to_json
from node.receipts.keccak import keccak

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class World:
    """A chain with three calls of the contract in it; the last one is asked for."""

    def __init__(self, site: Any, embedded: Any) -> None:
        self.site, self.embedded = site, embedded
        self.calls = [signed(nonce, to=site.registry) for nonce in (1, 2, 3)]
        self.wanted = self.calls[-1][0]

    def attach(self, *endpoints: Endpoint) -> Any:
        urls = [endpoint.url for endpoint in endpoints]
        return self.site.attach(*urls, genesis_hash=self.embedded.genesis_hash, patience=5.0)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with running(tmp_path) as (site, embedded):
        made = World(site, embedded)
        for _, raw in made.calls:
            await embedded.send(raw)
        for tx_hash, _ in made.calls:
            assert (await receipt_of(embedded, tx_hash))["status"] == "0x1"
        yield made


def each_receipt(answer: Any, change: Any) -> Any:
    """Apply a change to the receipts of an answer, be it one or a list."""
    for receipt in answer["result"] if isinstance(answer["result"], list) else [answer["result"]]:
        if receipt is not None:
            change(receipt)
    return answer


def on_receipts(change: Any) -> Any:
    def lie(method: str, _params: Any, answer: Any) -> Any:
        return each_receipt(answer, change) if "Receipt" in method else answer

    return lie


def on_block(change: Any) -> Any:
    """Lie about headers with their transactions, not about the head that an endpoint introduces itself with."""

    def lie(method: str, params: Any, answer: Any) -> Any:
        if method == "eth_getBlockByNumber" and params[1] and answer["result"] is not None:
            answer["result"] = change(answer["result"])
        return answer

    return lie


def resealed(key: bytes, **fields: Any) -> Any:
    """Change a header and seal it anew, with a key that may or may not be the validator's."""

    def change(block: dict[str, Any]) -> dict[str, Any]:
        header = replace(header_from_json(block), **fields)
        extra = replace(Extra.decode(header.extra_data), validators=(validator_of(key),), seals=())
        forged = seal(replace(header, extra_data=extra.encode()), key)
        return block | header_to_json(forged)

    return change


def without_seal(block: dict[str, Any]) -> dict[str, Any]:
    header = header_from_json(block)
    extra = replace(Extra.decode(header.extra_data), seals=())
    return block | header_to_json(replace(header, extra_data=extra.encode()))


def one_transaction_less(block: dict[str, Any]) -> dict[str, Any]:
    return block | {"transactions": block["transactions"][:-1]}


def another_sender(block: dict[str, Any]) -> dict[str, Any]:
    block["transactions"] = [each | {"input": "0x01"} for each in block["transactions"]]
    return block


def failed(receipt: dict[str, Any]) -> None:
    receipt["status"] = "0x0"


def no_logs(receipt: dict[str, Any]) -> None:
    receipt["logs"] = []


def other_data(receipt: dict[str, Any]) -> None:
    for log in receipt["logs"]:
        log["data"] = "0xbeef"


def added_log(receipt: dict[str, Any]) -> None:
    receipt["logs"] = receipt["logs"] * 2


def other_index(receipt: dict[str, Any]) -> None:
    receipt["transactionIndex"] = "0x7"


def not_hexadecimal(receipt: dict[str, Any]) -> None:
    receipt["transactionIndex"] = "zero"


def no_fields(receipt: dict[str, Any]) -> None:
    for name in list(receipt):
        if name not in {"blockNumber", "transactionIndex", "blockHash"}:
            del receipt[name]


LIES = {
    "a receipt that says failed": on_receipts(failed),
    "logs dropped": on_receipts(no_logs),
    "the data of a log changed": on_receipts(other_data),
    "a log added": on_receipts(added_log),
    "another index": on_receipts(other_index),
    "an index that is none": on_receipts(not_hexadecimal),
    "receipts without their fields": on_receipts(no_fields),
    "a header without seal": on_block(without_seal),
    "a header of a stranger": on_block(resealed(STRANGER)),
    "a header with another time, of a stranger": on_block(resealed(STRANGER, timestamp=1)),
    "a header with another receipts root, sealed": on_block(resealed(VALIDATOR, receipts_root=bytes(32))),
    "a transaction dropped": on_block(one_transaction_less),
    "another transaction": on_block(another_sender),
    "a header that is no object": on_block(lambda _: "0x"),
    "a header that is empty": on_block(lambda _: {}),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
async def test_one_url_that_lies_is_named_and_the_act_finishes_later(world: World, lie: Any) -> None:
    endpoint = Endpoint(world.embedded.rpc)
    async with listening_all([endpoint]), world.attach(endpoint) as attached:
        endpoint.lie = lie
        with pytest.raises(Forged) as caught:
            await attached.engine.wait(world.wanted, limit=60)
        assert (caught.value.code, caught.value.exit_code) == ("forged-answer", 3)
        endpoint.lie = Endpoint(world.embedded.rpc).lie
        landed = await attached.engine.wait(world.wanted, limit=60)
    assert_true(world, landed)


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
async def test_the_next_url_is_believed_instead(world: World, lie: Any) -> None:
    liar, witness = Endpoint(world.embedded.rpc), Endpoint(world.embedded.rpc)
    async with listening_all([liar, witness]), world.attach(liar, witness) as attached:
        liar.lie = lie
        landed = await attached.engine.wait(world.wanted, limit=60)
        asked = len(liar.asked)
        assert await attached.engine.find(world.wanted) == landed
        assert len(liar.asked) == asked, "a liar is not asked again at once"
    assert_true(world, landed)


def assert_true(world: World, landed: Any) -> None:
    header = world.embedded.head.header
    assert (landed.height, landed.time) == (header.number, header.timestamp)
    assert landed.succeeded
    assert landed.logs == ((world.site.registry, (), b""),)
    assert landed.material.transaction().sender() == validator_of(SENDER)
    assert json.loads(landed.material.to_json_bytes())["format"] == "zhicang-proof"


async def test_receipts_of_another_transaction_are_no_proof(world: World) -> None:
    """The endpoint answers with a receipt that is genuine, but of another transaction."""
    other = await receipt_of(world.embedded, world.calls[0][0])

    def swap(method: str, _params: Any, answer: Any) -> Any:
        return answer | {"result": other} if method == "eth_getTransactionReceipt" else answer

    endpoint = Endpoint(world.embedded.rpc)
    async with listening_all([endpoint]), world.attach(endpoint) as attached:
        endpoint.lie = swap
        with pytest.raises(Forged):
            await attached.engine.wait(world.wanted, limit=60)
        assert (await attached.engine.wait(world.calls[0][0], limit=60)).tx_hash == world.calls[0][0]


async def test_an_engine_without_the_call_for_all_receipts_is_asked_for_each(world: World) -> None:
    def missing(method: str, _params: Any, answer: Any) -> Any:
        if method == "eth_getBlockReceipts":
            return {"jsonrpc": "2.0", "id": answer["id"], "error": {"code": -32601, "message": "does not exist"}}
        return answer

    endpoint = Endpoint(world.embedded.rpc, lie=missing)
    async with listening_all([endpoint]), world.attach(endpoint) as attached:
        for tx_hash, _ in world.calls:
            assert (await attached.engine.wait(tx_hash, limit=60)).succeeded
    assert endpoint.asked.count("eth_getBlockReceipts") == 1


async def test_a_receipt_before_its_header_is_waited_for(world: World) -> None:
    hidden = 3

    def late(method: str, params: Any, answer: Any) -> Any:
        nonlocal hidden
        if method == "eth_getBlockByNumber" and params[1]:
            hidden -= 1
            return answer | {"result": None} if hidden >= 0 else answer
        return answer

    endpoint = Endpoint(world.embedded.rpc)
    async with listening_all([endpoint]), world.attach(endpoint) as attached:
        endpoint.lie = late
        assert (await attached.engine.wait(world.wanted, limit=60)).succeeded
    assert hidden == -1


async def test_hidden_receipts_confirm_nothing(world: World) -> None:
    def hide(method: str, _params: Any, answer: Any) -> Any:
        return answer | {"result": None} if method == "eth_getTransactionReceipt" else answer

    endpoint = Endpoint(world.embedded.rpc)
    async with listening_all([endpoint]), world.attach(endpoint) as attached:
        endpoint.lie = hide
        with pytest.raises(Exception, match="not confirmed within") as caught:
            await attached.engine.wait(world.wanted, limit=1)
        assert not isinstance(caught.value, EndpointFailure)


async def test_the_code_of_the_contract_is_what_is_compared(world: World) -> None:
    endpoint = Endpoint(world.embedded.rpc)
    async with listening_all([endpoint]), world.attach(endpoint) as attached:
        assert await attached.engine.code_hash(world.site.registry) == keccak(CODE)
