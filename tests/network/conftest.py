"""One real network of four validators a session, on this machine; tests are skipped without an engine."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# What starts networks is a script and no package of the product; it lies where scripts/network finds it.
sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from network_parts.engines import QBFT
from network_parts.network import Network, random_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

CHAIN_ID = 2_023_000_012


def new_network(folder: Path) -> Network:
    """Found a network that nobody started yet; skip the test where there is no engine."""
    if QBFT.installed() is None:
        pytest.skip("GoQuorum is not installed: run scripts/install-engines qbft")
    keys = random_keys(4, os.urandom)
    return Network.found(folder, node_keys=keys, chain_id=CHAIN_ID, timestamp=int(time.time()))


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """The session's network; whoever uses it may find validators down, and gets them started by `network`."""
    network = new_network(tmp_path_factory.mktemp("network"))
    try:
        network.start()
        yield network
    finally:
        network.stop()


@pytest.fixture
def network(running: Network) -> Iterator[Network]:
    """The session's network, whole: everybody runs, is connected, and seals."""
    yield running
    running.recover()
