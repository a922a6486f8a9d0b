"""JSON-RPC 2.0 to the letter, and the HTTP door that no browser gets through."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from node.chain.embedded.server import LOOPBACK, rpc_application


def request(method: Any = "eth_chainId", params: Any = (), **changed: Any) -> Any:
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": list(params)} | changed


@pytest.fixture
async def chain(site: Any) -> Any:
    async with site.open() as opened:
        yield opened


@pytest.fixture
async def http(chain: Any) -> Any:
    server = TestServer(rpc_application(chain.rpc), host=LOOPBACK)
    await server.start_server()
    async with aiohttp.ClientSession(base_url=server.make_url("/")) as session:
        yield session
    await server.close()


@pytest.mark.parametrize(
    ("body", "code", "identifier"),
    [
        (b"", -32700, None),
        (b"{", -32700, None),
        (b"\xff\xfe", -32700, None),
        (b"[" * 100_000, -32700, None),
        (b'{"a":' * 100_000, -32700, None),
        (b"[]", -32600, None),
        (b"1", -32600, None),
        (b'{"id": 7}', -32600, 7),
        (json.dumps(request(jsonrpc="1.0")).encode(), -32600, 7),
        (json.dumps(request(id={})).encode(), -32600, None),
        (json.dumps(request(id=True)).encode(), -32600, None),
        (json.dumps(request(method=1)).encode(), -32600, 7),
        (json.dumps(request("eth_mine")).encode(), -32601, 7),
        (json.dumps(request(params=[1]) | {"params": {"a": 1}}).encode(), -32602, 7),
        (json.dumps(request("eth_chainId", [1])).encode(), -32602, 7),
        (json.dumps(request("eth_getBlockByNumber", ["0x01", False])).encode(), -32602, 7),
        (json.dumps(request("eth_getBlockByNumber", ["latest", "yes"])).encode(), -32602, 7),
        (json.dumps(request("eth_getTransactionByHash", ["0x12"])).encode(), -32602, 7),
        (json.dumps(request("eth_sendRawTransaction", ["hello"])).encode(), -32602, 7),
        (json.dumps(request("eth_sendRawTransaction", ["0xc0"])).encode(), -32000, 7),
        (json.dumps(request("eth_call", [{"too": "0x"}])).encode(), -32602, 7),
        (json.dumps(request("eth_call", [{"data": "0x01", "input": "0x02"}])).encode(), -32602, 7),
        (json.dumps(request("eth_call", [{}, "0x5"])).encode(), -32000, 7),
    ],
)
async def test_errors(chain: Any, body: Any, code: Any, identifier: Any) -> None:
    response = json.loads(await chain.rpc.answer_bytes(body))
    assert response["error"]["code"] == code
    assert response["error"]["message"]
    assert response["id"] == identifier
    assert set(response) == {"jsonrpc", "id", "error"}


async def test_a_batch_is_answered_in_its_order_without_the_notifications(chain: Any) -> None:
    silent = request()
    del silent["id"]
    batch = [request(id=1), silent, request("net_version", id="two"), 5, request("eth_mine", id=None)]
    responses = await chain.rpc.answer(batch)
    assert [response["id"] for response in responses] == [1, "two", None, None]
    assert [response.get("result") for response in responses] == [hex(770_001), "770001", None, None]
    assert [response["error"]["code"] for response in responses[2:]] == [-32600, -32601]
    assert await chain.rpc.answer([silent, silent]) is None
    assert await chain.rpc.answer(silent) is None
    assert (await chain.rpc.answer([request()] * 1001))["error"]["code"] == -32600


async def test_a_fault_of_ours_is_told_in_a_word_and_does_not_end_the_chain(chain: Any, caplog: Any) -> None:
    chain._store._connection.execute("PRAGMA query_only = OFF")  # noqa: SLF001
    chain._store.close()  # noqa: SLF001 - as if the disk had gone
    response = await chain.rpc.answer(request("eth_blockNumber"))
    assert response["error"] == {"code": -32603, "message": "Internal error: ProgrammingError"}
    assert "eth_blockNumber failed" in caplog.text
    assert (await chain.rpc.answer(request()))["result"] == hex(770_001)


async def test_over_http(http: Any) -> None:
    async with http.post("/", json=request()) as response:
        assert (response.status, response.content_type) == (200, "application/json")
        assert await response.json() == {"jsonrpc": "2.0", "id": 7, "result": hex(770_001)}
    silent = request()
    del silent["id"]
    async with http.post("/", json=silent) as response:
        assert (response.status, await response.read()) == (204, b"")
    async with http.get("/") as response:
        assert response.status == 405


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://127.0.0.1"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "library.example"}, 403),
        ({"Host": "127.0.0.1.library.example"}, 403),
        ({"Host": "localhost:8545"}, 200),
        ({"Host": "[::1]:8545"}, 200),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
    ],
)
async def test_no_web_page_may_ask(http: Any, headers: Any, status: Any) -> None:
    given = {"Content-Type": "application/json"} | headers
    async with http.post("/", data=json.dumps(request()), headers=given) as response:
        assert response.status == status


async def test_a_body_has_an_end(http: Any) -> None:
    too_much = io.BytesIO(bytes((16 << 20) + 1))
    async with http.post("/", data=too_much, headers={"Content-Type": "application/json"}) as response:
        assert response.status == 413


async def test_reading_goes_on_while_a_header_is_executed(site: Any, keys: Any, signed: Any) -> None:
    """A loop of 8 M gas takes a second or more to execute; meanwhile the head before it is answered at once."""
    loop_for_ever = bytes.fromhex("5b600056")
    async with site.open() as chain:
        tx_hash = await chain.send(signed(keys.founder, 0, calldata=loop_for_ever, gas=8_000_000))
        await asyncio.sleep(0.2)
        clock = asyncio.get_running_loop().time
        begun = clock()
        assert await chain.rpc.call("eth_blockNumber", []) == "0x0"
        assert await chain.rpc.call("eth_getTransactionReceipt", ["0x" + tx_hash.hex()]) is None
        waiting = await chain.rpc.call("eth_getTransactionByHash", ["0x" + tx_hash.hex()])
        assert (waiting["blockNumber"], waiting["nonce"]) == (None, "0x0")
        assert await chain.rpc.call("eth_getTransactionCount", [waiting["from"], "pending"]) == "0x1"
        assert await chain.rpc.call("eth_getTransactionCount", [waiting["from"], "latest"]) == "0x0"
        assert clock() - begun < 0.5
        assert (await site.receipt(chain, "0x" + tx_hash.hex()))["gasUsed"] == hex(8_000_000)
