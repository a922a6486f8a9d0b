"""The embedded chain's two doors, in-process and over HTTP, give the same answers, in words that clients know."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp.test_utils import TestServer
from engines import EMBEDDED_CHAIN_ID, SENDER_KEY, VALIDATOR_KEY
from eth_account import Account
from eth_hash.auto import keccak
from web3 import AsyncHTTPProvider

from contracts import deploy, views
from contracts.parties import Admission
from node.chain.embedded import EmbeddedChain
from node.chain.embedded.seal import validator_of
from node.chain.embedded.server import LOOPBACK, rpc_application

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

SENDER = validator_of(SENDER_KEY)
REGISTRY = deploy.registry_address(SENDER, 0)


class Doors:
    """Two providers of one chain in which the registry stands."""

    def __init__(self, here: Any, there: Any) -> None:
        self.here, self.there = here, there

    async def ask(self, method: str, *params: Any) -> Any:
        """Ask both, see that they agree, and give the answer less its id."""
        answers = [await provider.make_request(method, list(params)) for provider in (self.here, self.there)]
        here, there = ({name: value for name, value in answer.items() if name != "id"} for answer in answers)
        assert here == there, method
        return here


def signed(nonce: int, calldata: bytes) -> str:
    fields = {"nonce": nonce, "gasPrice": 0, "gas": 8_000_000, "value": 0, "data": calldata}
    return "0x" + Account.sign_transaction(fields | {"chainId": EMBEDDED_CHAIN_ID}, SENDER_KEY).raw_transaction.hex()


async def receipt(provider: Any, tx_hash: str) -> Any:
    """Wait for a transaction's receipt."""
    for _ in range(500):
        if found := (await provider.make_request("eth_getTransactionReceipt", [tx_hash]))["result"]:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("no header took the transaction")


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    path = tmp_path / "chain.db"
    EmbeddedChain.found(path, chain_id=EMBEDDED_CHAIN_ID, validator=validator_of(VALIDATOR_KEY), founder=SENDER)
    async with EmbeddedChain.open(path, sealing_key=VALIDATOR_KEY) as chain:
        server = TestServer(rpc_application(chain.rpc), host=LOOPBACK)
        await server.start_server()
        there = AsyncHTTPProvider(str(server.make_url("/")))
        one = Admission(institution=b"14000001", profile_digest=b"\1" * 32, one_person=True, registrars=(SENDER,))
        raw = signed(0, deploy.creation_calldata([b"\7" * 20], 1, [one]))
        await chain.provider.make_request("eth_sendRawTransaction", [raw])
        made = Doors(chain.provider, there)
        await receipt(chain.provider, "0x" + keccak(bytes.fromhex(raw[2:])).hex())
        yield made
        await there.disconnect()
        await server.close()


async def test_both_give_the_same_answers(doors: Doors) -> None:
    receipt = (await doors.ask("eth_getBlockReceipts", "latest"))["result"][0]
    address, sender = "0x" + REGISTRY.hex(), "0x" + SENDER.hex()
    question = "0x" + views.GOVERNANCE.hex()
    for method, params in [
        ("web3_clientVersion", []), ("net_version", []), ("eth_chainId", []), ("eth_blockNumber", []),
        ("eth_getBlockByNumber", ["latest", True]), ("eth_getBlockByNumber", ["earliest", False]),
        ("eth_getBlockByHash", [receipt["blockHash"], True]), ("eth_getBlockReceipts", ["0x1"]),
        ("eth_getTransactionByHash", [receipt["transactionHash"]]),
        ("eth_getTransactionReceipt", [receipt["transactionHash"]]),
        ("eth_getTransactionCount", [sender, "pending"]), ("eth_getBalance", [sender, "latest"]),
        ("eth_getCode", [address, "latest"]), ("eth_getStorageAt", [address, "0x0", "latest"]),
        ("eth_getProof", [address, ["0x0", "0x1"], "0x1"]), ("eth_getLogs", [{"fromBlock": "earliest"}]),
        ("eth_call", [{"to": address, "data": question}, "latest"]), ("web3_sha3", ["0x00"]), ("eth_accounts", []),
        ("eth_estimateGas", [{"from": sender, "to": address, "data": question}]),
        ("eth_gasPrice", []), ("eth_syncing", []), ("eth_getBlockReceipts", ["0x9"]),
        ("eth_getBlockTransactionCountByNumber", ["0x1"]), ("eth_getBlockTransactionCountByNumber", ["0x9"]),
        ("eth_getTransactionByBlockNumberAndIndex", ["0x1", "0x0"]),
        ("eth_getTransactionByBlockNumberAndIndex", ["0x1", "0x1"]),
        ("eth_getBalance", [sender, {"blockNumber": "0x0"}]),
        ("eth_getCode", [address, {"blockHash": receipt["blockHash"]}]),
    ]:  # fmt: skip
        assert "error" not in await doors.ask(method, *params), method


async def test_both_refuse_with_the_same_codes(doors: Doors) -> None:
    for method, params, code in (
        ("eth_mine", [], -32601),
        ("eth_getBlockByNumber", [], -32602),
        ("eth_getLogs", [1], -32602),
        ("eth_call", [{"data": "0x60006000fd"}, "latest"], 3),
        ("eth_call", [{"data": "0xfe"}, "latest"], -32000),
        ("eth_call", [{"to": "0x" + REGISTRY.hex(), "data": "0xffffffff"}, "latest"], 3),
        ("eth_sendRawTransaction", ["0x01"], -32000),
    ):
        assert (await doors.ask(method, *params))["error"]["code"] == code, method


async def test_a_transaction_sent_again_is_told_to_be_known(doors: Doors) -> None:
    raw = signed(1, b"\0")
    first = await doors.here.make_request("eth_sendRawTransaction", [raw])
    await receipt(doors.here, first["result"])
    again = await doors.ask("eth_sendRawTransaction", raw)
    assert (again["error"]["code"], again["error"]["message"]) == (-32000, "already known")


async def test_every_tag_but_earliest_is_the_head(doors: Doors) -> None:
    head = await doors.ask("eth_getBlockByNumber", "latest", False)
    for tag in ("pending", "safe", "finalized"):
        assert await doors.ask("eth_getBlockByNumber", tag, False) == head
