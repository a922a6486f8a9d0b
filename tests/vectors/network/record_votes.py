"""Record headers of a real network while its validators are voted out and in: writes qbft-live-votes.json beside this.

Run by hand with the checkout's interpreter, after scripts/install-engines qbft. The file holds the raw JSON-RPC headers
from genesis on, without their (empty) lists of transactions, so that every rule about headers can be held against what
an engine that is not ours really sealed.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from network_parts.network import Network, random_keys  # noqa: E402

CHAIN_ID = 2_023_000_011
DROPPED = ("transactions", "uncles", "size", "totalDifficulty")


def record(folder: Path) -> dict[str, object]:
    """Vote the last validator out and in again on a network of four; give the document."""
    keys = random_keys(4, os.urandom)
    network = Network.found(folder, node_keys=keys, chain_id=CHAIN_ID, timestamp=int(time.time()))
    try:
        network.start()
        address = network.validators[-1].address
        out = network.vote(address, add=False)
        network.wait_for_height(network.height() + 4)
        back = network.vote(address, add=True)
        network.wait_for_height(network.height() + 4)
        first = network.validators[0]
        blocks = [first.call("eth_getBlockByNumber", hex(height), False) for height in range(back + 4)]
    finally:
        network.stop()
    return {
        "engine": "GoQuorum 22.7.4",
        "chain_id": CHAIN_ID,
        "founding_validators": [validator.address for validator in network.validators],
        "voted": address,
        "out_decided_at": out,
        "in_decided_at": back,
        "headers": [{name: value for name, value in block.items() if name not in DROPPED} for block in blocks],
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="qbft-live-") as place:
        text = json.dumps(record(Path(place)), indent=1) + "\n"
    (HERE / "qbft-live-votes.json").write_text(text)
