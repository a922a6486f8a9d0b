"""A small home of one institution with a chain of its own, founded and filled in this process."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

from node.founding import Institution, found
from node.home import Home
from node.importers.unit_source import UnitSource
from node.registrar.outcome import Registered
from node.registrar.unit_file import UnitRequest
from node.runtime import open_for_writing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from node.registrar.request import RegisterRequest
    from node.runtime import Writing

PASSPHRASE = b"a passphrase for tests"
INSTITUTION = Institution(code="14000001", name="某图书馆", credit_code="12140000DEM000001M", region="140000")


async def found_in(folder: Path) -> Home:
    """Found the home ``home`` in a folder."""
    home = Home(folder / "home")
    await found(
        home.path, INSTITUTION, passphrase=PASSPHRASE, chain_id=1_234_567_890, clock=time.time,
        random_bytes=os.urandom, work_factor=2,
    )  # fmt: skip
    return home


def writing(home: Home) -> AbstractAsyncContextManager[Writing]:
    """Open it for acts, its watermark beside it."""
    state = {"XDG_STATE_HOME": str(home.path.parent / "state")}
    return open_for_writing(home, PASSPHRASE, environment=state)


async def register(node: Writing, requests: Sequence[RegisterRequest]) -> list[str]:
    """Register and give the numbers, in the order of the requests."""
    outcomes = [each async for each in node.registrar.register(requests, stored=lambda: None)]
    assert all(isinstance(each, Registered) for each in outcomes), outcomes
    return [each.row.number for each in outcomes if isinstance(each, Registered)]


async def register_units(node: Writing, number: str, *, batch: int) -> None:
    """Register five units of a resource in batches of so many."""
    lines = [
        json.dumps({"unit_id": str(place), "resource_id": number, "level": "页", "title": "x"}) for place in range(5)
    ]
    source = node.home.path.parent / "units.jsonl"
    source.write_text("\n".join(lines))
    request = UnitRequest(source=UnitSource(source), period=2023, batch=batch)
    assert [each async for each in node.registrar.register_units(request)]
