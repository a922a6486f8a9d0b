"""Foreign CARs beside what a home holds: they add blocks, and open none that lies in any payload of ours."""

from __future__ import annotations

import hashlib
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from node.gateway.reading import HomeBlocks
from node.home import Home
from node.runtime import open_for_reading
from node.visibility.rule import Caller
from storage.car import car_header, car_section
from storage.car_keeping import keep
from storage.cid import DAG_CBOR, DAG_PB, RAW, Cid
from storage.errors import UnknownBlock

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Collection


async def seen(home: Home, caller: Caller, digests: list[bytes]) -> set[Cid]:
    """Give what a caller gets, asked for by every codec; `has` and `size` say the same."""
    blocks, found = HomeBlocks(home, caller, clock=time.time), set()
    for cid in [Cid(codec, digest) for digest in digests for codec in (RAW, DAG_PB, DAG_CBOR)]:
        if await blocks.has(cid):
            assert await blocks.size(cid) == len(await blocks.get(cid))
            found.add(cid)
            continue
        for ask in (blocks.get, blocks.size):
            with pytest.raises(UnknownBlock, match=f"^no block {cid}$"):
                await ask(cid)
    blocks.close()
    return found


async def test_a_kept_car_opens_nothing_of_ours(made: Collection, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(made.home.path, home.path)
    with open_for_reading(home) as node:
        rows = node.blocks.rows
        names = [row for name in rows.objects() for row in (*rows.leaves_of(name), *rows.nodes_of(name))]
        own = {row.cid: node.blocks.get(row.cid) for row in names}
    digests = sorted({cid.digest for cid in own})
    before = {caller: await seen(home, caller, digests) for caller in (Caller.PUBLIC, Caller.PARTNER)}
    stranger = Cid(DAG_CBOR, hashlib.sha256(b"\x80").digest())
    path = tmp_path / "theirs.car"
    sections = [car_section(cid, data) for cid, data in {**own, stranger: b"\x80"}.items()]
    path.write_bytes(car_header(stranger) + b"".join(sections))
    keep(home.cars, path)
    for caller, given in before.items():
        assert given
        assert given < set(own)
        assert await seen(home, caller, digests) == given
        assert stranger in await seen(home, caller, [stranger.digest])
