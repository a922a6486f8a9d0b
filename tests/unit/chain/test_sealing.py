"""What the embedded chain takes, and how it makes headers of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from contracts import calls
from node.chain.embedded.errors import RefusedError
from node.chain.embedded.seal import is_sealed_by, validator_of
from node.errors import Unavailable
from node.receipts.header import MIX_HASH, Extra

STOP = b"\x00"


async def test_a_header_is_qbft_with_one_seal_over_its_parent(site: Any, keys: Any, signed: Any) -> None:
    async with site.open() as chain:
        genesis = chain.head
        await site.send_all(chain, signed(keys.founder, 0, calldata=STOP))
        head = chain.head
        validator = validator_of(keys.validator)
        assert genesis.block_hash == chain.genesis_hash == head.header.parent_hash
        assert Extra.decode(genesis.header.extra_data).validators == (validator,)
        assert (head.height, head.header.miner, head.header.difficulty) == (1, validator, 1)
        assert (head.header.mix_hash, head.header.nonce, head.header.gas_limit) == (MIX_HASH, bytes(8), 100_000_000)
        assert is_sealed_by(head.header, validator)
        (seal,) = Extra.decode(head.header.extra_data).seals
        assert len(seal) == 65
        assert seal[64] in {0, 1}


async def test_no_transactions_no_headers(site: Any) -> None:
    async with site.open() as chain:
        await asyncio.sleep(0.05)
        assert chain.head.height == 0


async def test_times_rise_and_are_never_ahead_of_the_wall_clock(site: Any, keys: Any, signed: Any) -> None:
    site.clock.step = 0.3
    seen = []
    async with site.open() as chain:
        for nonce in range(4):
            await site.send_all(chain, signed(keys.founder, nonce, calldata=STOP))
            seen.append((chain.head.header.timestamp, site.clock.now))
    assert all(timestamp <= now for timestamp, now in seen)
    times = [timestamp for timestamp, _ in seen]
    assert times == sorted(set(times))


async def test_what_waits_goes_into_one_header_up_to_the_gas_limit(site: Any, keys: Any, signed: Any) -> None:
    async with site.open() as chain:
        site.clock.step = 0.0  # nothing is due while they arrive
        for nonce in range(7):
            await chain.send(signed(keys.founder, nonce, calldata=STOP, gas=30_000_000))
        assert len(chain.pool) == 7
        site.clock.step = 0.7
        last = await site.send_all(chain, signed(keys.founder, 7, calldata=STOP))
        counts = [len((await chain.rpc.call("eth_getBlockByNumber", [hex(height)]))["transactions"]) for height in (1,)]
        # 53,000 gas are used of each 30,000,000 asked for, and only what is used counts against the limit
        assert counts == [8]
        assert last[0]["status"] == "0x1"


async def test_a_header_stops_where_the_next_transaction_does_not_fit(site: Any, keys: Any, signed: Any) -> None:
    burn_all = b"\xfe"  # INVALID takes all the gas it was given
    async with site.open() as chain:
        site.clock.step = 0.0
        raws = [signed(keys.founder, nonce, calldata=burn_all, gas=40_000_000) for nonce in range(5)]
        hashes = [await chain.send(raw) for raw in raws]
        site.clock.step = 0.7
        receipts = [await site.receipt(chain, "0x" + tx_hash.hex()) for tx_hash in hashes]
        assert [receipt["blockNumber"] for receipt in receipts] == ["0x1", "0x1", "0x2", "0x2", "0x3"]
        assert {receipt["status"] for receipt in receipts} == {"0x0"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"nonce": 1}, "nonce too high: next nonce 0, tx nonce 1"),
        ({"chainId": 1}, "invalid chain id: have 1, want 770001"),
        ({"gasPrice": 1}, "gas price must be 0"),
        ({"gas": 100_000_001}, "exceeds block gas limit"),
        ({"gas": 53_000}, "intrinsic gas too low: have 53000, want 53004"),
        ({"value": 1}, "insufficient funds"),
        ({"data": bytes(65_536)}, "oversized data"),
        ({"chainId": None}, "not bound to a chain"),
        ({"gasPrice": None, "maxFeePerGas": 0, "maxPriorityFeePerGas": 0, "type": 2}, "legacy"),
    ],
)
async def test_refused_with_its_reason(site: Any, keys: Any, signed: Any, changed: Any, words: Any) -> None:
    fields = {"nonce": 0, "calldata": STOP} | {key: value for key, value in changed.items() if key != "data"}
    fields["calldata"] = changed.get("data", STOP)
    nonce = fields.pop("nonce")
    raw = signed(keys.founder, nonce, **fields) if None not in fields.values() else _without(keys, fields, nonce)
    async with site.open() as chain:
        with pytest.raises(RefusedError, match=words):
            await chain.send(raw)
        assert (len(chain.pool), chain.head.height) == (0, 0)


def _without(keys: Any, fields: Any, nonce: Any) -> Any:
    from eth_account import Account

    whole = {"nonce": nonce, "gasPrice": 0, "gas": 100_000, "value": 0, "data": b"\0", "chainId": 770_001}
    whole |= {name: value for name, value in fields.items() if name != "calldata"}
    return bytes(
        Account.sign_transaction({name: value for name, value in whole.items() if value is not None}, keys.founder)
        .raw_transaction
    )


async def test_a_high_s_is_refused(site: Any, keys: Any, signed: Any) -> None:
    from node.receipts.signature import ORDER
    from node.receipts.transaction import decode_transaction

    good = decode_transaction(signed(keys.founder, 0, calldata=STOP))
    s = ORDER - int.from_bytes(good.signature[32:64], "big")
    turned = good.signature[:32] + s.to_bytes(32, "big") + bytes([good.signature[64] ^ 1])
    raw = type(good)(
        nonce=good.nonce, gas_price=0, gas=good.gas, to=good.to, value=0, calldata=good.calldata,
        chain_id=good.chain_id, signature=turned,
    ).encode()  # fmt: skip
    async with site.open() as chain:
        with pytest.raises(RefusedError, match="high s"):
            await chain.send(raw)


async def test_only_senders_that_the_registry_knows(site: Any, keys: Any, signed: Any, make_entry: Any) -> None:
    async with site.open_for_registrars() as chain:
        await site.send_all(chain, *site.founding_transactions())
        with pytest.raises(RefusedError, match="not known to the registry"):
            await chain.send(signed(keys.stranger, 0, calldata=STOP))
        register = calls.encode_register(make_entry(1))
        (receipt,) = await site.send_all(chain, signed(keys.registrar, 0, to=site.registry, calldata=register))
        assert receipt["status"] == "0x1"
        assert chain.head.height <= 3


async def test_a_transaction_sent_twice_is_known_waiting_or_standing(site: Any, keys: Any, signed: Any) -> None:
    raw = signed(keys.founder, 0, calldata=STOP)
    async with site.open() as chain:
        site.clock.step = 0.0
        await chain.send(raw)
        with pytest.raises(RefusedError, match="already known"):
            await chain.send(raw)
        with pytest.raises(RefusedError, match="nonce too low: next nonce 1, tx nonce 0"):
            await chain.send(signed(keys.founder, 0, calldata=b"\x00\x00"))
        site.clock.step = 0.7
        await site.send_all(chain, signed(keys.founder, 1, calldata=STOP))
        with pytest.raises(RefusedError, match="already known"):
            await chain.send(raw)


async def test_a_clock_that_jumped_stops_the_sealing_and_says_so(site: Any, keys: Any, signed: Any) -> None:
    async with site.open() as chain:
        await site.send_all(chain, signed(keys.founder, 0, calldata=STOP))
        before = chain.head
        site.clock.jump = 3600.0
        tx_hash = await chain.send(signed(keys.founder, 1, calldata=STOP))
        with pytest.raises(RefusedError, match=r"wall clock jumped by \+3600 s"):
            await site.receipt(chain, "0x" + tx_hash.hex())
        with pytest.raises(Unavailable, match="jumped") as caught:
            await chain.send(signed(keys.founder, 2, calldata=STOP))
        assert "时钟" in caught.value.words.zh
        response = await chain.rpc.answer(
            {"jsonrpc": "2.0", "id": 1, "method": "eth_getTransactionReceipt", "params": ["0x" + tx_hash.hex()]}
        )
        assert response["error"]["code"] == -32000
        assert response["error"]["data"]["code"] == "unavailable"
        assert chain.head == before


async def test_a_clock_behind_the_last_header_stops_the_sealing(site: Any, keys: Any, signed: Any) -> None:
    async with site.open() as chain:
        await site.send_all(chain, signed(keys.founder, 0, calldata=STOP))
    site.clock.now -= 100
    async with site.open() as chain:
        await chain.send(signed(keys.founder, 1, calldata=STOP))
        for _ in range(200):
            if chain.stopped:
                break
            await asyncio.sleep(0.005)
        assert isinstance(chain.stopped, Unavailable)
        assert "behind the last header" in str(chain.stopped)
        assert chain.head.height == 1


async def test_small_steps_of_the_clock_do_not_add_up(site: Any, keys: Any, signed: Any) -> None:
    async with site.open() as chain:
        for nonce in range(4):
            site.clock.jump += 3.0
            await site.send_all(chain, signed(keys.founder, nonce, calldata=STOP))
        assert chain.head.height == 4


async def test_another_key_does_not_open_it(site: Any, keys: Any) -> None:
    with pytest.raises(Unavailable, match="not this chain's"):
        async with site.open(sealing_key=keys.stranger):
            pass


async def test_calls_nested_as_deep_as_gas_reaches_fit_the_threads_stack(site: Any, keys: Any, signed: Any) -> None:
    calls_itself = bytes.fromhex("6000600060006000600030 5a f1 00")
    creation = bytes([0x60 + len(calls_itself) - 1]) + calls_itself + bytes.fromhex("600052600e6012f3")
    async with site.open() as chain:
        (made,) = await site.send_all(chain, signed(keys.founder, 0, calldata=creation))
        contract = bytes.fromhex(made["contractAddress"][2:])
        assert await chain.rpc.call("eth_getCode", [made["contractAddress"]]) == "0x" + calls_itself.hex()
        (deep,) = await site.send_all(chain, signed(keys.founder, 1, to=contract, gas=99_000_000))
        assert deep["status"] == "0x1"
        assert int(deep["gasUsed"], 16) > 21_000 + 500 * 120  # each level takes 121
