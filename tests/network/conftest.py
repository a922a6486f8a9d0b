from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# What these tests share lies beside them, and the judges with the other faults; a package named `tests` cannot hold
# it, since installed ones bear that name.
sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))
sys.path.insert(0, str(Path(__file__).parent))

from branch import Branch
from fault_place import Place
from network_parts.demonstration import HOMES, PASSPHRASE

if TYPE_CHECKING:
    from network_parts.demonstration import Demonstration


@pytest.fixture(scope="module")
def branches(standing: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Branch]:
    """The homes of the file's consortium by the names of their folders. What tests register in them stays there."""

    def branch(name: str) -> Branch:
        place = Place(tmp_path_factory.mktemp(name), standing.join(name))
        (place.folder / "passphrase").write_bytes(PASSPHRASE)
        return Branch(place)

    with ThreadPoolExecutor(2) as workers:
        return dict(zip(HOMES, workers.map(branch, HOMES), strict=True))


@pytest.fixture
def branch(branches: dict[str, Branch]) -> Branch:
    """A one-person home, which asks validator 3 first: that of its own institution."""
    return branches["zhejiang"]
