"""One real network of validators a test file, with a consortium's registry, for whatever tests ask for it.

Nothing is founded or started before the first test that wants it; without the engine such tests are skipped, and say
what to run. All of it lies below pytest's folder and ends with the file.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# What starts networks is a script and no package of the product; it lies where scripts/network finds it.
sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from network_parts.demonstration import Demonstration
from network_parts.engines import QBFT

from node.consortium.deploying import deploy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from network_parts.network import Network


class OneProcess(LoadScopeScheduling):
    """Says what stays in one process, in its order, when several processes share the work.

    A file does. So do all files of tests/network, because two networks at a time are too much for two cores, and all of
    tests/onchain, whose last asks what the others have done.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", maxsplit=1)[0]
        folder = str(Path(file).parent)
        return folder if folder in {"tests/network", "tests/onchain"} else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneProcess:
    """Hand out tests as said above, whatever --dist says."""
    return OneProcess(config, log)


@pytest.fixture(scope="module")
def consortium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The file's consortium of four institutions, its validators running; its registry is not created yet."""
    if QBFT.installed() is None:
        pytest.skip("GoQuorum is not installed: run scripts/install-engines qbft")
    demonstration = Demonstration.found(tmp_path_factory.mktemp("consortium") / "demo")
    try:
        demonstration.network.start()
        yield demonstration
    finally:
        demonstration.network.stop()


@pytest.fixture(scope="module")
def standing(consortium: Demonstration) -> Demonstration:
    """The file's consortium with its registry created. Who breaks its network uses `network` as well."""
    asyncio.run(deploy(consortium.consortium.deployment, consortium.consortium.anchor, consortium.network.urls))
    return consortium


@pytest.fixture
def network(consortium: Demonstration) -> Iterator[Network]:
    """The file's network for one test that may break it; afterwards everybody runs and is connected again."""
    yield consortium.network
    consortium.network.recover()
