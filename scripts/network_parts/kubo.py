"""One kubo of a private swarm on this machine: its repository, its settings, its process.

The repository is owned by this object; a crash leaves it whole, and a second start goes on with it. Nothing of it ever
asks a host outside 127.0.0.1: no bootstrap peers, routing, DNS or telemetry, and only peers that know the swarm key.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PATIENCE = 60.0
"""Seconds that a kubo has to answer after its start."""

PRIVATE: dict[str, Any] = {
    "AutoConf.Enabled": False,
    "AutoTLS.Enabled": False,
    "Discovery.MDNS.Enabled": False,
    "Swarm.RelayClient.Enabled": False,
    "Swarm.RelayService.Enabled": False,
    "Swarm.EnableHolePunching": False,
    "Swarm.DisableNatPortMap": True,
    "Swarm.Transports.Network": {"QUIC": False, "WebTransport": False, "WebRTCDirect": False, "Websocket": False},
    "Addresses.Announce": [],
    "Gateway.NoFetch": True,
    "Provide.Enabled": False,
    "Routing.Type": "none",
    "Routing.DelegatedRouters": [],
    "Ipns.DelegatedPublishers": [],
    "DNS.Resolvers": {},
    "Bootstrap": [],
    "Plugins.Plugins": {"telemetry": {"Disabled": True}},
}
"""What makes a kubo private, as the names and values of its settings."""


def new_swarm_key() -> str:
    """Draw the key that the members of a private swarm share."""
    return f"/key/swarm/psk/1.0.0/\n/base16/\n{secrets.token_hex(32)}\n"


@dataclass(kw_only=True)
class Kubo:
    """A kubo below a folder; `found` once, then `start` and `stop`."""

    program: Path
    repository: Path
    swarm_port: int
    api_port: int
    gateway_port: int
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @classmethod
    def found(cls, program: Path, repository: Path, *, swarm_key: str | None, durable: bool = False) -> Kubo:
        """Make a repository with the settings of a private node; without a key it is a node of no swarm."""
        swarm, api, gateway = free_ports(3)
        kubo = cls(program=program, repository=repository, swarm_port=swarm, api_port=api, gateway_port=gateway)
        repository.mkdir(parents=True, mode=0o700)
        kubo.run("init", "--profile=unixfs-v1-2025")
        if swarm_key is not None:
            place = repository / "swarm.key"
            place.touch(mode=0o600)
            place.write_text(swarm_key, encoding="ascii")
        kubo.settle(PRIVATE)
        kubo.settle(
            {
                "Addresses.Swarm": [f"/ip4/127.0.0.1/tcp/{swarm}"],
                "Addresses.API": f"/ip4/127.0.0.1/tcp/{api}",
                "Addresses.Gateway": f"/ip4/127.0.0.1/tcp/{gateway}",
            }
        )
        if durable:
            config = json.loads(kubo.config_file.read_bytes())
            config["Datastore"]["Spec"]["mounts"][0]["sync"] = True
            kubo.config_file.write_text(json.dumps(config), encoding="utf-8")
        return kubo

    @property
    def config_file(self) -> Path:
        """The file with its settings."""
        return self.repository / "config"

    @property
    def api(self) -> str:
        """The URL of its RPC API."""
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def gateway(self) -> str:
        """The URL of its gateway."""
        return f"http://127.0.0.1:{self.gateway_port}"

    @property
    def peer(self) -> dict[str, Any]:
        """What another one's Peering.Peers needs to know of it."""
        identity = json.loads(self.config_file.read_bytes())["Identity"]["PeerID"]
        return {"ID": identity, "Addrs": [f"/ip4/127.0.0.1/tcp/{self.swarm_port}"]}

    def settle(self, settings: dict[str, Any]) -> None:
        """Write settings, by their dotted names, while it does not run."""
        config = json.loads(self.config_file.read_bytes())
        for name, value in settings.items():
            *parents, last = name.split(".")
            place = config
            for parent in parents:
                place = place.setdefault(parent, {})
            place[last] = value
        self.config_file.write_text(json.dumps(config), encoding="utf-8")

    def know(self, others: Sequence[Kubo]) -> None:
        """Keep connections to other members of the swarm."""
        self.settle({"Peering.Peers": [other.peer for other in others if other is not self]})

    def run(self, *arguments: str, given: bytes = b"") -> bytes:
        """Run one of its commands; raise CalledProcessError with what it said."""
        command = [str(self.program), *arguments]
        return subprocess.run(
            command, input=given, capture_output=True, check=True, env=self._environment(), timeout=300
        ).stdout

    def start(self) -> None:
        """Start it and wait until its RPC API answers; raise RuntimeError with the end of its log when it does not."""
        with (self.repository / "daemon.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.program), "daemon", "--migrate=false"],
                env=self._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError((self.repository / "daemon.log").read_text(encoding="utf-8")[-2000:])
            time.sleep(0.1)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End its process, if it runs."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(timeout=PATIENCE)
            self.process = None

    def _answers(self) -> bool:
        request = urllib.request.Request(f"{self.api}/api/v0/id", method="POST")  # noqa: S310 - 127.0.0.1
        try:
            with urllib.request.urlopen(request, timeout=5):  # noqa: S310 - 127.0.0.1
                return True
        except (urllib.error.URLError, OSError):
            return False

    def _environment(self) -> dict[str, str]:
        forced = {"LIBP2P_FORCE_PNET": "1"} if (self.repository / "swarm.key").exists() else {}
        return {**os.environ, **forced, "IPFS_PATH": str(self.repository), "IPFS_TELEMETRY": "off"}


def free_ports(count: int) -> list[int]:
    """Give ports of 127.0.0.1 that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()
