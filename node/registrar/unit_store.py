"""Storing units: from a unit file to durable lists and journal rows, the whole file or nothing of it.

Order of writes, and what a crash or a failure in between leaves to the next run:
1. chunk by chunk: rows enter an open journal transaction, lists enter the staging folder   → nothing; both vanish
2. the transaction is committed, its batches at stage "numbered"                            → `forget_unplaced`
3. the lists move into the storage root, one syncfs, block index                            → the same
4. the journal says "stored"                                                                → it is committed by itself
5. small segments of the unit index are merged                                              → see `unit_index`
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.errors import BadInput
from node.records import canonical
from node.registrar.unit_checking import UnitChecking
from node.registrar.unit_entering import UnitEntering
from node.registrar.unit_file import MOST_REPORTED, BadLines, UnitRequest
from node.registrar.unit_list import damaged_list, list_metadata
from node.registrar.unit_staging import UnitStaging

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.errors import ZhicangError
    from node.registrar.unit_index import UnitIndex
    from node.registrar.unit_staging import StagedBatch
    from storage.blocks import BlockIndex
    from storage.journal import Journal
    from storage.root import StorageRoot

FEW = 1000
"""Units of a list that are indexed here at the end; a process of its own would cost more than it saves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredUnits:
    """What became of a unit file: its new batches, and how many of its units an earlier run had stored."""

    batches: tuple[int, ...]
    fresh: int
    known: int


class UnitStore:
    """Puts unit files into the storage root and the journal."""

    def __init__(
        self,
        *,
        root: StorageRoot,
        blocks: BlockIndex,
        journal: Journal,
        index: UnitIndex,
        clock: Callable[[], float],
        salt: Callable[[], str],
        crash_point: Callable[[str], None],
    ) -> None:
        self._root = root
        self._blocks = blocks
        self._journal = journal
        self._index = index
        self._clock = clock
        self._staging = UnitStaging(root=root, journal=journal, clock=clock, salt=salt)
        self._crash_point = crash_point

    def run(self, request: UnitRequest, *, stage: str) -> StoredUnits:
        """Store a unit file for a stage; raise BadLines, with nothing kept, when any of its lines is bad.

        What a run that failed left unplaced, in this process too, is forgotten first: it would be taken for known.
        """
        self.forget_unplaced()
        staged: list[StagedBatch] = []
        try:
            with self._journal.transaction():
                known = self._enter(request, stage, staged)
        except BaseException:
            self._index.give_up()
            for each in staged:
                self._root.discard(each.list_)
            raise
        self._crash_point("units-numbered")
        self._place(staged, stage)
        if staged:
            self._index.merge([digest for _, digest in self._journal.units.listed()])
        rows = [each.row for each in staged]
        return StoredUnits(batches=tuple(row.id for row in rows), fresh=sum(row.claimed for row in rows), known=known)

    def forget_unplaced(self) -> None:
        """Forget batches that a failure left before they were stored: nothing of them was acknowledged or sent."""
        with self._journal.transaction():
            for row in self._journal.units.unplaced():
                self._root.remove_unacknowledged(row.object_id)
                self._blocks.forget(row.object_id)
                self._journal.units.forget(row.id)
                self._journal.matters.forget(row.matter)

    def _enter(self, request: UnitRequest, stage: str, staged: list[StagedBatch]) -> int:
        """Enter and stage a file chunk by chunk; give how many of its units were known. Raise BadLines or BadInput."""
        bad: list[ZhicangError] = []
        known, first = 0, self._journal.units.next_batch()
        checking = UnitChecking(self._journal, request, first=first)
        entering = UnitEntering(self._journal, request, first=first)
        for chunk in request.chunks():
            units = checking.check(chunk, bad)
            batch = self._journal.units.next_batch()
            fresh = entering.enter(units, batch, bad)
            known += len(units) - len(fresh)
            if fresh and not bad:
                staged.append(self._staging.stage(fresh, batch, request, checking))
                if len(fresh) > FEW:
                    self._index.begin(staged[-1].to_index)
            if len(bad) >= MOST_REPORTED:
                break
        if not staged and not known and not bad:
            raise BadInput("文件里没有知识单元", "the file holds no unit", file=str(request.file))
        if bad:
            raise BadLines(request.file, bad[:MOST_REPORTED])
        self._take_up_returned(entering.asked_again, stage)
        return known

    def _take_up_returned(self, asked_again: set[int], stage: str) -> None:
        """Bring earlier batches of this file that came back to the stage that is asked for now."""
        batches = [self._journal.units.batch(batch) for batch in sorted(asked_again)]
        returned = [batch.matter for batch in batches if batch is not None and batch.stage == "returned"]
        self._journal.matters.move(returned, stage, time=int(self._clock()))

    def _place(self, staged: list[StagedBatch], stage: str) -> None:
        if staged:
            damaged = self._index.finish([each.to_index for each in staged])
            if damaged:
                raise damaged_list(next(each.row.id for each in staged if each.to_index == damaged[0]))
        for each in staged:
            self._root.place(each.list_, each.row.object_id, metadata=canonical.encode(list_metadata(each.row)))
        self._root.sync()
        self._blocks.add_many([(each.list_, each.row.object_id) for each in staged])
        self._crash_point("units-placed")
        with self._journal.transaction():
            self._journal.matters.mark_stored([each.row.matter for each in staged], stage)
        self._crash_point("units-stored")
