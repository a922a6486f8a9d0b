"""Payload check: every object of the storage root re-read, and held against the journal and the block index."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

from node.auditor.finding import NONE, REINDEX, RERUN, RESTORE, Finding
from node.auditor.object_check import batch_findings, resource_findings
from node.auditor.purge_check import check_purges
from node.errors import Words
from storage.ahead import ahead
from storage.audit import Checked, check_object, with_index
from storage.ocfl import split_payload_id
from storage.strays import out_of_place
from storage.units import UnitBatchRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storage.block_rows import BlockRows
    from storage.journal import Journal
    from storage.resources import VersionRow
    from storage.root import StorageRoot

_STORED, _NUMBERED = Words("已存入", "stored"), Words("未存完", "numbered, not stored whole")
_WHOLE, _HALF = Words("完整", "whole"), Words("添了一半的一版", "a version half added")
JOURNAL_ROW = Words("日志中的一行", "a journal row")
STRANGER = Words(
    "日志不知道它;若是登记中断所致,重新运行当初的命令;若是人放进去的,移到存储根之外",
    "the journal does not know it; if a registration was interrupted, run that command again; what a person put there "
    "belongs outside the storage root",
)


def check_payloads(
    journal: Journal, root: StorageRoot, rows: BlockRows, *, step: Callable[[], None]
) -> Iterator[Finding]:
    """Check every object that the journal has, then look for objects and index rows that it has not."""
    known: set[str] = set()
    waiting: list[Finding] = []
    purged = {row.number for row in journal.purges.all()}

    def stored() -> Iterator[VersionRow | UnitBatchRow]:
        for resource in journal.resources.all():
            known.add(resource.number)
            if resource.number in purged:
                continue
            if resource.stage == "numbered":
                waiting.append(
                    Finding(check="journal", id=resource.number, expected=_STORED, found=_NUMBERED, mend=RERUN)
                )
            else:
                yield resource
        for batch in journal.units.batches():
            known.add(batch.object_id)
            if batch.stage == "numbered":
                waiting.append(_of_batch(batch.id, _STORED, _NUMBERED, RERUN))
            else:
                yield batch

    reading = ahead(lambda row: check_object(root, object_of(row)), stored(), undo=Checked.close, threads=threads())
    with closing(reading):
        for row, future in reading:
            step()
            checked = future.result()
            try:
                yield from findings_of(row, with_index(checked, rows), root, journal)
            finally:
                checked.close()
    yield from waiting
    yield from check_purges(journal, root, rows, known)
    yield from _check_strangers(journal, root, rows, known)


def threads() -> int:
    """Give how many objects are read at once: as there are processors, four at most, for disks gain no more by it."""
    return min(4, len(os.sched_getaffinity(0)))


def object_of(row: VersionRow | UnitBatchRow) -> str:
    """Give the object that a row of the journal is about."""
    return row.object_id if isinstance(row, UnitBatchRow) else row.number


def findings_of(
    row: VersionRow | UnitBatchRow, checked: Checked, root: StorageRoot, journal: Journal
) -> Iterator[Finding]:
    """Hold an object that was read against what the journal says of it."""
    if not isinstance(row, UnitBatchRow):
        yield from resource_findings(root, checked, journal.resources.versions(row.number))
        return
    yield from batch_findings(checked, row)
    if (units := journal.units.in_batch(row.id)) != row.claimed:
        claimed = Words(f"{row.claimed} 条", f"{row.claimed} units")
        found = Words(f"日志里 {units} 条", f"{units} units in the journal")
        yield _of_batch(row.id, claimed, found, RESTORE)


def _check_strangers(journal: Journal, root: StorageRoot, rows: BlockRows, known: set[str]) -> Iterator[Finding]:
    """Look for what the journal has not: half versions, objects, index rows."""
    for object_id, _ in journal.resources.growing():
        yield Finding(check="journal", id=object_id, expected=_WHOLE, found=_HALF, mend=RERUN)
    misplaced = list(out_of_place(root))
    names = {path.name for path in misplaced}
    for object_id in root.objects():
        if object_id not in known and object_id not in names:
            yield Finding(check="payload", id=object_id, expected=JOURNAL_ROW, found=NONE, mend=STRANGER)
    for path in misplaced:
        name = str(path.relative_to(root.path))
        yield Finding(check="payload", id=name, expected=JOURNAL_ROW, found=NONE, mend=STRANGER)
    for name in rows.objects():
        if split_payload_id(name)[0] not in known:
            yield Finding(check="index", id=name, expected=JOURNAL_ROW, found=NONE, mend=REINDEX)


def _of_batch(batch: int, expected: Words, found: Words, mend: Words) -> Finding:
    name = Words(f"第 {batch} 批知识单元", f"units {batch}")
    return Finding(check="journal", id=name.en, name=name, expected=expected, found=found, mend=mend)
