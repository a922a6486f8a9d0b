"""The fixity check 固定性检查: payloads re-read from the disk, each run its share, and held against the journal.

It asks neither chain nor proofs; those are the whole self-check's business. Who reads, remembers: `storage.fixity_log`.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from node.auditor.finding import NONE, Finding
from node.auditor.payload_check import JOURNAL_ROW, STRANGER, findings_of, threads
from storage.ahead import ahead
from storage.audit import Checked, check_object, with_index
from storage.errors import MalformedId
from storage.strays import find_moved, out_of_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from node.runtime import Reading
    from storage.faults import Fault
    from storage.fixity_log import FixityLog, Share
    from storage.pace import Pace
    from storage.resources import ResourceRow
    from storage.units import UnitBatchRow

HELD = 1000
"""Objects that are told last, at most: where more miss files, it is not because hands moved some."""
_MISSING = ("payload-missing", "object-missing")


class FixityRun:
    """One run of the fixity check over a home.

    Args:
        node: the home, open for reading.
        log: what was read when; it learns what this run reads.
        days: in which the runs read everything once; 0 for everything in each run.
        pace: that all threads keep.
    """

    def __init__(self, node: Reading, log: FixityLog, *, days: int, pace: Pace) -> None:
        self._node = node
        self._log = log
        self._pace = pace
        self._batches = {batch.object_id: batch for batch in node.journal.units.batches() if batch.stage != "numbered"}
        self._tombstones = {row.tombstone for row in node.journal.purges.all()}
        log.know(self._sizes())
        self.share: Share = log.share(days)
        self.due = list(log.due(self.share))
        self.objects = self.bytes = 0

    def findings(self, step: Callable[[int], None]) -> Iterator[Finding]:
        """Read what is due; give what is wrong, each object's before it counts as read.

        ``step`` gets the bytes of each object that was read. What misses a file or has one too many is told last, when
        it is known whether the file only moved, unless there are very many such objects.
        """
        held: list[Checked] = []
        reading = ahead(self._read, [name for name, _ in self.due], undo=Checked.close, threads=threads())
        with closing(reading):
            for (_, size), (_, future) in zip(self.due, reading, strict=True):
                checked = with_index(future.result(), self._node.blocks.rows)
                if len(held) < HELD and any(
                    fault.what in _MISSING or fault.what.endswith("-surplus") for fault in checked.faults
                ):
                    held.append(checked)
                else:
                    yield from self._told(checked)
                self.objects += 1
                self.bytes += size
                step(size)
        yield from self._tell_held(held)

    def _read(self, object_id: str) -> Checked:
        return check_object(self._node.root, object_id, progress=self._pace.keep)

    def _told(self, checked: Checked) -> Iterator[Finding]:
        try:
            told = 0
            if (row := self._row(checked.object_id)) is not None:
                for finding in findings_of(row, checked, self._node.root, self._node.journal):
                    told += 1
                    yield finding
            self._log.enter(self.share, checked.object_id, faults=told)
        finally:
            checked.close()

    def _tell_held(self, held: list[Checked]) -> Iterator[Finding]:
        """Look for what is missing all over the root, then tell; a file that moved is not told a second time there."""
        wanted = {digest for checked in held for fault in checked.faults for digest in self._digests(checked, fault)}
        found = find_moved(self._node.root, wanted) if wanted else {}
        moved_to = set(found.values())
        for checked in held:
            faults = [self._moved(checked, fault, found) for fault in checked.faults]
            place = self._node.root.object_path(checked.object_id)
            kept = [fault for fault in faults if not (_is_surplus(fault) and place / fault.path in moved_to)]
            if kept:
                yield from self._told(replace(checked, faults=tuple(kept)))
            else:  # all that is wrong here is told where it belongs, and is still wrong
                self._log.enter(self.share, checked.object_id, faults=len(faults))
                checked.close()
        yield from self._strangers(moved_to)

    def _digests(self, checked: Checked, fault: Fault) -> list[bytes]:
        """Give by which digests a lost file can be found again; of a lost object by its content's or its manifest's."""
        if fault.what == "payload-missing":
            return [bytes.fromhex(fault.expected)]
        if fault.what != "object-missing":
            return []
        batch = self._batches.get(checked.object_id)
        versions = self._node.journal.resources.versions(checked.object_id)
        return [row.content_digest for row in versions] if batch is None else [batch.list_digest]

    def _moved(self, checked: Checked, fault: Fault, found: dict[bytes, Path]) -> Fault:
        place = next((found[digest] for digest in self._digests(checked, fault) if digest in found), None)
        if place is None:
            return fault
        now = str(place.relative_to(self._node.root.path))
        return replace(fault, what=fault.what.replace("-missing", "-moved"), found=now)

    def _strangers(self, moved_to: Iterable[Path]) -> Iterator[Finding]:
        """Name what lies in the root and belongs to nothing, but for what was told to have moved there."""
        root = self._node.root
        misplaced = set(out_of_place(root))
        unknown = {path for name in root.objects() if (path := self._unknown(name)) is not None}
        for path in sorted(misplaced | unknown):
            if not any(place == path or path in place.parents for place in moved_to):
                name = str(path.relative_to(root.path))
                yield Finding(check="payload", id=name, expected=JOURNAL_ROW, found=NONE, mend=STRANGER)

    def _unknown(self, object_id: str) -> Path | None:
        """Give the place of an object that the journal has not; a name that is no id is told as out of place."""
        try:
            path = self._node.root.object_path(object_id)
        except MalformedId:
            return None
        known = self._log.knows(object_id) or object_id in self._tombstones or self._row(object_id) is not None
        return None if known or not path.exists() else path

    def _row(self, object_id: str) -> ResourceRow | UnitBatchRow | None:
        return self._batches.get(object_id) or self._node.journal.resources.by_number(object_id)

    def _sizes(self) -> Iterator[tuple[str, int]]:
        yield from self._node.journal.resources.sizes()
        for object_id in self._batches:
            folder = self._node.root.payload_path(object_id)
            yield object_id, sum(file.stat().st_size for file in folder.iterdir()) if folder.is_dir() else 0


def _is_surplus(fault: Fault) -> bool:
    return fault.what.endswith("-surplus")
