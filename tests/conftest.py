"""One real network of validators a test file, with a consortium's registry, for whatever tests ask for it.

Nothing is founded or started before the first test that wants it; without the engine such tests are skipped, and say
what to run. All of it lies below pytest's folder and ends with the file.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# What starts networks is a script and no package of the product; it lies where scripts/network finds it.
sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from network_parts.demonstration import Demonstration
from network_parts.engines import QBFT

from node.consortium.deploying import deploy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from network_parts.network import Network


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests stay in one process, in their order, when several processes share the work.

    A file does. So do all files that use a consortium, because two networks at a time are too much for two cores, and
    all of the registry's, whose last asks what the others have done.
    """
    with_consortium = {item.path for item in items if "consortium" in getattr(item, "fixturenames", ())}
    for item in items:
        if "onchain" in item.path.parts:
            group = "onchain"
        else:
            group = "consortium" if item.path in with_consortium else str(item.path)
        item.add_marker(pytest.mark.xdist_group(name=group))


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
