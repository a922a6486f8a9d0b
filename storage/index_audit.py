"""Comparing the block index with what it should say: rows that are missing, wrong, or point nowhere."""

from __future__ import annotations

import hashlib
import heapq
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from storage.cid import DAG_PB, RAW, Cid
from storage.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.block_rows import BlockRows
    from storage.staged import Payload, PayloadFile


class _Leaf(NamedTuple):
    """A leaf at its place, from the payload or from the index; sorted by place."""

    path: bytes
    offset: int
    indexed: bool
    digest: bytes
    length: int

    def __str__(self) -> str:
        return f"{Cid(RAW, self.digest)} ({self.length})"


def compare_index(
    rows: BlockRows, object_id: str, files: Sequence[PayloadFile], payload: Payload | None
) -> Iterator[Fault]:
    """Compare an object's rows with its payload: the leaves of ``files``; with ``payload`` also surplus and nodes.

    ``payload`` is given when the whole object is in order; else only what can be told for sure is told.
    """
    known = {file.path.encode() for file in files}
    expected = (
        _Leaf(file.path.encode(), leaf.offset, indexed=False, digest=leaf.digest, length=leaf.length)
        for file in files
        for leaf in file.leaves()
    )
    found = (
        _Leaf(row.path.encode(), row.offset, indexed=True, digest=row.cid.digest, length=row.length)
        for row in rows.leaves_of(object_id)
        if payload is not None or row.path.encode() in known
    )
    for (path, offset), group in groupby(heapq.merge(expected, found), key=lambda leaf: (leaf.path, leaf.offset)):
        leaves = list(group)
        wanted = [str(leaf) for leaf in leaves if not leaf.indexed]
        had = [str(leaf) for leaf in leaves if leaf.indexed]
        if wanted != had:
            place = f"{path.decode()}@{offset}"
            yield _fault(object_id, place, expected=", ".join(wanted), found=", ".join(had))
    if payload is not None:
        yield from _compare_nodes(rows, object_id, payload)


def _compare_nodes(rows: BlockRows, object_id: str, payload: Payload) -> Iterator[Fault]:
    wanted: set[bytes] = set()
    for file in payload.files:
        file.nodes(lambda digest, _: wanted.add(digest))
    payload.folders(lambda digest, _: wanted.add(digest))
    for row in rows.nodes_of(object_id):
        digest = hashlib.sha256(row.data).digest()
        if row.cid.digest not in wanted:
            yield _fault(object_id, str(row.cid), found=str(row.cid))
        elif digest != row.cid.digest:
            yield _fault(object_id, str(row.cid), expected=str(row.cid), found=str(Cid(DAG_PB, digest)))
        wanted.discard(row.cid.digest)
    for digest in sorted(wanted):
        yield _fault(object_id, str(Cid(DAG_PB, digest)), expected=str(Cid(DAG_PB, digest)))


def _fault(object_id: str, path: str, *, expected: str = "", found: str = "") -> Fault:
    what = "index-changed" if expected and found else "index-missing" if expected else "index-surplus"
    return Fault(what=what, object_id=object_id, path=path, expected=expected, found=found)
