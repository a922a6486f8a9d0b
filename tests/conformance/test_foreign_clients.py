"""ethers and cast use the embedded chain's JSON-RPC as they use any chain of before London."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp.test_utils import TestServer
from engines import EMBEDDED_CHAIN_ID, RECIPES, SENDER_KEY, VALIDATOR_KEY
from eth_hash.auto import keccak

from contracts import artefact
from node.chain.embedded import EmbeddedChain
from node.chain.embedded.seal import validator_of
from node.chain.embedded.server import LOOPBACK, rpc_application

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HERE = Path(__file__).parent
ARTEFACT = Path(artefact.__file__).with_name("artefact.json")
CREATION, CODE = "0x6006600c60003960066000f360006000a000", "0x60006000a000"
"""A contract that emits an empty log whenever it is called."""
SENDER = "0x" + validator_of(SENDER_KEY).hex()


@pytest.fixture
def packages() -> Path:
    found = RECIPES["js"].installed()
    if found is None:
        pytest.skip("ethers and cast are not installed: run scripts/install-engines js")
    return found


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    path, founder = tmp_path / "chain.db", validator_of(SENDER_KEY)
    EmbeddedChain.found(path, chain_id=EMBEDDED_CHAIN_ID, validator=validator_of(VALIDATOR_KEY), founder=founder)
    async with EmbeddedChain.open(path, sealing_key=VALIDATOR_KEY) as chain:
        server = TestServer(rpc_application(chain.rpc), host=LOOPBACK)
        await server.start_server()
        yield str(server.make_url("/"))
        await server.close()


async def run(*command: str | Path, **environment: str) -> str:
    """Run a client to its end; give what it prints."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
    )  # fmt: skip
    said, complained = await asyncio.wait_for(process.communicate(), timeout=120)
    assert process.returncode == 0, complained.decode()[-2000:]
    return said.decode().strip()


async def test_ethers_deploys_acts_reads_and_decodes(url: str, packages: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed: run apt-get install nodejs")
    said = await run(
        node, HERE / "ethers_client.cjs", url, "0x" + SENDER_KEY.hex(), ARTEFACT, "14000001",
        NODE_PATH=str(packages),
    )  # fmt: skip
    found: dict[str, Any] = json.loads(said)
    assert found.pop("events") == ["0x" + keccak(b"finding").hex()]
    code_hash = "0x" + artefact.load().code_hash.hex()
    assert found == {
        "chainId": EMBEDDED_CHAIN_ID, "status": 1, "type": 0, "refused": "NotNominated", "codeHash": code_hash,
        "deployed": code_hash, "block": 2,
    }  # fmt: skip


async def test_cast_sends_calls_and_reads(url: str, packages: Path) -> None:
    [program] = packages.glob("@foundry-rs/cast-*/bin/cast")

    async def cast(command: str, *arguments: str) -> str:
        return await run(program, command, "--rpc-url", url, *arguments)

    key = ("--private-key", "0x" + SENDER_KEY.hex())
    assert await cast("chain-id") == str(EMBEDDED_CHAIN_ID)
    assert await cast("gas-price") == "0"
    # --legacy is cast's own word for every chain of before London, GoQuorum and Besu with zero base fee among them
    made = json.loads(await cast("send", "--legacy", "--json", *key, "--create", CREATION))
    assert (made["status"], made["type"]) == ("0x1", "0x0")
    contract = made["contractAddress"]
    assert await cast("code", contract) == CODE
    sent = json.loads(await cast("send", "--legacy", "--json", *key, contract))
    [log] = json.loads(await cast("logs", "--json", "--from-block", "0", "--address", contract))
    assert (log["transactionHash"], log["topics"]) == (sent["transactionHash"], [])
    assert await cast("nonce", SENDER) == "2"
    assert await cast("block-number") == "2"
    assert await cast("call", contract) == "0x"
    proof = json.loads(await cast("proof", contract))
    assert proof["codeHash"] == "0x" + keccak(bytes.fromhex(CODE[2:])).hex()
    assert json.loads(await cast("receipt", "--json", sent["transactionHash"]))["blockNumber"] == "0x2"
    assert json.loads(await cast("block", "--json", "latest"))["hash"] == sent["blockHash"]
