"""eth_call and eth_estimateGas: what they give, what they leave, and where they end."""

from __future__ import annotations

from typing import Any

import pytest

from node.chain.embedded.errors import InvalidParamsError, RefusedError, RevertError

WRITES = bytes.fromhex("6001600055 6001600155 6001600255 6001600355 6001600455 00")
"""Runtime: writes five slots, 111,000 gas."""


def creation(runtime: bytes) -> bytes:
    """Init code that gives a runtime of less than 32 bytes."""
    length = len(runtime)
    return bytes([0x5F + length]) + runtime + bytes([0x60, 0, 0x52, 0x60, length, 0x60, 32 - length, 0xF3])


def insists(inner: bytes) -> bytes:
    """Runtime that calls `inner` with all its gas and reverts when that fails."""
    call = bytes.fromhex("6000600060006000600073") + inner + bytes.fromhex("5af1")
    after = len(call) + 3
    return call + bytes([0x60, after + 5, 0x57]) + bytes.fromhex("60006000fd 5b00")


async def test_an_estimate_holds_where_an_inner_call_needs_its_share(site: Any, keys: Any, signed: Any) -> None:
    async with site.open() as chain:
        (inner,) = await site.send_all(chain, signed(keys.founder, 0, calldata=creation(WRITES)))
        runtime = insists(bytes.fromhex(inner["contractAddress"][2:]))
        length = len(runtime)
        copies = bytes.fromhex(f"60{length:02x}600c60003960{length:02x}6000f3")
        (outer,) = await site.send_all(chain, signed(keys.founder, 1, calldata=copies + runtime))
        call = {"from": "0x" + site.founder.hex(), "to": outer["contractAddress"]}
        estimate = int(await chain.rpc.call("eth_estimateGas", [call]), 16)
        used = 21_000 + 2_600 + 5 * (20_000 + 2_100 + 6)
        assert used < estimate < used * 1.05
        with pytest.raises(RevertError):
            await chain.rpc.call("eth_call", [call | {"gas": hex(used)}])
        target = bytes.fromhex(outer["contractAddress"][2:])
        (receipt,) = await site.send_all(chain, signed(keys.founder, 2, to=target, gas=estimate))
        assert receipt["status"] == "0x1"


async def test_a_plain_estimate_is_exact(site: Any, keys: Any, signed: Any) -> None:
    async with site.open() as chain:
        data = "0x" + creation(WRITES).hex()
        call = {"from": "0x" + site.founder.hex(), "data": data}
        estimate = int(await chain.rpc.call("eth_estimateGas", [call]), 16)
        raw = signed(keys.founder, 0, calldata=creation(WRITES), gas=estimate)
        assert (await site.send_all(chain, raw))[0]["gasUsed"] == hex(estimate)


async def test_a_call_leaves_nothing(site: Any, keys: Any, signed: Any) -> None:
    async with site.open() as chain:
        (made,) = await site.send_all(chain, signed(keys.founder, 0, calldata=creation(WRITES)))
        head = chain.head
        assert await chain.rpc.call("eth_call", [{"to": made["contractAddress"]}]) == "0x"
        assert await chain.rpc.call("eth_getStorageAt", [made["contractAddress"], "0x0"]) == "0x" + "00" * 32
        assert await chain.rpc.call("eth_getTransactionCount", ["0x" + "00" * 20]) == "0x0"
        assert chain.head == head


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        ({"data": "0x6001600055", "gas": hex(60_000)}, RefusedError, "out of gas"),
        ({"data": "0xfe"}, RefusedError, "InvalidInstruction"),
        ({"gas": hex(20_000)}, RefusedError, "intrinsic gas too low"),
        ({"value": "0x1", "to": "0x" + "11" * 20}, RefusedError, "enough balance|afford"),
        ({"data": "0x602a60005260206000fd"}, RevertError, "execution reverted"),
        ({"to": "0x1234"}, InvalidParamsError, "to: 2 bytes, want 20"),
        ("0x", InvalidParamsError, "not an object"),
    ],
)
async def test_a_call_that_fails_says_how(site: Any, call: Any, error: type[Exception], words: str) -> None:
    async with site.open() as chain:
        for method in ("eth_call", "eth_estimateGas"):
            with pytest.raises(error, match=words) as caught:
                await chain.rpc.call(method, [call])
            if error is RevertError:
                assert caught.value.to_json()["data"] == "0x" + "00" * 31 + "2a"  # type: ignore[attr-defined]


async def test_reading_a_contract_from_any_thread(site: Any, keys: Any, signed: Any) -> None:
    answers_seven = creation(bytes.fromhex("600760005260206000f3"))
    async with site.open() as chain:
        (made,) = await site.send_all(chain, signed(keys.founder, 0, calldata=answers_seven))
        contract = bytes.fromhex(made["contractAddress"][2:])
        assert chain.read(contract, b"") == (7).to_bytes(32, "big")
