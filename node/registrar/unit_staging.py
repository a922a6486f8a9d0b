"""Staging a unit list: a chunk of units as one canonical file, with the batch that is to commit it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.receipts.unit_tree import root_of
from node.records.unit import ID_FIELD
from node.registrar.unit_index import ToIndex
from node.registrar.unit_list import LIST_NAME
from storage.matters import Code
from storage.units import UnitBatchRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from node.records.unit import Unit
    from node.registrar.unit_checking import UnitChecking
    from node.registrar.unit_file import UnitRequest
    from storage.journal import Journal
    from storage.root import Staged, StorageRoot


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedBatch:
    """A batch at stage "numbered" and its list in the staging folder."""

    row: UnitBatchRow
    list_: Staged
    to_index: ToIndex


class UnitStaging:
    """Stages the lists of unit files; the caller holds the journal's transaction, and discards what it gives up."""

    def __init__(
        self, *, root: StorageRoot, journal: Journal, clock: Callable[[], float], salt: Callable[[], str]
    ) -> None:
        self._root = root
        self._journal = journal
        self._clock = clock
        self._salt = salt

    def stage(self, units: Sequence[Unit], batch: int, request: UnitRequest, checking: UnitChecking) -> StagedBatch:
        """Write the list of some units and enter its batch; their places in it are those in the sequence."""
        leaves: list[bytes] = []
        staged = self._root.stage_lines(self._salted(units, checking), name=LIST_NAME, each=leaves.append)
        object_id, created = f"units-{staged.content_digest.hex()}", int(self._clock())
        row = UnitBatchRow(
            id=batch,
            root=root_of(leaves),
            list_digest=staged.content_digest,
            cid=bytes(staged.cid.binary),
            object_id=object_id,
            claimed=len(units),
            period=request.period,
            programme=request.programme,
            lot=request.lot,
            id_field=ID_FIELD,
            source_path=str(request.file.absolute()),
            created=created,
            matter=self._journal.matters.add(
                code=Code.COMMIT_UNITS, subject=object_id, version=0, stage="numbered", created=created
            ),
            stage="numbered",
        )
        self._journal.units.insert_batch(row)
        file = self._root.staged_file(staged, LIST_NAME)
        to_index = ToIndex(file=file, digest=row.list_digest)
        return StagedBatch(row=row, list_=staged, to_index=to_index)

    def _salted(self, units: Sequence[Unit], checking: UnitChecking) -> Iterator[bytes]:
        """Give the canonical lines; a salt is drawn once, and the list keeps it."""
        for unit in units:
            yield unit.line("" if checking.is_open(unit.resource_id) else self._salt())
