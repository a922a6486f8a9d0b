from __future__ import annotations

import sys
from pathlib import Path

import pytest

# What these tests share lies beside them; a package named `tests` cannot hold it, since installed ones bear that name.
sys.path.insert(0, str(Path(__file__).parent))

from registry_at_hand import INSTITUTION, NEIGHBOUR, RegistryAtHand


@pytest.fixture
def bare() -> RegistryAtHand:
    """A registry that has admitted nobody."""
    return RegistryAtHand()


@pytest.fixture
def registry() -> RegistryAtHand:
    """A registry with two institutions: account 1 is the registrar of the first, account 2 of the second."""
    return RegistryAtHand((INSTITUTION, 1), (NEIGHBOUR, 2))
