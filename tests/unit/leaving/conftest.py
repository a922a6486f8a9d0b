from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from node.records.metadata import Metadata
from node.records.parts import Source
from node.registrar.changeable import Because
from node.registrar.request import RegisterRequest

sys.path.insert(0, str(Path(__file__).parents[2]))

from small_home import found_in, register, register_units, writing

if TYPE_CHECKING:
    from node.home import Home


@pytest.fixture(scope="session")
def leaving(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a file, a tree that was given new content, and a unit batch, all final."""
    folder = tmp_path_factory.mktemp("leaving")
    (folder / "扫描" / "第一册").mkdir(parents=True)
    (folder / "one.txt").write_text("一")
    (folder / "扫描" / "p1.tif").write_bytes(b"1" * 3000)
    (folder / "扫描" / "第一册" / "p2 .tif").write_bytes(b"2" * 1_200_000)
    return asyncio.run(_fill(folder))


async def _fill(folder: Path) -> Home:
    home = await found_in(folder)
    one = Metadata(
        title="=晋绥日报 号外", period=2023, creator=("甲", "乙"), stock="new", client_ref="0001",
        derived_from=(Source(relation="recognised", tool="OCR", version="5", confidence=985),),
    )  # fmt: skip
    requests = [
        RegisterRequest(source=folder / "one.txt", metadata=one),
        RegisterRequest(source=folder / "扫描", metadata=Metadata(title="扫描", period=2023, access="open")),
    ]
    async with writing(home) as node:
        first, second = await register(node, requests)
        await register_units(node, first, batch=5)
        (folder / "扫描" / "p3.tif").write_bytes(b"3")
        stage = await node.registrar.stage_of_new()
        matter = node.registrar.editions.supersede(second, folder / "扫描", Because(reason=1), stage=stage)
        assert matter is not None
        assert [each async for each in node.registrar.carry_out(approved=False)]
    return home
