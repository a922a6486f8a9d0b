"""A private swarm of kubo on this machine: who shares the key finds the others, nobody else finds anything.

DIR/
  swarm.json   the members and their ports; written last, so a folder without it is no swarm
  swarm.key    what the members share (0600)
  nodes/N/     the repository of one kubo each, with a copy of the key
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from network_parts.engines import Missing
from network_parts.kubo import PORTS, Kubo
from network_parts.network import free_ports
from network_parts.process import wait_until

if TYPE_CHECKING:
    from pathlib import Path

_MEETING = 60.0


def new_swarm_key() -> str:
    """Draw the key that the members of a private swarm share."""
    return f"/key/swarm/psk/1.0.0/\n/base16/\n{secrets.token_hex(32)}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swarm:
    """A swarm that lies in a folder."""

    folder: Path
    members: tuple[Kubo, ...]

    @classmethod
    def found(cls, folder: Path, *, nodes: int) -> Swarm:
        """Write a swarm's repositories, in a new folder; nothing runs."""
        if folder.exists() and any(folder.iterdir()):
            raise Missing(f"{folder} is not empty; scripts/network start {folder} goes on with what is there")
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        key = new_swarm_key()
        (folder / "swarm.key").touch(mode=0o600)
        (folder / "swarm.key").write_text(key, encoding="ascii")
        ports = free_ports(PORTS * nodes)
        members = [
            Kubo.found(
                folder / "nodes" / str(number), swarm_key=key, number=number,
                ports=ports[PORTS * (number - 1) : PORTS * number],
            )
            for number in range(1, nodes + 1)
        ]  # fmt: skip
        for member in members:
            member.know(members)
        described = [
            {"number": one.number, "swarm_port": one.swarm_port, "api_port": one.api_port,
             "gateway_port": one.gateway_port}
            for one in members
        ]  # fmt: skip
        (folder / "swarm.json").write_text(json.dumps({"format": 1, "members": described}, indent=2) + "\n")
        return cls(folder=folder, members=tuple(members))

    @classmethod
    def open(cls, folder: Path) -> Swarm:
        """Read what a swarm is; raise Missing where there is none."""
        try:
            described: list[dict[str, Any]] = json.loads((folder / "swarm.json").read_text())["members"]
        except FileNotFoundError:
            raise Missing(f"{folder} holds no swarm") from None
        folder = folder.resolve()
        members = tuple(Kubo(folder=folder / "nodes" / str(one["number"]), **one) for one in described)
        return cls(folder=folder, members=members)

    def start(self) -> None:
        """Start every member that does not run, and wait until each is connected with all the others."""
        for member in self.members:
            member.start()
        wait_until(
            self._are_met,
            limit=_MEETING, what=f"the members do not find each other; see {self.folder}/nodes/*/engine.log",
        )  # fmt: skip

    def _are_met(self) -> bool:
        """Connect whoever is not connected yet; tell whether all were."""
        met = True
        for member in self.members:
            known = member.peers()
            for other in self.members:
                if other is not member and other.identity not in known:
                    met = False
                    member.meet(other)
        return met

    def stop(self) -> None:
        """End every member's process."""
        for member in self.members:
            member.ask_to_stop()
        for member in self.members:
            member.stop()
