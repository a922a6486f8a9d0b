"""Purge check: of what was purged the payload is gone and the tombstone is there, and is what the journal says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.auditor.finding import NONE, RESTORE, Finding
from node.errors import Words
from storage.audit import check_object
from storage.purges import PURGED
from storage.staged import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.block_rows import BlockRows
    from storage.journal import Journal
    from storage.purges import PurgeRow
    from storage.root import StorageRoot

_GONE = Words("按销毁清册已销毁", "purged under a list of destruction")
_THERE = Words("载荷还在", "its payload is there")
_HALF = Words("销毁到一半", "half purged")


def check_purges(journal: Journal, root: StorageRoot, rows: BlockRows, known: set[str]) -> Iterator[Finding]:
    """Check every purged resource; the tombstones are added to what is known."""
    for row in journal.purges.all():
        known.add(row.tombstone)
        mend = Words(
            f"再运行 zhicang purge run,清册在节点目录 purges/{row.list_digest.hex()}.json",
            f"run zhicang purge run again; the list is purges/{row.list_digest.hex()}.json of the home",
        )
        if row.stage != PURGED:
            yield Finding(check="journal", id=row.number, expected=_GONE, found=_HALF, mend=mend)
        elif root.object_path(row.number).exists():
            yield Finding(check="payload", id=row.number, expected=_GONE, found=_THERE, mend=mend)
        yield from _check_tombstone(root, rows, row)


def _check_tombstone(root: StorageRoot, rows: BlockRows, row: PurgeRow) -> Iterator[Finding]:
    checked = check_object(root, row.tombstone, rows)
    try:
        payload = checked.payload
        found = NONE if payload is None else payload.content_digest(Kind.TREE).hex()
        if checked.faults or found != row.content.hex():
            yield Finding(
                check="payload", id=row.tombstone, name=Words(f"{row.number} 的销毁说明", f"tombstone of {row.number}"),
                expected=row.content.hex(), found=found, mend=RESTORE,
            )  # fmt: skip
    finally:
        checked.close()
