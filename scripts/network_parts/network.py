"""A QBFT network of several validators on this machine: founded, started, stopped, broken and mended.

DIR/
  network.json   what it is: chain, validators, ports; written last, so a folder without it is no network
  genesis.json   the first header and the rules
  nodes/N/       one validator each
"""

from __future__ import annotations

import json
import random
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eth_keys.datatypes import PrivateKey
from network_parts.engines import Missing
from network_parts.process import wait_until
from network_parts.validator import Validator

from node.consortium.genesis import Genesis
from node.keys import new_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

FORMAT = 1
_FIRST_PORT, _LAST_PORT = 20_000, 32_000
"""Below the ports that the system gives to outgoing connections: a stopped validator finds its own still free."""
_ROW = 12
_START = 120.0
_SETTLE = 120.0
_PATIENT = 8.0
_LAG = 45.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network that lies in a folder."""

    folder: Path
    chain_id: int
    genesis_hash: str
    validators: tuple[Validator, ...]

    @classmethod
    def found(
        cls,
        folder: Path,
        *,
        node_keys: Iterable[bytes],
        chain_id: int,
        timestamp: int,
        period: int = 1,
        request_timeout: int = 1,
    ) -> Network:
        """Write a network's files, in an empty folder, validators numbered in the order of their keys; nothing runs."""
        folder.mkdir(parents=True, exist_ok=True)
        keys = [PrivateKey(key) for key in node_keys]
        genesis = Genesis(
            chain_id=chain_id, validators=tuple(sorted(_address(key) for key in keys)), period=period,
            request_timeout=request_timeout, timestamp=timestamp,
        )  # fmt: skip
        (folder / "genesis.json").write_bytes(genesis.for_quorum())
        ports = free_ports(2 * len(keys))
        described = [
            {
                "number": number, "address": "0x" + _address(key).hex(), "public_key": key.public_key.to_bytes().hex(),
                "p2p_port": ports.pop(), "rpc_port": ports.pop(),
            }
            for number, key in enumerate(keys, start=1)
        ]  # fmt: skip
        document = {
            "format": FORMAT, "chain_id": chain_id, "genesis_hash": "0x" + genesis.header().block_hash.hex(),
            "validators": described,
        }  # fmt: skip
        network = cls._of(folder, document)
        peers = [validator.enode for validator in network.validators]
        for validator, key in zip(network.validators, keys, strict=True):
            others = [peer for peer in peers if peer != validator.enode]
            validator.prepare(node_key=key.to_bytes().hex(), genesis=folder / "genesis.json", peers=others)
        (folder / "network.json").write_text(json.dumps(document, indent=2) + "\n")
        return network

    @classmethod
    def open(cls, folder: Path) -> Network:
        """Read what a network is; raise Missing where there is none."""
        try:
            return cls._of(folder, json.loads((folder / "network.json").read_text()))
        except FileNotFoundError:
            raise Missing(f"{folder} holds no network") from None

    @classmethod
    def _of(cls, folder: Path, described: dict[str, Any]) -> Network:
        folder = folder.resolve()
        chain_id = described["chain_id"]
        validators = tuple(
            Validator(folder=folder / "nodes" / str(one["number"]), chain_id=chain_id, **one)
            for one in described["validators"]
        )
        return cls(folder=folder, chain_id=chain_id, genesis_hash=described["genesis_hash"], validators=validators)

    @property
    def members(self) -> tuple[Validator, ...]:
        """What runs: the validators."""
        return self.validators

    @property
    def urls(self) -> tuple[str, ...]:
        """Where the validators answer JSON-RPC."""
        return tuple(validator.url for validator in self.validators)

    def validator(self, number: int) -> Validator:
        """Give a validator by its number, from 1; raise Missing where there is none."""
        for validator in self.validators:
            if validator.number == number:
                return validator
        raise Missing(f"there is no validator {number}; they are 1 to {len(self.validators)}")

    def start(self) -> None:
        """Start every validator that does not run, and wait until the next header is sealed and all of them have it.

        After a long halt that means all of them anew: the timers of a round double each time that nobody seals, and
        those that ran all the while would let the others wait as long again.
        """
        self.start_processes()
        height = self.height()

        def all_go_on() -> bool:
            return all((validator.height() or 0) > height for validator in self.validators)

        try:
            self.wait_for_height(height + 1, limit=_PATIENT)
            wait_until(all_go_on, limit=_LAG, what="")  # peers that were not there yet are dialled again after 30 s
        except Missing:
            self.stop()
            self.start_processes()
            wait_until(all_go_on, limit=_SETTLE, what=f"not every validator gets beyond height {height}")

    def start_processes(self) -> None:
        """Start every validator that does not run, and wait until all of them answer."""
        for validator in self.validators:
            validator.start()
        wait_until(
            lambda: all(validator.height() is not None for validator in self.validators),
            limit=_START, what=f"a validator does not answer; see {self.folder}/nodes/*/engine.log",
        )  # fmt: skip

    def stop(self) -> None:
        """End every validator's process."""
        for validator in self.validators:
            validator.ask_to_stop()
        for validator in self.validators:
            validator.stop()

    def recover(self) -> None:
        """Make the network whole again, whatever was done to it."""
        for validator in self.validators:
            validator.resume()
        self.start_processes()
        self.mend()
        self.start()

    def height(self) -> int:
        """Give the height of the highest head."""
        return max((validator.height() or 0 for validator in self.validators if validator.pid()), default=0)

    def answering(self) -> list[Validator]:
        """Give the validators that answer."""
        return [validator for validator in self.validators if validator.height() is not None]

    def wait_for_height(self, height: int, *, limit: float = _SETTLE) -> None:
        """Wait until some validator's head is that high; raise Missing after `limit` seconds."""
        wait_until(lambda: self.height() >= height, limit=limit, what=f"height {height} is not reached")

    def part(self, group: Iterable[int]) -> None:
        """Cut every connection between these validators and the others, and keep it cut until `mend`.

        A peer that was just dialling when it was removed comes back once: so it is removed until all are gone.
        """
        within = set(group)
        across = [(one, other) for one, other in self._pairs() if (one.number in within) != (other.number in within)]

        def cut() -> bool:
            connected = False
            for one, other in across:
                if any(peer["id"] == other.node_id for peer in one.call("admin_peers")):
                    connected = True
                one.call("admin_removePeer", other.enode)
            return not connected

        wait_until(cut, limit=_SETTLE, what="some validators keep their peers")

    def mend(self) -> None:
        """Connect every validator with every other one again."""
        for one, other in self._pairs():
            one.call("admin_addPeer", other.enode)

    def vote(self, address: str, *, add: bool) -> int:
        """Let the validators vote one in or out, wait until the set has changed, and give the height that did it.

        The header with the deciding vote still counts among those of the old set; the next one lists the new set.
        """
        address = address.lower()
        first = self.height()
        voters = self.answering()
        for validator in voters:
            if validator.address != address:
                validator.call("istanbul_propose", address, add)
        try:
            self._wait_for_set(lambda listed: (address in listed) == add)
        finally:
            for validator in voters:
                validator.call("istanbul_discard", address)
        height = first
        while (address in self.sealers_after(height)) != add:
            height += 1
        return height

    def sealers_after(self, height: int) -> list[str]:
        """Give the validators in force for the header after a height, as the first one that answers says."""
        for validator in self.answering():
            return [one.lower() for one in validator.call("istanbul_getValidators", hex(height))]
        raise Missing("no validator answers")

    def _wait_for_set(self, right: Callable[[list[str]], bool]) -> None:
        def changed() -> bool:
            return right(self.sealers_after(self.height()))

        wait_until(changed, limit=_SETTLE, what="the votes did not change the set of validators")

    def _pairs(self) -> list[tuple[Validator, Validator]]:
        return [(one, other) for one in self.validators for other in self.validators if one is not other]


def random_keys(count: int, random_bytes: Callable[[int], bytes]) -> list[bytes]:
    """Make so many node keys."""
    return [new_key(random_bytes).to_bytes() for _ in range(count)]


def free_ports(count: int) -> list[int]:
    """Find ports of 127.0.0.1 that nobody listens on, all of one row.

    Two networks that are founded at the same time, or of which one is stopped, are so in each other's way only when
    they draw the same row of a thousand.
    """
    rows = list(range(_FIRST_PORT, _LAST_PORT - count, max(count, _ROW)))
    random.shuffle(rows)
    for first in rows:
        row = list(range(first, first + count))
        if all(_is_free(port) for port in row):
            return row
    raise Missing("there are not enough free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _address(key: PrivateKey) -> bytes:
    address: bytes = key.public_key.to_canonical_address()
    return address
