from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from node.founding import Institution, found
from node.home import Home
from node.importers.unit_source import UnitSource
from node.records.metadata import Metadata
from node.registrar.changeable import Because
from node.registrar.outcome import Registered
from node.registrar.request import RegisterRequest
from node.registrar.unit_file import UnitRequest
from node.runtime import open_for_writing

if TYPE_CHECKING:
    from pathlib import Path

PASSPHRASE = b"a passphrase for tests"
INSTITUTION = Institution(code="14000001", name="某图书馆", credit_code="12140000DEM000001M", region="140000")
SHARED = b"a blank page that two resources have"


@dataclass(frozen=True, kw_only=True)
class Collection:
    """A home, and the numbers of what was registered in it by name."""

    home: Home
    numbers: dict[str, str]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """Open, closed and consortium resources, two of which share a page; one with new content; two unit lists."""
    return asyncio.run(_fill(tmp_path_factory.mktemp("visibility")))


async def _fill(folder: Path) -> Collection:
    home = Home(folder / "home")
    await found(
        home.path, INSTITUTION, passphrase=PASSPHRASE, chain_id=1_234_567_890, clock=time.time,
        random_bytes=os.urandom, work_factor=2,
    )  # fmt: skip
    requests = []
    for name, access in {"open": "open", "closed": "closed", "members": "consortium", "renewed": "open"}.items():
        (folder / name).mkdir()
        (folder / name / "own.txt").write_text(f"only in {name}")
        (folder / name / "blank.tif").write_bytes(SHARED if name in ("open", "closed") else name.encode())
        metadata = Metadata(title=name, period=2023, access=access)
        requests.append(RegisterRequest(source=folder / name, metadata=metadata))
    async with open_for_writing(home, PASSPHRASE, environment={"XDG_STATE_HOME": str(folder / "state")}) as node:
        outcomes = [each async for each in node.registrar.register(requests, stored=lambda: None)]
        assert all(isinstance(each, Registered) for each in outcomes), outcomes
        numbers = {each.row.title: each.row.number for each in outcomes if isinstance(each, Registered)}
        for list_, names in {"open": ["open"], "mixed": ["open", "closed"]}.items():
            units = [{"unit_id": f"{list_}{i}", "resource_id": numbers[name], "level": "页", "title": "x"}
                     for i, name in enumerate(names)]  # fmt: skip
            (folder / f"{list_}.jsonl").write_text("\n".join(json.dumps(unit) for unit in units))
            request = UnitRequest(source=UnitSource(folder / f"{list_}.jsonl"), period=2023, batch=5)
            assert [each async for each in node.registrar.register_units(request)]
        (folder / "renewed" / "own.txt").write_text("scanned again")
        stage = await node.registrar.stage_of_new()
        editions = node.registrar.editions
        assert editions.supersede(numbers["renewed"], folder / "renewed", Because(reason=1), stage=stage)
        assert [each async for each in node.registrar.carry_out(approved=False)]
    return Collection(home=home, numbers=numbers)
