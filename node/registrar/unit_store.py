"""Storing units: from a unit file to durable lists and journal rows, the whole file or nothing of it.

Order of writes, and what a crash in between leaves:
1. chunk by chunk: rows enter an open journal transaction, lists enter the staging folder   → nothing; both vanish
2. the transaction is committed, its batches at stage "numbered"                            → `forget_unplaced`
3. the lists move into the storage root, one syncfs, block index                            → the same
4. the journal says "stored"                                                                → it is committed by itself
"""

from __future__ import annotations

import itertools
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.errors import BadInput, Words, ZhicangError
from node.receipts.unit_tree import root_of
from node.records import canonical
from node.records.metadata import Metadata
from node.records.unit import ID_FIELD
from node.registrar.unit_file import MOST_REPORTED, BadLines, UnitLine, UnitRequest
from node.registrar.unit_terms import TAKING_BACK, labels
from storage.matters import Code
from storage.units import UnitBatchRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from node.records.unit import Unit
    from node.registrar.unit_index import UnitIndex
    from storage.blocks import BlockIndex
    from storage.journal import Journal
    from storage.root import Staged, StorageRoot

LIST_NAME = "units.jsonl"
_NAMING = Words("写全称:登记号#标识,并核对它已登记", "give NUMBER#IDENTIFIER of a unit that is registered")
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
        self._salt = salt
        self._crash_point = crash_point
        self._access: dict[str, bool] = {}
        self._first = 0
        self._asked_again: set[int] = set()
        """Earlier batches that hold units of this file: what came back of them is asked for anew."""

    def run(self, request: UnitRequest, *, stage: str) -> StoredUnits:
        """Store a unit file for a stage; raise BadLines, with nothing kept, when any of its lines is bad."""
        staged: list[tuple[UnitBatchRow, Staged]] = []
        known = 0
        self._asked_again.clear()
        try:
            with self._journal.transaction():
                bad: list[ZhicangError] = []
                first = self._first = self._journal.units.next_batch()
                for chunk in request.chunks():
                    units = self._check(chunk, request, bad)
                    batch_id = self._journal.units.next_batch()
                    fresh = self._enter(units, range(first, batch_id + 1), request, bad)
                    known += len(units) - len(fresh)
                    if fresh and not bad:
                        staged.append(self._stage(fresh, batch_id, request))
                    if len(bad) >= MOST_REPORTED:
                        break
                if not staged and not known and not bad:
                    zh, en = "文件里没有知识单元", "the file holds no unit"
                    raise BadInput(zh, en, file=str(request.file))  # noqa: TRY301 - undoes the transaction
                if bad:
                    raise BadLines(request.file, bad[:MOST_REPORTED])  # noqa: TRY301 - undoes the transaction
                self._take_up_returned(stage)
        except BaseException:
            self._index.give_up()
            for _, list_ in staged:
                self._root.discard(list_)
            raise
        self._crash_point("units-numbered")
        self._place(staged, stage)
        return StoredUnits(
            batches=tuple(row.id for row, _ in staged), fresh=sum(row.claimed for row, _ in staged), known=known
        )

    def _take_up_returned(self, stage: str) -> None:
        """Bring earlier batches of this file that came back to the stage that is asked for now."""
        batches = [self._journal.units.batch(batch) for batch in sorted(self._asked_again)]
        returned = [batch.matter for batch in batches if batch is not None and batch.stage == "returned"]
        self._journal.matters.move(returned, stage, time=int(self._clock()))

    def forget_unplaced(self) -> None:
        """Forget batches that a crash left before they were stored: nothing of them was acknowledged or sent."""
        with self._journal.transaction():
            for row in self._journal.units.unplaced():
                self._root.remove_unacknowledged(row.object_id)
                self._blocks.forget(row.object_id)
                self._journal.units.forget(row.id)
                self._journal.matters.forget(row.matter)

    def _check(self, chunk: list[UnitLine], request: UnitRequest, bad: list[ZhicangError]) -> list[UnitLine]:
        units: list[UnitLine] = []
        for line in chunk:
            if isinstance(line.unit, ZhicangError):
                bad.append(line.unit)
                continue
            try:
                self._is_open(line.unit.resource_id)
            except BadInput as error:
                bad.append(_at(error, line, request))
            units.append(line)
            bad += [_at(error, line, request) for error in self._unknown_taken_back(line.unit)]
        return units

    def _unknown_taken_back(self, unit: Unit) -> Iterator[BadInput]:
        """Give an error for each unit that one replaces or withdraws and that was not registered before."""
        for field in TAKING_BACK:
            for name in labels(unit.value, field):
                number, _, identifier = name.partition("#")
                earlier = self._journal.units.unit(number, identifier)
                if earlier is None or earlier.batch >= self._first:
                    known = unit.resource_id == number and unit.unit_id == identifier
                    zh = "一条知识单元不能替换或撤销自己" if known else f"{name} 此前没有登记,不能替换或撤销"
                    en = "a unit cannot take itself back" if known else f"{name} was not registered before"
                    error = BadInput(zh, en, mend=_NAMING, field=field)
                    error.value = name
                    yield error

    def _is_open(self, resource_id: str) -> bool:
        """Tell whether a resource is open (its units need no salt); raise BadInput when it is not registered."""
        if resource_id not in self._access:
            row = self._journal.resources.by_number(resource_id)
            if row is None or row.stage != "confirmed":
                zh, en = f"资源 {resource_id} 尚未登记", f"resource {resource_id} is not registered"
                mend = Words("请先登记资源,再登记它的知识单元", "register the resource first")
                raise BadInput(zh, en, mend=mend, field="resource_id")
            self._access[resource_id] = Metadata.from_json(canonical.decode(row.metadata)).is_open
        return self._access[resource_id]

    def _enter(
        self, lines: list[UnitLine], batches: range, request: UnitRequest, bad: list[ZhicangError]
    ) -> list[Unit]:
        """Enter a chunk's units into the journal; give those that are new, in the order of their positions.

        ``batches`` are the ids of this file's batches so far, the last of them for this chunk.
        """
        units: list[Unit] = [line.unit for line in lines]
        rows = [
            (unit.resource_id, unit.unit_id, unit.source_digest(), batches[-1], position)
            for position, unit in enumerate(units)
        ]
        try:
            with self._journal.savepoint():
                self._journal.units.insert_units(rows)
        except sqlite3.IntegrityError:
            return self._enter_new(lines, batches, request, bad)
        return units

    def _enter_new(
        self, lines: list[UnitLine], batches: range, request: UnitRequest, bad: list[ZhicangError]
    ) -> list[Unit]:
        """Enter one by one: known units are passed over, those that clash with an earlier one are bad."""
        fresh: list[Unit] = []
        for line in lines:
            unit: Unit = line.unit
            earlier = self._journal.units.unit(unit.resource_id, unit.unit_id)
            digest = unit.source_digest()
            if earlier is None:
                rows = [(unit.resource_id, unit.unit_id, digest, batches[-1], len(fresh))]
                self._journal.units.insert_units(rows)
                fresh.append(unit)
            elif earlier.batch in batches:
                bad.append(_clash(line, request, "在本文件中重复", "stands twice in this file"))
            elif earlier.source_digest != digest:
                bad.append(_clash(line, request, "已登记过,内容不同", "was registered with other content"))
            else:
                self._asked_again.add(earlier.batch)
        return fresh

    def _stage(self, units: list[Unit], batch: int, request: UnitRequest) -> tuple[UnitBatchRow, Staged]:
        leaves: list[bytes] = []
        lines = (
            unit.line("" if self._is_open(unit.resource_id) else self._salt()) for unit in units
        )  # drawn once: the list keeps each unit's salt
        staged = self._root.stage_lines(lines, name=LIST_NAME, each=leaves.append)
        object_id = f"units-{staged.content_digest.hex()}"
        created = int(self._clock())
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
        if len(units) > FEW:
            self._index.begin(self._root.staged_file(staged, LIST_NAME), row.list_digest)
        return row, staged

    def _place(self, staged: list[tuple[UnitBatchRow, Staged]], stage: str) -> None:
        self._index.finish()
        for row, list_ in staged:
            if not self._index.has(row.list_digest):
                self._index.add(self._root.staged_file(list_, LIST_NAME), row.list_digest)
        for row, list_ in staged:
            self._root.place(list_, row.object_id, metadata=canonical.encode(list_metadata(row)))
        self._root.sync()
        self._blocks.add_many([(list_, row.object_id) for row, list_ in staged])
        self._crash_point("units-placed")
        with self._journal.transaction():
            self._journal.matters.mark_stored([row.matter for row, _ in staged], stage)
        self._crash_point("units-stored")


def list_metadata(row: UnitBatchRow) -> dict[str, Any]:
    """Give the metadata kept beside a unit list in the storage root."""
    return {"schema": 1, "title": "知识单元清单", "type": "unit-list", "claimed": row.claimed, "period": row.period}


def lines_of(data: bytes) -> list[bytes]:
    """Give the canonical lines of a stored list, in the order of their positions."""
    return list(itertools.takewhile(bool, data.split(b"\n")))


def _clash(line: UnitLine, request: UnitRequest, zh: str, en: str) -> BadInput:
    unit: Unit = line.unit
    name = f"{unit.resource_id} / {unit.unit_id}"
    mend = Words(
        "更正写成新的一条:另给标识,在 replaces 中写明替换哪一条",
        "a correction is a new unit, with the old one in its replaces",
    )
    error = BadInput(f"知识单元 {name} {zh}", f"unit {name} {en}", mend=mend, field=ID_FIELD)
    error.value = unit.unit_id
    return _at(error, line, request)


def _at(error: BadInput, line: UnitLine, request: UnitRequest) -> BadInput:
    error.file, error.row, error.sheet = str(request.file), line.row, line.sheet
    return error
