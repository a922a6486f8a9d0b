"""One validator of a network on this machine: its files and its process.

NODE/
  geth/nodekey      its key, in the clear, as engines want it
  config.toml       where it listens and who its peers are
  engine.log, pid   see `network_parts.process`
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from network_parts import json_rpc
from network_parts.engines import QBFT, Missing
from network_parts.process import Daemon

from node.receipts.keccak import keccak

if TYPE_CHECKING:
    from pathlib import Path

_GAS = "800000000"
_MANY, _VERY_MANY = "100000", "200000"
_FLAGS = (
    "--nodiscover", "--nat", "none", "--netrestrict", "127.0.0.0/8", "--ipcdisable", "--syncmode", "full",
    # With less than the archive a killed engine comes back with an older head, and seals other headers in its place.
    "--gcmode", "archive",
    "--mine", "--miner.threads", "1", "--miner.gasprice", "0", "--miner.gastarget", _GAS, "--miner.gaslimit", _GAS,
    "--txpool.pricelimit", "0", "--txpool.accountslots", _MANY, "--txpool.accountqueue", _MANY,
    "--txpool.globalslots", _VERY_MANY, "--txpool.globalqueue", _VERY_MANY,
    "--http", "--http.addr", "127.0.0.1", "--http.api", "eth,net,web3,txpool,istanbul,debug,admin",
    "--rpc.allow-unprotected-txs", "--cache", "64",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Validator(Daemon):
    """A validator; numbers count from 1, addresses are 0x and 40 digits, the enode has no host in it."""

    chain_id: int
    address: str
    public_key: str
    p2p_port: int
    rpc_port: int

    @property
    def url(self) -> str:
        """Where it answers JSON-RPC."""
        return f"http://127.0.0.1:{self.rpc_port}"

    @property
    def enode(self) -> str:
        """Where its peers find it."""
        return f"enode://{self.public_key}@127.0.0.1:{self.p2p_port}?discport=0"

    @property
    def node_id(self) -> str:
        """By what its peers list it: the digest of its public key."""
        return keccak(bytes.fromhex(self.public_key)).hex()

    def prepare(self, *, node_key: str, genesis: Path, peers: list[str]) -> None:
        """Write its files and its first header."""
        (self.folder / "geth").mkdir(parents=True)
        key = self.folder / "geth" / "nodekey"
        key.touch(mode=0o600)
        key.write_text(node_key)
        listed = ", ".join(f'"{peer}"' for peer in peers)
        lines = ["[Node.P2P]", f'ListenAddr = "127.0.0.1:{self.p2p_port}"', "NoDiscovery = true", "MaxPeers = 50"]
        (self.folder / "config.toml").write_text("\n".join([*lines, f"StaticNodes = [{listed}]", ""]))
        command = [str(_engine()), "--datadir", str(self.folder), "init", str(genesis)]
        done = subprocess.run(command, env=self._environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"the engine refused its genesis:\n{done.stderr[-2000:]}")

    def start(self) -> None:
        """Start its process, unless it runs."""
        if self.pid() is None:
            command = [
                str(_engine()), "--datadir", str(self.folder), "--config", str(self.folder / "config.toml"),
                "--networkid", str(self.chain_id), "--http.port", str(self.rpc_port), *_FLAGS,
            ]  # fmt: skip
            self.become(command, self._environment())

    def answers(self) -> bool:
        """Tell whether it gives the height of its head."""
        return self.height() is not None

    def call(self, method: str, *parameters: Any) -> Any:
        """Ask it by JSON-RPC; raise Unanswered when it gives no result."""
        return json_rpc.call(self.rpc_port, method, *parameters)

    def height(self) -> int | None:
        """Give the height of its head, or None while it does not answer (one that is paused is not asked)."""
        if self.pid() is None or self.paused():
            return None
        try:
            return int(self.call("eth_blockNumber"), 16)
        except json_rpc.Unanswered:
            return None

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder), "PRIVATE_CONFIG": "ignore"}


def _engine() -> Path:
    engine = QBFT.installed()
    if engine is None:
        raise Missing("GoQuorum is not installed; run scripts/install-engines qbft")
    return engine
