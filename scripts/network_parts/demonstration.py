"""The consortium that anyone can try: four institutions that keep a validator each, on a network of this machine.

DIR/
  passphrase    of every keystore; a demonstration has no secrets
  consortium/   what `zhicang network found` writes: anchor, deployment, genesis, guide, keys
  network/      the validators, which scripts/network starts, stops and breaks
  homes/NAME/   the nodes of the institutions
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from network_parts.engines import Missing
from network_parts.network import Network

from node.consortium.deploying import deploy
from node.consortium.founding import found_consortium
from node.consortium.spec import read_spec

if TYPE_CHECKING:
    from node.consortium.founded import Consortium

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = b"demonstration, no secret"
WORK_FACTOR = 2
"""Of scrypt: there is no use in making a published passphrase expensive to guess."""
HOMES = {"national": "DEMO0000", "shanxi": "DEMO0014", "zhejiang": "DEMO0033", "sichuan": "DEMO0051"}
"""The folder of each institution's home → its code."""
AGREEMENT = """\
# 演示联盟,与正式登记无关 / a demonstration, no real registration
chain_id: 2023000010
period: 1
request_timeout: 1
threshold: 3
demonstration: true

institutions:
  - code: DEMO0000
    name: 国家图书馆(演示)
    credit_code: 12100000DEM0000015
    region: 100000
    policy: two-person
    registrars: [make one]
    reviewers: [make one]
    auditors: [make one]
  - code: DEMO0014
    name: 山西省图书馆(演示)
    credit_code: 12140000DEM000001M
    region: 140000
    policy: two-person
    registrars: [make one]
    reviewers: [make one]
  - code: DEMO0033
    name: 浙江图书馆(演示)
    credit_code: 12330000DEM000001Y
    region: 330000
    policy: one-person
    registrars: [make one]
    reviewers: [make one]
  - code: DEMO0051
    name: 四川省图书馆(演示)
    credit_code: 12510000DEM0000014
    region: 510000
    policy: one-person
    registrars: [make one]

governors:
  - {keeper: DEMO0000, key: make one}
  - {keeper: DEMO0014, key: make one}
  - {keeper: DEMO0033, key: make one}
  - {keeper: DEMO0051, key: make one}

validators:
  - {keeper: DEMO0000, key: make one}
  - {keeper: DEMO0014, key: make one}
  - {keeper: DEMO0033, key: make one}
  - {keeper: DEMO0051, key: make one}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """A demonstration's consortium and its network."""

    folder: Path
    consortium: Consortium
    network: Network

    @property
    def consortium_folder(self) -> Path:
        """What `zhicang network found` wrote."""
        return self.folder / "consortium"

    @property
    def passphrase_file(self) -> Path:
        """The file with the passphrase of every keystore."""
        return self.folder / "passphrase"

    @classmethod
    def found(cls, folder: Path) -> Demonstration:
        """Write the consortium and its network, in a new folder; nothing runs yet."""
        if folder.exists() and any(folder.iterdir()):
            raise Missing(f"{folder} is not empty; scripts/network start {folder} goes on with what is there")
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "passphrase").write_bytes(PASSPHRASE + b"\n")
        agreement = folder / "CONSORTIUM.yaml"
        agreement.write_text(AGREEMENT)
        spec = read_spec(agreement)
        consortium = found_consortium(
            folder / "consortium", spec, agreement=AGREEMENT.encode(), passphrase=PASSPHRASE, clock=time.time,
            random_bytes=os.urandom, work_factor=WORK_FACTOR,
        )  # fmt: skip
        agreement.unlink()
        keys = [
            bytes.fromhex((folder / "consortium" / "institutions" / one.keeper / "nodekey").read_text())
            for one in consortium.validators
        ]
        network = Network.found(
            folder / "network", node_keys=keys, chain_id=spec.chain_id, period=spec.period,
            request_timeout=spec.request_timeout, timestamp=consortium.genesis.timestamp,
        )  # fmt: skip
        return cls(folder=folder, consortium=consortium, network=network)

    def join(self, name: str) -> Path:
        """Make the home of an institution, attached to the network by its own validator first; give its folder."""
        home = self.folder / "homes" / name
        place = list(HOMES).index(name)
        urls = self.network.urls[place:] + self.network.urls[:place]
        command = [
            sys.executable, "-m", "node.cli", "--home", str(home), "join", "--json", "--rpc", ",".join(urls),
            "--anchor", str(self.consortium_folder / "anchor.json"),
            "--fingerprint", self.consortium.anchor.fingerprint,
            "--keystores", str(self.consortium_folder / "institutions" / HOMES[name] / "keystores"),
            "--passphrase-file", str(self.passphrase_file),
        ]  # fmt: skip
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"the home {name} cannot join: {done.stdout}{done.stderr}")
        # By this file commands in the home know the passphrase without being told.
        (home / "demo-passphrase").write_bytes(PASSPHRASE + b"\n")
        return home

    def begin(self) -> int:
        """Start the validators, create the registry, and give the height at which it was created."""
        self.network.start()
        landed, _ = asyncio.run(deploy(self.consortium.deployment, self.consortium.anchor, self.network.urls))
        return landed.height
