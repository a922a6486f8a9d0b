"""One kubo on this machine: its repository, its settings, its process.

The repository is the process's folder; a crash leaves it whole, and a second start goes on with it. Nothing of it ever
asks a host outside 127.0.0.1: no bootstrap peers, routing, DNS or telemetry, and only peers that know the swarm key.
"""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from network_parts.engines import KUBO, Missing
from network_parts.network import free_ports
from network_parts.process import Daemon, wait_until

from storage.kubo_private import PRIVATE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PATIENCE = 60.0
"""Seconds that a kubo has to answer after its start."""
PORTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Kubo(Daemon):
    """A kubo below a folder."""

    swarm_port: int
    api_port: int
    gateway_port: int

    @classmethod
    def found(
        cls,
        folder: Path,
        *,
        swarm_key: str | None,
        number: int = 1,
        ports: list[int] | None = None,
        durable: bool = False,
    ) -> Kubo:
        """Make a repository with the settings of a private node; without a key it is a node of no swarm.

        A durable one syncs what it stores, as the storage root does.
        """
        swarm, api, gateway = ports or free_ports(PORTS)
        kubo = cls(number=number, folder=folder.resolve(), swarm_port=swarm, api_port=api, gateway_port=gateway)
        folder.mkdir(parents=True, mode=0o700)
        kubo.run("init", "--profile=unixfs-v1-2025")
        if swarm_key is not None:
            place = folder / "swarm.key"
            place.touch(mode=0o600)
            place.write_text(swarm_key, encoding="ascii")
        kubo.settle(
            PRIVATE
            | {
                "Addresses.Announce": [],
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
        return self.folder / "config"

    @property
    def url(self) -> str:
        """The URL of its RPC API."""
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def gateway(self) -> str:
        """The URL of its gateway."""
        return f"http://127.0.0.1:{self.gateway_port}"

    @property
    def identity(self) -> str:
        """By what its peers know it."""
        identity: str = json.loads(self.config_file.read_bytes())["Identity"]["PeerID"]
        return identity

    def settle(self, settings: dict[str, Any]) -> None:
        """Write settings, by their dotted names, while it does not run."""
        config = json.loads(self.config_file.read_bytes())
        for name, value in settings.items():
            *parents, last = name.split(".")
            place = config
            for parent in parents:
                place[parent] = place = place.get(parent) or {}
            place[last] = value
        self.config_file.write_text(json.dumps(config), encoding="utf-8")

    def know(self, others: Iterable[Kubo]) -> None:
        """Keep connections to other members of the swarm."""
        peers = [
            {"ID": other.identity, "Addrs": [f"/ip4/127.0.0.1/tcp/{other.swarm_port}"]}
            for other in others
            if other is not self
        ]
        self.settle({"Peering.Peers": peers})

    def run(self, *arguments: str, given: bytes = b"") -> bytes:
        """Run one of its commands; raise CalledProcessError with what it said."""
        command = [str(_program()), *arguments]
        return subprocess.run(
            command, input=given, capture_output=True, check=True, env=self._environment(), timeout=300
        ).stdout

    def start(self) -> None:
        """Start it, unless it runs, and wait until its RPC API answers; raise Missing when it does not."""
        if self.pid() is None:
            command = [str(_program()), "daemon", "--migrate=false", "--repo-dir", str(self.folder)]
            self.become(command, self._environment())
        said = f"kubo {self.number} does not answer; see {self.log}"
        wait_until(lambda: self.answers() or self.pid() is None, limit=PATIENCE, what=said)
        if self.pid() is None:
            raise Missing(f"{said}\n{self.log.read_text(encoding='utf-8')[-2000:]}")

    def answers(self) -> bool:
        """Tell whether its RPC API answers."""
        return self.pid() is not None and not self.paused() and self._ask("id") is not None

    def meet(self, other: Kubo) -> None:
        """Connect with another member now; by itself a kubo dials one that was not there again after some time."""
        self._ask(f"swarm/connect?arg=/ip4/127.0.0.1/tcp/{other.swarm_port}/p2p/{other.identity}")

    def peers(self) -> set[str]:
        """Give whom it is connected with; raise Missing when it does not answer."""
        answer = self._ask("swarm/peers")
        if answer is None:
            raise Missing(f"kubo {self.number} does not answer; see {self.log}")
        return {peer["Peer"] for peer in answer["Peers"] or ()}

    def _ask(self, call: str) -> dict[str, Any] | None:
        request = urllib.request.Request(f"{self.url}/api/v0/{call}", method="POST")  # noqa: S310 - 127.0.0.1
        try:
            with urllib.request.urlopen(request, timeout=15) as response:  # noqa: S310 - 127.0.0.1
                answer: dict[str, Any] = json.load(response)
                return answer
        except urllib.error.HTTPError:
            return {"Peers": None}  # it answers: it wants a token
        except OSError:
            return None

    def _environment(self) -> dict[str, str]:
        forced = {"LIBP2P_FORCE_PNET": "1"} if (self.folder / "swarm.key").exists() else {}
        return {**os.environ, **forced, "IPFS_PATH": str(self.folder), "IPFS_TELEMETRY": "off"}


def _program() -> Path:
    program = KUBO.installed()
    if program is None:
        raise Missing("kubo is not installed; run scripts/install-engines kubo")
    return program
