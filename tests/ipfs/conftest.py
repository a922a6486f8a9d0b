"""One kubo a session, and another one for the tests that break theirs; both listen on 127.0.0.1 alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from network_parts.engines import KUBO
from network_parts.kubo import Kubo
from network_parts.swarm import new_swarm_key

if TYPE_CHECKING:
    from collections.abc import Iterator

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def kubo_program() -> None:
    """The program; tests that need it are skipped where it was not installed."""
    if KUBO.installed() is None:
        pytest.skip("kubo is not installed: run scripts/install-engines kubo")


@pytest.fixture(scope="session")
def kubo_offline(kubo_program: None, tmp_path_factory: pytest.TempPathFactory) -> Kubo:  # noqa: ARG001
    """A repository whose commands are run without a daemon."""
    return Kubo.found(tmp_path_factory.mktemp("kubo") / "offline", swarm_key=None)


@pytest.fixture(scope="session")
def kubo(kubo_program: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kubo]:  # noqa: ARG001
    """A running kubo for the whole session; tests add to it and break nothing."""
    kubo = Kubo.found(tmp_path_factory.mktemp("kubo") / "repository", swarm_key=new_swarm_key())
    kubo.start()
    try:
        yield kubo
    finally:
        kubo.stop()


@pytest.fixture
def own_kubo(kubo_program: None, tmp_path: Path) -> Iterator[Kubo]:  # noqa: ARG001
    """A kubo for one test, which may break it."""
    kubo = Kubo.found(tmp_path / "kubo", swarm_key=new_swarm_key())
    kubo.start()
    try:
        yield kubo
    finally:
        kubo.stop()
