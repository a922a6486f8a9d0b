"""A home of its own for each test, copied from one that is founded once."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fault_place import BOOK, Place, acknowledgements, found_here

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home, in which ``book.txt`` is registered under BOOK, and with sources beside it."""
    place = Place(tmp_path_factory.mktemp("founded"))
    asyncio.run(found_here(place))
    (place.folder / "book.txt").write_text("书\n")
    (place.folder / "one.txt").write_text("一\n")
    (place.folder / "again.txt").write_text("一\n")
    (place.folder / "scans").mkdir()
    for page in range(3):
        (place.folder / "scans" / f"p{page}.tif").write_bytes(bytes([page]) * 700_000 * (page + 1))
    units = [json.dumps({"unit_id": f"u{i}", "resource_id": BOOK, "level": "页"}) for i in range(50)]
    (place.folder / "units.jsonl").write_text("\n".join(units))
    done = place.run("register", "book.txt", "--period", "2022", "--client-ref", "book", "--json")
    assert [line["resource_id"] for line in acknowledgements(done.stdout)] == [BOOK], done.stdout + done.stderr
    return place.folder


@pytest.fixture
def place(founded: Path, tmp_path: Path) -> Iterator[Place]:
    shutil.copytree(founded, tmp_path / "place")
    here = Place(tmp_path / "place")
    yield here
    shutil.rmtree(here.runtime)
