from __future__ import annotations

import asyncio
import json
import os
import time
from typing import TYPE_CHECKING

import pytest

from node.founding import Institution, found
from node.home import Home
from node.importers.unit_source import UnitSource
from node.records.metadata import Metadata
from node.records.parts import Source
from node.registrar.editions import Because
from node.registrar.outcome import Registered
from node.registrar.request import RegisterRequest
from node.registrar.unit_file import UnitRequest
from node.runtime import open_for_writing

if TYPE_CHECKING:
    from pathlib import Path

PASSPHRASE = b"a passphrase for tests"
INSTITUTION = Institution(code="14000001", name="某图书馆", credit_code="12140000DEM000001M", region="140000")


@pytest.fixture(scope="session")
def leaving(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a file, a tree that was given new content, and a unit batch, all final."""
    folder = tmp_path_factory.mktemp("leaving")
    (folder / "扫描" / "第一册").mkdir(parents=True)
    (folder / "one.txt").write_text("一")
    (folder / "扫描" / "p1.tif").write_bytes(b"1" * 3000)
    (folder / "扫描" / "第一册" / "p2 .tif").write_bytes(b"2" * 1_200_000)
    asyncio.run(_fill(folder))
    return Home(folder / "home")


async def _fill(folder: Path) -> None:
    home = Home(folder / "home")
    await found(
        home.path, INSTITUTION, passphrase=PASSPHRASE, chain_id=1_234_567_890, clock=time.time,
        random_bytes=os.urandom, work_factor=2,
    )  # fmt: skip
    one = Metadata(
        title="=晋绥日报 号外", period=2023, creator=("甲", "乙"), stock="new", client_ref="0001",
        derived_from=(Source(relation="recognised", tool="OCR", version="5", confidence=985),),
    )  # fmt: skip
    requests = [
        RegisterRequest(source=folder / "one.txt", metadata=one),
        RegisterRequest(source=folder / "扫描", metadata=Metadata(title="扫描", period=2023, access="open")),
    ]
    async with open_for_writing(home, PASSPHRASE, environment={"XDG_STATE_HOME": str(folder / "state")}) as node:
        outcomes = [each async for each in node.registrar.register(requests, stored=lambda: None)]
        assert all(isinstance(each, Registered) for each in outcomes), outcomes
        numbers = sorted(each.row.number for each in outcomes if isinstance(each, Registered))
        unit = {"resource_id": numbers[0], "level": "页", "title": "x"}
        lines = [json.dumps({"unit_id": str(i), **unit}) for i in range(5)]
        (folder / "units.jsonl").write_text("\n".join(lines))
        request = UnitRequest(source=UnitSource(folder / "units.jsonl"), period=2023, batch=5)
        assert [each async for each in node.registrar.register_units(request)]
        (folder / "扫描" / "p3.tif").write_bytes(b"3")
        stage = await node.registrar.stage_of_new()
        matter = node.registrar.editions.supersede(numbers[1], folder / "扫描", Because(reason=1), stage=stage)
        assert matter is not None
        assert [each async for each in node.registrar.carry_out(approved=False)]
