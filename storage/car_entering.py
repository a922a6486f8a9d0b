"""Entering a CAR in the index of those that a home keeps: every block verified, and what it links to without having it.

What is linked to stands in a temporary table of the connection, so memory does not grow with the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.block_source import check_block
from storage.car import read_header, read_section
from storage.cid import Cid, is_some_cid
from storage.errors import Damaged, MalformedId, UncheckableBlock
from storage.kept_cars import KeptCar
from storage.traversal import children_of

if TYPE_CHECKING:
    import sqlite3
    from typing import BinaryIO

_WANTED = "CREATE TEMP TABLE wanted (digest BLOB PRIMARY KEY) WITHOUT ROWID"
_BLOCKS = "SELECT count(*) FROM block WHERE car = ?"
_MISSING = """
SELECT count(*) FROM wanted
WHERE NOT EXISTS (SELECT 1 FROM block WHERE block.digest = wanted.digest AND block.car = ?)"""


def enter(rows: sqlite3.Connection, copy: BinaryIO, name: str, size: int, *, shown: str) -> KeptCar:
    """Verify every block of a CAR and enter where it lies; raise BadCar or Damaged, naming what is ``shown``."""
    rows.execute(_WANTED)
    roots = read_header(copy, shown, link=_if_read_here)
    told = " ".join(map(str, roots))
    inserted = rows.execute("INSERT INTO car VALUES (NULL, ?, ?, ?, 0, 0, 0)", (name, size, told))
    number, passed_over = inserted.lastrowid, 0
    _want(rows, roots)
    while True:
        try:
            section = read_section(copy, shown)
        except UncheckableBlock:
            passed_over += 1
            continue
        if section is None:
            break
        cid, data = section
        if cid.inline != data:  # whoever has a CID that holds its block has the block
            check_block(cid, data, source=shown)
            place = copy.tell() - len(data)
            rows.execute("INSERT OR IGNORE INTO block VALUES (?, ?, ?, ?)", (cid.digest, number, place, len(data)))
        _want(rows, _links(cid, data))
    blocks, missing = (rows.execute(count, (number,)).fetchone()[0] for count in (_BLOCKS, _MISSING))
    statement = "UPDATE car SET blocks = ?, missing = ?, passed_over = ? WHERE no = ?"
    rows.execute(statement, (blocks, missing, passed_over, number))
    return KeptCar.of((name, size, told, blocks, missing, passed_over))


def _if_read_here(data: bytes) -> Cid | None:
    """Read a CID; None for one of another codec or hash function."""
    try:
        return Cid.from_foreign(data)
    except MalformedId:
        if is_some_cid(data):
            return None
        raise


def _links(cid: Cid, data: bytes) -> list[Cid]:
    """Give what a block links to; nothing where it is no good node: it is what its CID says, and leads nowhere here."""
    try:
        return children_of(cid, data)
    except (Damaged, MalformedId):
        return []


def _want(rows: sqlite3.Connection, cids: list[Cid]) -> None:
    rows.executemany("INSERT OR IGNORE INTO wanted VALUES (?)", ((cid.digest,) for cid in cids if cid.inline is None))
