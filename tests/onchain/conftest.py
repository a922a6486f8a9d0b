from __future__ import annotations

import sys
from pathlib import Path

import pytest

# What these tests share lies beside them; a package named `tests` cannot hold it, since installed ones bear that name.
sys.path.insert(0, str(Path(__file__).parent))

from registry_at_hand import GOVERNORS, ONE_PERSON, TWO_PEOPLE, RegistryAtHand

LAST = "test_every_branch.py"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put last what asks which branches all the others have taken."""
    items.sort(key=lambda item: item.path.name == LAST)


@pytest.fixture
def bare() -> RegistryAtHand:
    """A registry of one governor that has admitted nobody."""
    return RegistryAtHand()


@pytest.fixture
def registry() -> RegistryAtHand:
    """A registry of one governor and two institutions of one person each."""
    return RegistryAtHand(ONE_PERSON)


@pytest.fixture
def consortium() -> RegistryAtHand:
    """A registry of three governors, two of whom decide; INSTITUTION asks for two people, NEIGHBOUR for one."""
    return RegistryAtHand(TWO_PEOPLE, governors=GOVERNORS, threshold=2)
