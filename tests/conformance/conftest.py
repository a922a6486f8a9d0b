"""One engine after the other for the seam's suite; where one is not installed its tests are skipped with words."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from engines import ENGINES, Running, found_network

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from network_parts.network import Network


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """The session's network of four validators."""
    yield from found_network(tmp_path_factory.mktemp("network"))


@pytest.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Running]:
    network = request.getfixturevalue("network") if request.param == "QBFT" else None
    async with ENGINES[request.param](tmp_path, network) as running:
        yield running
