"""A block in very many closed payloads: no request for it holds up another, and a change still counts at once."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from node.gateway.reading import HomeBlocks
from node.home import Home
from node.visibility.rule import Caller
from storage.cid import RAW, Cid
from storage.errors import Damaged, UnknownBlock
from storage.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Collection

PLACES = 20_000
SHARED = b"a blank page that two resources have"


def cid_of(data: bytes) -> Cid:
    return Cid(RAW, hashlib.sha256(data).digest())


@pytest.fixture(name="home")
def home_with_many_blank_pages(made: Collection, tmp_path: Path) -> Home:
    """A copy of the home in which two leaves also lie in very many payloads that nobody may see, all of them first."""
    home = Home(tmp_path / "home")
    shutil.copytree(made.home.path, home.path)
    with closing(sqlite3.connect(home.blocks)) as index, index:
        numbers = [-1 - i for i in range(PLACES)]
        index.executemany("INSERT INTO object (no, id) VALUES (?, ?)", ((i, f"nobody{i}") for i in numbers))
        index.executemany("INSERT INTO file (no, object, path) VALUES (?, ?, 'blank.tif')", ((i, i) for i in numbers))
        for data in (SHARED, b"only in closed"):
            rows = ((cid_of(data).digest, i, len(data)) for i in numbers)
            index.executemany("INSERT INTO leaf (digest, file, offset, length) VALUES (?, ?, 0, ?)", rows)
    return home


async def test_others_have_their_turn_while_all_places_are_looked_through(home: Home) -> None:
    blocks = HomeBlocks(home, Caller.PUBLIC, clock=time.time)
    with closing(blocks):
        asked = asyncio.create_task(blocks.has(cid_of(b"only in closed")))
        turns = 0
        while not asked.done():
            assert await blocks.get(cid_of(b"only in open")) == b"only in open"
            await asyncio.sleep(0)
            turns += 1
        assert not asked.result()
        assert turns > 1
        with pytest.raises(UnknownBlock):
            await blocks.get(cid_of(b"only in closed"))
        with pytest.raises(UnknownBlock):
            await blocks.size(cid_of(b"only in closed"))
        began = time.monotonic()
        assert await blocks.get(cid_of(SHARED)) == SHARED
        first = time.monotonic() - began
        began = time.monotonic()
        for _ in range(10):
            assert await blocks.get(cid_of(SHARED)) == SHARED
            assert await blocks.size(cid_of(SHARED)) == len(SHARED)
            assert not await blocks.has(cid_of(b"only in closed"))
        assert (time.monotonic() - began) / 30 < first / 3, "the answer was not kept"


async def test_a_change_counts_from_its_commit(made: Collection, home: Home) -> None:
    number = made.numbers["open"]
    blocks = HomeBlocks(home, Caller.PUBLIC, clock=time.time)
    with closing(blocks), closing(Journal.open(home.journal)) as journal:
        assert await blocks.get(cid_of(SHARED)) == SHARED
        journal.resources.freeze(number, frozen=True)
        assert not await blocks.has(cid_of(SHARED))
        with pytest.raises(UnknownBlock):
            await blocks.get(cid_of(SHARED))
        journal.resources.freeze(number, frozen=False)
        assert await blocks.get(cid_of(SHARED)) == SHARED
        journal.remember("a fact", "of another kind")
        assert await blocks.get(cid_of(SHARED)) == SHARED


async def test_what_was_found_and_is_damaged_now_is_not_given(home: Home) -> None:
    blocks = HomeBlocks(home, Caller.PUBLIC, clock=time.time)
    with closing(blocks):
        assert await blocks.get(cid_of(SHARED)) == SHARED
        for page in home.storage.rglob("blank.tif"):
            page.chmod(0o600)
            page.write_bytes(page.read_bytes().replace(b"blank", b"black"))
        with pytest.raises(Damaged, match="damaged"):
            await blocks.get(cid_of(SHARED))
