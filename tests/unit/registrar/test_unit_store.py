"""A unit file that could not be stored to its end leaves nothing that a later run takes for stored."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from small_home import found_in, register, register_units, writing

from node.records.metadata import Metadata
from node.registrar.request import RegisterRequest
from storage.blocks import BlockIndex
from storage.cid import Cid
from storage.errors import DiskFull
from storage.root import StorageRoot

if TYPE_CHECKING:
    from pathlib import Path

    from storage.staged import Staged


async def test_units_of_a_run_that_failed_are_stored_by_the_next_in_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = await found_in(tmp_path)
    (tmp_path / "a.txt").write_text("a")
    place, placed = StorageRoot.place, 0

    def place_one(self: StorageRoot, staged: Staged, object_id: str, *, metadata: bytes) -> None:
        nonlocal placed
        placed += 1
        if placed == 2:
            raise DiskFull("磁盘已满", "the disk is full")
        place(self, staged, object_id, metadata=metadata)

    async with writing(home) as node:
        request = RegisterRequest(source=tmp_path / "a.txt", metadata=Metadata(title="a", period=2023))
        (number,) = await register(node, [request])
        with monkeypatch.context() as full:
            full.setattr(StorageRoot, "place", place_one)
            with pytest.raises(DiskFull):
                await register_units(node, number, batch=2)
        assert placed == 2
        await register_units(node, number, batch=2)
        batches = list(node.journal.units.batches())
        assert [(row.claimed, row.stage) for row in batches] == [(2, "confirmed"), (2, "confirmed"), (1, "confirmed")]
        assert node.journal.units.of_resource(number) == 5
        with closing(BlockIndex.open(home.blocks, root=home.storage, read_only=True)) as blocks:
            assert all(blocks.has(Cid.from_binary(row.cid)) for row in batches)
        await register_units(node, number, batch=2)
        assert len(list(node.journal.units.batches())) == 3
