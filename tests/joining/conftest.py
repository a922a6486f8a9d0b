"""What the tests of joining share: a desk beside a network that runs."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# What these tests share lies beside them; a package named `tests` cannot hold it, since installed ones bear that name.
sys.path.insert(0, str(Path(__file__).parent))

from joining_desk import Desk, running

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network's folder as it was founded, to be copied: founding it anew for each test takes longer."""
    folder = tmp_path_factory.mktemp("founded") / "network"
    with running(folder):
        pass
    return folder


@pytest.fixture
def desk(tmp_path: Path, founded: Path) -> Iterator[Desk]:
    """A desk beside a network that runs."""
    (tmp_path / "passphrase").write_bytes(b"a passphrase for tests\n")
    (tmp_path / "one.txt").write_text("一\n")
    (tmp_path / "two.txt").write_text("二\n")
    shutil.copytree(founded, tmp_path / "network")
    with running(tmp_path / "network") as url:
        yield Desk(tmp_path, url)
