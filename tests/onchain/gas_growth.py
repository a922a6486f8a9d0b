"""The gas of each act in registries of 10 to 200,000 records: by hand, on anvil, which takes up to an hour.

`PYTHONPATH=. .venv/bin/python tests/onchain/gas_growth.py` writes contracts/gas-growth.md anew; it wants
`scripts/install-engines anvil`. A test measures the two smallest sizes of its own on py-evm and compares.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry_at_hand import (
    FAR,
    GAS,
    GOVERNOR,
    INSTITUTION,
    KEYS,
    NEIGHBOUR,
    NEIGHBOUR_REGISTRAR,
    ONE_PERSON,
    REGISTRAR,
    account,
    batch,
    entry,
    reason,
)

from contracts import artefact, calls, deploy, governing
from contracts.calls import (
    AcceptDeliveryCall,
    AmendCall,
    AttestCall,
    DeliverCall,
    GovernCall,
    SupersedeCall,
    WithdrawCall,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contracts.records import Entry

TABLE = Path(__file__).parents[2] / "contracts" / "gas-growth.md"
ENGINE = Path(__file__).parents[2] / "scripts" / "install-engines"
SIZES = (10, 1_000, 10_000, 200_000)
GROUP = 50
MEASURED = 1_000_000
"""The first serial number that is registered to be measured; below are those that fill the registry."""


def steady(serial: int) -> Entry:
    """Give an entry whose calldata cost the same gas whatever the number: no byte of its digests is zero."""
    made = entry(serial)
    digests = {
        name: getattr(made, name).replace(b"\0", b"\1")
        for name in ("content_digest", "metadata_digest", "cid", "programme", "lot")
    }
    return replace(made, **digests)


def filling(first: int, last: int) -> Iterator[bytes]:
    """Give the calldata that register the numbers from the first to before the last."""
    for start in range(first, last, GROUP):
        yield calls.encode_register_many([steady(serial) for serial in range(start, min(start + GROUP, last))])


def measured(send: Callable[[bytes, int], int], size: int) -> dict[str, int]:
    """Do every act once in a registry of this size; give the gas of each. The numbers differ from size to size."""
    first = MEASURED + 100 * size
    one, why, word = steady(first), reason(), b"w" * 32
    amended = replace(one, metadata_digest=b"m" * 32)
    renewed = replace(amended, content_digest=steady(first + 60).content_digest)
    package, root = steady(first + 61).content_digest, steady(first + 62).content_digest
    units = replace(batch(root=root), **dict.fromkeys(("list_digest", "counting_rule", "parent"), word), cid=word)
    freeze = governing.encode_governed(governing.FreezeCall(number=steady(first + 1).number, document=word))
    acts: list[tuple[str, bytes, int]] = [
        ("register", calls.encode_register(one), REGISTRAR),
        ("registerMany, 50", next(filling(first + 1, first + 51)), REGISTRAR),
        *(
            (name, calls.encode_call(call), sender)
            for name, call, sender in (
                ("amend", AmendCall(
                    entry=amended, former_metadata_digest=one.metadata_digest, version=2, reason=why), REGISTRAR),
                ("supersede", SupersedeCall(entry=renewed, version=3, reason=why), REGISTRAR),
                ("withdraw", WithdrawCall(number=one.number, version=3, reason=why), REGISTRAR),
                ("deliver", DeliverCall(
                    recipient=NEIGHBOUR, package_digest=package, claimed=1, programme=word, period=2023, lot=word,
                    document=word), REGISTRAR),
                ("acceptDelivery", AcceptDeliveryCall(
                    institution=INSTITUTION, package_digest=package, document=word), NEIGHBOUR_REGISTRAR),
                ("attest", AttestCall(subject=word, kind=2, digest=word, verdict=1), REGISTRAR),
                ("govern, freeze", GovernCall(call=freeze, expires=FAR, document=word), GOVERNOR),
            )
        ),
        ("commitUnits", calls.encode_commit_units(units), REGISTRAR),
    ]  # fmt: skip
    return {name: send(calldata, sender) for name, calldata, sender in acts}


class Anvil:
    """A registry on anvil's Berlin, spoken to by bare JSON-RPC with the accounts of KEYS."""

    def __init__(self, url: str) -> None:
        self.url = url
        for place in (GOVERNOR, REGISTRAR, NEIGHBOUR_REGISTRAR):
            self.ask("anvil_impersonateAccount", "0x" + account(place).hex())
            self.ask("anvil_setBalance", "0x" + account(place).hex(), hex(10**24))
        self.registry: str | None = None
        self.receipt: dict[str, Any] = {}
        self.send(deploy.creation_calldata([account(GOVERNOR)], 1, ONE_PERSON), GOVERNOR)
        self.registry = self.receipt["contractAddress"]

    def ask(self, method: str, *params: Any) -> Any:
        question = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.url, question, {"content-type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            said = json.load(answer)
        if "error" in said:
            raise RuntimeError(said["error"])
        return said["result"]

    def send(self, calldata: bytes, sender: int) -> int:
        """Send a transaction that must succeed; give its gas."""
        fields = {"from": "0x" + account(sender).hex(), "data": "0x" + calldata.hex()}
        fields |= {"gas": hex(GAS), "gasPrice": "0x0"}
        tx_hash = self.ask("eth_sendTransaction", fields | ({"to": self.registry} if self.registry else {}))
        while (found := self.ask("eth_getTransactionReceipt", tx_hash)) is None:
            time.sleep(0.001)
        self.receipt = found
        assert self.receipt["status"] == "0x1"
        return int(self.receipt["gasUsed"], 16)


def run() -> dict[int, dict[str, int]]:
    """Fill a registry on anvil and measure at each size."""
    program = subprocess.run([ENGINE, "--where", "anvil"], capture_output=True, text=True, check=True).stdout.strip()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--hardfork", "berlin", "--port", str(port), "--silent", "--gas-limit", "100000000", "--gas-price", "0"]
    engine = subprocess.Popen([program, *options, "--prune-history", "--transaction-block-keeper", "8"])
    try:
        time.sleep(3)
        registry, rows, filled = Anvil(f"http://127.0.0.1:{port}"), {}, 1
        for size in SIZES:
            for calldata in filling(filled, size + 1):
                registry.send(calldata, REGISTRAR)
            filled = size + 1
            rows[size] = measured(registry.send, size)
            sys.stderr.write(f"{size:,} records\n")
        return rows
    finally:
        engine.terminate()
        engine.wait()


def text(rows: dict[int, dict[str, int]]) -> str:
    """Give the page."""
    heads = " | ".join(f"{size:,} records" for size in rows)
    lines = "\n".join(
        f"| {act} | " + " | ".join(f"{rows[size][act]:,}" for size in rows) + " |" for act in rows[SIZES[0]]
    )
    return f"""# Gas per act in a growing registry

Measured on anvil, Berlin, with the code of `artefact.json` (code hash 0x{artefact.load().code_hash.hex()[:16]}…).
The registry really held so many records, registered fifty at a time; no act's gas depends on it.

| act | {heads} |
|---|{"---:|" * len(rows)}
{lines}

Written by hand with `PYTHONPATH=. .venv/bin/python tests/onchain/gas_growth.py`; a test measures the first two columns
again on py-evm and compares.
"""


if __name__ == "__main__":
    assert len(KEYS) >= NEIGHBOUR_REGISTRAR
    TABLE.write_text(text(run()), encoding="utf-8")
