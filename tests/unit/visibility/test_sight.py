"""What a caller sees of a home, block by block, and that a change in the journal or of the day counts at once."""

from __future__ import annotations

import hashlib
import shutil
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from node.home import Home
from node.runtime import open_for_reading
from node.visibility.rule import Caller
from node.visibility.sight import Sight
from storage.cid import RAW, Cid
from storage.errors import UnknownBlock
from storage.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Collection

    from node.runtime import Reading

SHARED = Cid(RAW, hashlib.sha256(b"a blank page that two resources have").digest())
DAY = 86_400.0


def leaf(content: str) -> Cid:
    return Cid(RAW, hashlib.sha256(content.encode()).digest())


@contextmanager
def seen_by(collection: Collection, caller: Caller) -> Iterator[tuple[Reading, Sight]]:
    with open_for_reading(collection.home) as node:
        yield node, Sight(node.journal, caller, clock=time.time)


def cids_of(node: Reading, name: str) -> set[Cid]:
    leaves = {row.cid for row in node.blocks.rows.leaves_of(name)}
    return leaves | {row.cid for row in node.blocks.rows.nodes_of(name)}


def given(node: Reading, sight: Sight) -> set[Cid]:
    """Give every block of the home that is given out, having compared `has` with `get`."""
    everything = {cid for name in node.blocks.rows.objects() for cid in cids_of(node, name)}
    out, told = set(), set()
    for cid in everything:
        try:
            assert hashlib.sha256(node.blocks.get(cid, seen=sight.payload)).digest() == cid.digest
            out.add(cid)
        except UnknownBlock as error:
            told.add(str(error).replace(str(cid), "CID"))
        assert node.blocks.has(cid, seen=sight.payload) == (cid in out)
    assert told <= {"no block CID"}  # the same words as for one that is nowhere
    return out


def test_a_block_is_given_by_what_is_seen_alone(made: Collection) -> None:
    numbers = made.numbers
    with seen_by(made, Caller.PUBLIC) as (node, sight):
        lists = {row.claimed: row.object_id for row in node.journal.units.batches()}
        blocks = {name: cids_of(node, number) for name, number in numbers.items()}
        renewed = cids_of(node, f"{numbers['renewed']}/v2")
        public = blocks["open"] | renewed | cids_of(node, lists[1])
        assert given(node, sight) == public
        assert SHARED in public & blocks["closed"]
        assert not {leaf("only in closed"), leaf("only in members"), leaf("only in renewed")} & public
        assert not sight.payload("14000001-2023-99999999-0")
        assert not any(map(sight.payload, ("nobody", "units-xyz", "units-" + "0" * 64, lists[2])))
    with seen_by(made, Caller.PARTNER) as (node, sight):
        assert given(node, sight) == public | blocks["members"]
    with seen_by(made, Caller.OWN) as (node, sight):
        assert given(node, sight) > public | blocks["members"] | blocks["closed"] | cids_of(node, lists[2])


@pytest.fixture(name="copy")
def copy_to_write_in(made: Collection, tmp_path: Path) -> Collection:
    shutil.copytree(made.home.path, tmp_path / "home")
    return type(made)(home=Home(tmp_path / "home"), numbers=made.numbers)


def test_a_change_counts_from_its_commit(copy: Collection) -> None:
    number = copy.numbers["open"]
    journal = Journal.open(copy.home.journal)
    with seen_by(copy, Caller.PUBLIC) as (node, sight):
        lists = {row.claimed: row.object_id for row in node.journal.units.batches()}
        assert sight.payload(number)
        assert sight.payload(lists[1])
        journal.resources.freeze(number, frozen=True)
        assert not sight.payload(number)
        assert not sight.payload(lists[1])
        with pytest.raises(UnknownBlock):
            node.blocks.get(SHARED, seen=sight.payload)
        journal.resources.freeze(number, frozen=False)
        assert node.blocks.get(SHARED, seen=sight.payload)
        journal.resources.withdraw(number)
        assert not sight.payload(number)
        assert sight.payload(f"{copy.numbers['renewed']}/v2")
    journal.close()


def test_a_licence_ends_at_midnight_without_a_write(copy: Collection) -> None:
    number = copy.numbers["open"]
    journal = Journal.open(copy.home.journal)
    row = journal.resources.version(number, 1)
    assert row is not None
    ended = row.metadata.replace(b'"access":"open"', b'"access":"open","rights_until":"2026-03-01"')
    journal.resources.replace_version(replace(row, metadata=ended))
    journal.close()
    now = [1_772_380_799.0]  # 2026-03-01 23:59:59 in China
    with open_for_reading(copy.home) as node:
        sight = Sight(node.journal, Caller.PUBLIC, clock=lambda: now[0])
        assert sight.payload(number)
        now[0] += 1
        assert not sight.payload(number)
        assert sight.payload(f"{copy.numbers['renewed']}/v2")
