from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from node.founding import Institution, found
from node.home import Home
from node.importers.unit_source import UnitSource
from node.records.metadata import Metadata
from node.registrar.outcome import Registered
from node.registrar.request import RegisterRequest
from node.registrar.unit_file import UnitRequest
from node.runtime import open_for_writing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PASSPHRASE = b"a passphrase for tests"
INSTITUTION = Institution(code="14000001", name="某图书馆", credit_code="12140000DEM000001M", region="140000")


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
    home = Home(folder / "home")
    await found(
        home.path, INSTITUTION, passphrase=PASSPHRASE, chain_id=1_234_567_890, clock=time.time,
        random_bytes=os.urandom, work_factor=2,
    )  # fmt: skip
    metadata = Metadata(title="题名", period=2023)
    requests = [RegisterRequest(source=folder / name, metadata=metadata) for name in ("one.txt", "scans")]
    async with open_for_writing(home, PASSPHRASE, environment={"XDG_STATE_HOME": str(folder / "state")}) as node:
        outcomes = [each async for each in node.registrar.register(requests, stored=lambda: None)]
        first = outcomes[0]
        assert isinstance(first, Registered)
        lines = [json.dumps({"unit_id": str(i), "resource_id": first.row.number, "level": "页"}) for i in range(5)]
        (folder / "units.jsonl").write_text("\n".join(lines))
        request = UnitRequest(source=UnitSource(folder / "units.jsonl"), period=2023, batch=3)
        assert [each async for each in node.registrar.register_units(request)]


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
