"""Judges that share no code with what they judge: sha256sum, an OCFL validator, the chain's raw eth_getLogs.

They compare what lies in a home with the acknowledgements that its processes printed, which are kept outside it.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import tomllib
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ocfl
from eth_hash.auto import keccak

from node.chain.embedded import EmbeddedChain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_RESOURCE = b"bytes8,bytes32,bytes32,uint8,uint32,bytes32,bytes,bytes32,uint16,bytes32,bytes32,bytes32"
REGISTERED = keccak(b"Registered(" + _RESOURCE + b")")
_UNITS = b"bytes8,bytes32,bytes32,uint32,bytes,bytes32,uint16,bytes32,bytes32,bytes32,bytes32"
COMMITTED = keccak(b"UnitsCommitted(" + _UNITS + b")")
REMARKS = {"W004", "W005"}
"""What the validator may remark on: SHA-256 for SHA-512, and object ids that are no URIs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnChain:
    """What one log of the registry says: the topics as they stand, and where the log stands."""

    name: str
    digest: str
    tx_hash: str
    height: int


def logs_on_chain(home: Path, topic: bytes) -> list[OnChain]:
    """Ask the chain's own JSON-RPC for the raw logs of the institution's events; ``name`` is the second topic."""
    identity = json.loads((home / "home.json").read_bytes())
    wanted = {
        "fromBlock": "0x0", "toBlock": "latest", "address": "0x" + identity["registry"],
        "topics": ["0x" + topic.hex(), "0x" + identity["code"].encode().hex().ljust(64, "0")],
    }  # fmt: skip
    request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": [wanted]}).encode()
    answer = asked_network(home, request) if identity["chain"] == "network" else asyncio.run(asked_here(home, request))
    return [
        OnChain(
            name=log["topics"][2], digest=log["topics"][3].removeprefix("0x"), tx_hash=log["transactionHash"],
            height=int(log["blockNumber"], 16),
        )
        for log in json.loads(answer)["result"]
    ]  # fmt: skip


async def asked_here(home: Path, request: bytes) -> bytes:
    """Put a request to the home's embedded chain."""
    async with EmbeddedChain.open(home / "chain.db") as chain:
        return await chain.rpc.answer_bytes(request) or b""


def asked_network(home: Path, request: bytes) -> bytes:
    """Put a request to the first validator that the home's settings name."""
    url = tomllib.loads((home / "zhicang.toml").read_text())["rpc_urls"][0]
    headers = {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, request, headers), timeout=60) as response:
        answer: bytes = response.read()
    return answer


def numbers_on_chain(home: Path) -> dict[str, OnChain]:
    """Give every number that the chain knows, each of which stands there once."""
    logs = logs_on_chain(home, REGISTERED)
    found = {bytes.fromhex(log.name.removeprefix("0x")).rstrip(b"\0").decode(): log for log in logs}
    assert len(found) == len(logs), "a number stands twice on chain"
    return found


def lists_on_chain(home: Path) -> dict[str, OnChain]:
    """Give every unit list that the chain knows by its root, each of which stands there once."""
    logs = logs_on_chain(home, COMMITTED)
    found = {log.name: log for log in logs}
    assert len(found) == len(logs) == len({log.digest for log in logs}), "a unit list stands twice on chain"
    return found


def objects_of(home: Path) -> dict[str, Path]:
    """Give the folder of every object of the storage root by the id that its inventory says."""
    inventories = sorted((home / "storage").glob("*/*/inventory.json"))
    return {json.loads(path.read_bytes())["id"]: path.parent for path in inventories}


def judge_digests(home: Path) -> None:
    """Let sha256sum check every payload file against the list that lies beside it."""
    for folder in objects_of(home).values():
        payload = folder / "v1" / "content" / "payload"
        command = ["sha256sum", "--strict", "-c", "../manifest-sha256.txt"]
        done = subprocess.run(command, cwd=payload, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{payload}: {done.stdout}{done.stderr}"
        files = sum(path.is_file() for path in payload.rglob("*"))
        assert done.stdout.count(": OK\n") == files > 0, f"{payload}: {files} files, {done.stdout}"


def judge_storage(home: Path) -> None:
    """Let the validator read the whole storage root; it may remark on nothing that is not known."""
    root = ocfl.StorageRoot(root=str(home / "storage"))
    valid = root.validate(validate_objects=True, check_digests=True, log_warnings=True)
    said = " ".join([*root.log.messages, *(message for _, message in root.errors)])
    codes = set(re.findall(r"\[([EW]\d{3})[a-z]?\]", said))
    assert valid, said
    assert codes <= REMARKS, said
    assert root.num_objects == root.good_objects == len(objects_of(home)), said


def judge_acknowledgements(home: Path, acknowledged: Iterable[dict[str, Any]]) -> None:
    """Look every acknowledgement up on the chain and in the storage root."""
    numbers, lists, objects = numbers_on_chain(home), lists_on_chain(home), objects_of(home)
    for line in acknowledged:
        unit_list = "root" in line
        log = lists[line["root"]] if unit_list else numbers[line["resource_id"]]
        said = line.get("sha256", log.digest)  # `send` acknowledges by number and transaction alone
        assert (log.digest, log.tx_hash, log.height) == (said, line["tx_hash"], line["height"]), line
        folder = objects[f"units-{said}" if unit_list else line["resource_id"]]
        if unit_list or line.get("kind") == "file":
            payload = next((folder / "v1" / "content" / "payload").iterdir())
            done = subprocess.run(["sha256sum", payload], capture_output=True, text=True, check=True)
            assert done.stdout.lstrip("\\").split()[0] == said, line


def judge_wholeness(home: Path) -> None:
    """See that storage and chain hold the same things, so that nothing is there by half."""
    stored = set(objects_of(home))
    lists = {f"units-{log.digest}" for log in lists_on_chain(home).values()}
    assert stored == set(numbers_on_chain(home)) | lists
    assert list((home / "staging").iterdir()) == []


def judge(home: Path, acknowledged: Iterable[dict[str, Any]]) -> None:
    """Let every judge look at a home in which nothing is under way."""
    judge_digests(home)
    judge_storage(home)
    judge_acknowledgements(home, acknowledged)
    judge_wholeness(home)
