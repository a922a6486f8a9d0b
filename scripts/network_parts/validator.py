"""One validator of a network on this machine: its folder, its process, and what is done to it.

NODE/
  geth/nodekey   its key, in the clear, as engines want it
  config.toml    where it listens and who its peers are
  engine.log     all that it ever said
  pid            its process, written by that process itself before it becomes the engine

So whatever becomes of the script that started a validator, `pid` names it; and a number that the system gave to another
process meanwhile is recognised, because the engine's command line names the folder.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from network_parts import json_rpc
from network_parts.engines import QBFT, Missing

from node.receipts.keccak import keccak

_SPEAK_THEN_BECOME = 'echo $$ >"$0.new" && mv "$0.new" "$0" && exec "$@"'
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
_GENTLE = 15.0
_AT_ONCE = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Validator:
    """A validator; numbers count from 1, addresses are 0x and 40 digits, the enode has no host in it."""

    number: int
    folder: Path
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

    @property
    def log(self) -> Path:
        """All that it ever said."""
        return self.folder / "engine.log"

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
        if self.pid() is not None:
            return
        command = [
            str(_engine()), "--datadir", str(self.folder), "--config", str(self.folder / "config.toml"),
            "--networkid", str(self.chain_id), "--http.port", str(self.rpc_port), *_FLAGS,
        ]  # fmt: skip
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # Not subprocess.Popen: nobody here waits for the end of an engine that outlives its script.
            os.posix_spawn(
                "/bin/sh", ["sh", "-c", _SPEAK_THEN_BECOME, str(self.folder / "pid"), *command], self._environment(),
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2),
                ],
                setsid=True,
            )  # fmt: skip
        finally:
            os.close(log)
        wait_until(lambda: self.pid() is not None, limit=_AT_ONCE, what=f"validator {self.number} does not start")

    def pid(self) -> int | None:
        """Give its process, or None where it does not run."""
        try:
            pid = int((self.folder / "pid").read_text())
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if os.fsencode(self.folder) in words else None

    def paused(self) -> bool:
        """Tell whether its process is stopped."""
        pid = self.pid()
        return pid is not None and b") T " in Path(f"/proc/{pid}/stat").read_bytes()

    def pause(self) -> None:
        """Stop its process where it stands (SIGSTOP): it holds its connections and says nothing."""
        self._signal(signal.SIGSTOP)
        wait_until(lambda: self.pid() is None or self.paused(), limit=_AT_ONCE, what=f"validator {self.number} goes on")

    def resume(self) -> None:
        """Let a paused process go on."""
        self._signal(signal.SIGCONT)
        wait_until(lambda: not self.paused(), limit=_AT_ONCE, what=f"validator {self.number} stays paused")

    def kill(self) -> None:
        """End its process at once (SIGKILL), as a power cut would; its log says nothing of it."""
        self._signal(signal.SIGKILL)
        wait_until(self._gone, limit=_AT_ONCE, what=f"validator {self.number} survives")

    def ask_to_stop(self) -> None:
        """Ask its process to end; a paused one is woken for it."""
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End its process, by force where asking does not help."""
        self.ask_to_stop()
        try:
            wait_until(self._gone, limit=_GENTLE, what="")
        except Missing:
            self.kill()

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

    def _signal(self, number: signal.Signals) -> None:
        if (pid := self.pid()) is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _gone(self) -> bool:
        """Take what is left of the process, where it was started here, and tell whether it is gone."""
        with contextlib.suppress(OSError, ValueError):
            os.waitpid(int((self.folder / "pid").read_text()), os.WNOHANG)
        return self.pid() is None

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder), "PRIVATE_CONFIG": "ignore"}


def _engine() -> Path:
    engine = QBFT.installed()
    if engine is None:
        raise Missing("GoQuorum is not installed; run scripts/install-engines qbft")
    return engine


def wait_until(condition: Any, *, limit: float, what: str) -> None:
    """Look ten times a second until a condition holds; raise Missing with `what` after `limit` seconds."""
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() > deadline:
            raise Missing(what)
        time.sleep(0.1)
