"""eth_getLogs by its indexes against a scan of every log."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from node.chain.embedded.errors import InvalidParamsError, RefusedError, RpcError

TOPICS = [bytes([number]) * 32 for number in range(3)]


def emitting(chance: random.Random) -> bytes:
    """Init code that emits some logs with 0 to 4 topics, each from the three."""
    code = b""
    for _ in range(chance.randrange(1, 4)):
        topics = [chance.choice(TOPICS) for _ in range(chance.randrange(5))]
        pushed = b"".join(b"\x7f" + topic for topic in reversed(topics))
        code += pushed + bytes([0x60, chance.randrange(33), 0x60, 0, 0xA0 + len(topics)])
    return code + b"\x00"


async def chain_with_logs(site: Any, keys: Any, signed: Any, chain: Any) -> Any:
    chance = random.Random(5)
    for nonce in range(0, 24, 3):
        raws = [signed(keys.founder, nonce + more, calldata=emitting(chance)) for more in range(3)]
        await site.send_all(chain, *raws)
    every = []
    for height in range(chain.head.height + 1):
        for receipt in await chain.rpc.call("eth_getBlockReceipts", [hex(height)]):
            every += receipt["logs"]
    return every


def fits(log: Any, query: Any) -> Any:
    height = int(log["blockNumber"], 16)
    if not int(query.get("fromBlock", "0x0"), 16) <= height <= int(query.get("toBlock", "0xffff"), 16):
        return False
    if (wanted := query.get("address")) and log["address"] not in ([wanted] if isinstance(wanted, str) else wanted):
        return False
    topics = query.get("topics", [])
    if len(topics) > len(log["topics"]):
        return False
    return all(
        not place or topic in ([place] if isinstance(place, str) else place)
        for place, topic in zip(topics, log["topics"], strict=False)
    )


async def test_every_shape_of_filter_finds_what_a_scan_finds(site: Any, keys: Any, signed: Any) -> None:
    async with site.open() as chain:
        every = await chain_with_logs(site, keys, signed, chain)
        assert len(every) > 30
        addresses = sorted({log["address"] for log in every})
        texts = ["0x" + topic.hex() for topic in TOPICS]
        places = [None, texts[0], texts[1], [texts[0], texts[2]], []]
        chance, answered = random.Random(6), 0
        shapes = [list(shape) for length in range(5) for shape in itertools.product(places, repeat=length)]
        for topics in chance.sample(shapes, 250):
            first = chance.randrange(chain.head.height + 1)
            query = {"fromBlock": hex(first), "toBlock": hex(chance.randrange(first, chain.head.height + 1))}
            query |= {"topics": topics} if topics else {}
            address = chance.choice([None, addresses[0], addresses[3:9], []])
            query |= {} if address is None else {"address": address}
            found = await chain.rpc.call("eth_getLogs", [query])
            assert found == [log for log in every if fits(log, query)], query
            answered += len(found)
        assert answered > 50


async def test_by_block_hash_and_by_tags(site: Any, keys: Any, signed: Any) -> None:
    async with site.open() as chain:
        every = await chain_with_logs(site, keys, signed, chain)
        third = await chain.rpc.call("eth_getBlockByNumber", ["0x3"])
        found = await chain.rpc.call("eth_getLogs", [{"blockHash": third["hash"]}])
        assert found == [log for log in every if log["blockNumber"] == "0x3"]
        assert await chain.rpc.call("eth_getLogs", [{"fromBlock": "earliest", "toBlock": "finalized"}]) == every
        head = hex(chain.head.height)
        assert await chain.rpc.call("eth_getLogs", [{}]) == [log for log in every if log["blockNumber"] == head]
        assert await chain.rpc.call("eth_getLogs", [{"fromBlock": hex(10**18)}]) == []
        with pytest.raises(RefusedError, match="unknown block"):
            await chain.rpc.call("eth_getLogs", [{"blockHash": "0x" + "00" * 32}])


@pytest.mark.parametrize(
    "query",
    [
        None, [], {"topics": "0x"}, {"topics": ["0x12"]}, {"topics": [None] * 5}, {"address": "0x12"},
        {"fromBlock": "newest"}, {"fromBlock": 3}, {"fromBlock": "0x03"}, {"from": "0x1"},
        {"blockHash": "0x" + "00" * 32, "fromBlock": "0x0"}, {"blockHash": "0x00"},
    ],
)  # fmt: skip
async def test_a_malformed_filter_is_refused(site: Any, query: Any) -> None:
    async with site.open() as chain:
        with pytest.raises(InvalidParamsError):
            await chain.rpc.call("eth_getLogs", [query])


async def test_an_answer_has_an_end(site: Any, keys: Any, signed: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("node.chain.embedded.logs.MOST_LOGS", 5)
    async with site.open() as chain:
        every = await chain_with_logs(site, keys, signed, chain)
        with pytest.raises(RpcError, match="more than 5 logs") as caught:
            await chain.rpc.call("eth_getLogs", [{"fromBlock": "0x0"}])
        assert caught.value.code == -32005
        few = [log for log in every if log["blockNumber"] == "0x1"][:5]
        assert (await chain.rpc.call("eth_getLogs", [{"fromBlock": "0x1", "toBlock": "0x1"}]))[:5] == few


async def test_a_look_up_reads_an_index(site: Any, keys: Any, signed: Any) -> None:
    """Ask SQLite how it would answer: by the index of the rarest topic given."""
    from node.chain.embedded import logs

    async with site.open() as chain:
        await chain_with_logs(site, keys, signed, chain)
        wanted = logs.LogFilter(first=0, last=99, addresses=(b"a" * 20,), topics=((TOPICS[0],), (), (TOPICS[1],)))
        seen = []
        chain._store._connection.set_trace_callback(seen.append)  # noqa: SLF001 - the statement is what is looked at
        logs.find_logs(chain._store, wanted)  # noqa: SLF001
        chain._store._connection.set_trace_callback(None)  # noqa: SLF001
        plan = " ".join(str(row) for row in chain._store.query("EXPLAIN QUERY PLAN " + seen[0]))  # noqa: SLF001
        assert "logs_by_topic2 (topic2=? AND height>? AND height<?)" in plan
        assert "SCAN" not in plan
