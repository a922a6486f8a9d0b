from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from node.home import Home
from node.records.metadata import Metadata
from node.registrar.request import RegisterRequest

sys.path.insert(0, str(Path(__file__).parents[2]))

from small_home import found_in, register, register_units, writing

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a file, a tree and two unit batches, all final."""
    folder = tmp_path_factory.mktemp("audited")
    (folder / "scans").mkdir()
    (folder / "one.txt").write_text("一")
    (folder / "scans" / "p1.tif").write_bytes(b"1" * 3000)
    (folder / "scans" / "p2.tif").write_bytes(b"2" * 3_000_000)
    asyncio.run(_fill(folder))
    return folder / "home"


async def _fill(folder: Path) -> None:
    home = await found_in(folder)
    metadata = Metadata(title="题名", period=2023)
    async with writing(home) as node:
        first, _ = await register(
            node, [RegisterRequest(source=folder / name, metadata=metadata) for name in ("one.txt", "scans")]
        )
        await register_units(node, first, batch=3)


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Home:
    """A copy of the filled home for one test to tamper with."""
    shutil.copytree(filled, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def change() -> Callable[[Path, int], None]:
    """Change one bit of the byte at an offset of a file, whatever its mode says."""

    def flip(path: Path, offset: int) -> None:
        path.chmod(0o600)
        data = bytearray(path.read_bytes())
        data[offset] ^= 1
        path.write_bytes(data)

    return flip
