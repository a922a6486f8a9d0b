"""Finding units: by words, tag, subject, resource, lot or batch, by identifier, and what took one back.

The order is that of batches and of lines in their lists, which never changes, so a cursor (batch.position) stays good.
The index gives candidates; each is read from its list, compared with what is wanted and with the journal's digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.errors import BadInput, Doubtful, Words
from node.records import canonical
from node.registrar.unit_index import UnitIndex
from node.registrar.unit_store import LIST_NAME
from node.registrar.unit_terms import folded, key, labels, taken_back, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from node.runtime import Reading
    from storage.unit_index import UnitIndexFile
    from storage.units import UnitBatchRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to find: all of it must hold. Words, tag and subject are folded; ``after`` is (batch, position)."""

    words: tuple[str, ...] = ()
    tag: str | None = None
    subject: str | None = None
    resource: str | None = None
    unit: str | None = None
    lot: str | None = None
    batch: int | None = None
    after: tuple[int, int] = (0, -1)

    def keys(self) -> list[str]:
        """Give the keys that a unit must have."""
        kinds = (("tag", self.tag), ("subject", self.subject), ("resource", self.resource), ("unit", self.unit))
        return [key(kind, text) for kind, text in kinds if text is not None]

    def holds(self, unit: dict[str, Any]) -> bool:
        """Tell whether a unit is what is wanted, its batch apart."""
        if self.words:
            text = text_of(unit)
            if not all(word in text for word in self.words):
                return False
        return bool(
            (self.tag is None or self.tag in map(folded, labels(unit, "tags")))
            and (self.subject is None or self.subject in map(folded, labels(unit, "subjects")))
            and self.resource in (None, unit.get("resource_id"))
            and self.unit in (None, unit.get("unit_id"))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundUnit:
    """A unit with its batch, its position in the batch's list, and its object as it stands there."""

    batch: UnitBatchRow
    position: int
    value: dict[str, Any]

    @property
    def name(self) -> str:
        """Its identifier in full: NUMBER#IDENTIFIER."""
        return f"{self.value['resource_id']}#{self.value['unit_id']}"

    @property
    def cursor(self) -> str:
        """The place after which the next page begins."""
        return f"{self.batch.id}.{self.position}"


class UnitFinder:
    """Finds units in an open home."""

    def __init__(self, node: Reading) -> None:
        self._node = node
        self._index = UnitIndex(node.home.unit_index)
        self._taking: list[UnitBatchRow] | None = None

    def find(self, wanted: Wanted) -> Iterator[FoundUnit]:
        """Give what is wanted, in order, one at a time; raise Doubtful when a list is damaged."""
        for batch in self._node.journal.units.batches(first=wanted.after[0]):
            if batch.stage == "numbered" or wanted.lot not in (None, batch.lot) or wanted.batch not in (None, batch.id):
                continue
            beyond = wanted.after[1] if batch.id == wanted.after[0] else -1
            yield from self._in_batch(batch, lambda file: _candidates(file, wanted), wanted.holds, beyond=beyond)

    def named(self, name: str) -> list[FoundUnit]:
        """Give the units of an identifier, in full (NUMBER#IDENTIFIER) or as within its resource; BadInput if none."""
        number, _, identifier = name.rpartition("#")
        found = self._one(number, identifier) if number else list(self.find(Wanted(unit=identifier)))
        if not found:
            mend = Words("写全称:登记号#标识;或用 units find 查找", "give NUMBER#IDENTIFIER, or look with units find")
            raise BadInput(f"没有知识单元 {name[:100]}", f"there is no unit {name[:100]}", mend=mend, field="unit")
        return found

    def _one(self, number: str, identifier: str) -> list[FoundUnit]:
        row = self._node.journal.units.unit(number, identifier)
        batch = None if row is None else self._node.journal.units.batch(row.batch)
        if row is None or batch is None:
            return []
        return list(self._in_batch(batch, lambda _: {row.position}, Wanted(unit=identifier).holds))

    def taken_back_by(self, name: str) -> list[FoundUnit]:
        """Give the units that replace or withdraw one."""
        if self._taking is None:
            self._taking = [batch for batch in self._node.journal.units.batches() if self._takes_back(batch)]
        wanted = key("taken-back", name)
        return [
            unit
            for batch in self._taking
            for unit in self._in_batch(batch, lambda file: file.with_key(wanted), lambda unit: name in taken_back(unit))
        ]

    def _takes_back(self, batch: UnitBatchRow) -> bool:
        file = self._index.open(batch.list_digest)
        if file is None:
            return True
        try:
            return file.taking > 0
        finally:
            file.close()

    def _in_batch(
        self,
        batch: UnitBatchRow,
        candidates: Callable[[UnitIndexFile], Iterable[int]],
        holds: Callable[[dict[str, Any]], bool],
        *,
        beyond: int = -1,
    ) -> Iterator[FoundUnit]:
        """Give the units of a batch that hold, in order; without its index file every line is a candidate."""
        file = self._index.open(batch.list_digest)
        try:
            if file is None:
                lines = self._lines(batch)
            else:
                lines = self._candidates(batch, file, sorted(at for at in candidates(file) if at > beyond))
            for position, line in lines:
                value = canonical.decode(line)
                if position > beyond and holds(value):
                    self._compare(batch, position, value)
                    yield FoundUnit(batch=batch, position=position, value=value)
        finally:
            if file is not None:
                file.close()

    def _lines(self, batch: UnitBatchRow) -> Iterator[tuple[int, bytes]]:
        with self._node.root.open_payload(batch.object_id, LIST_NAME) as stream:
            yield from enumerate(stream)

    def _candidates(
        self, batch: UnitBatchRow, file: UnitIndexFile, positions: list[int]
    ) -> Iterator[tuple[int, bytes]]:
        if not positions:
            return
        with self._node.root.open_payload(batch.object_id, LIST_NAME) as stream:
            for position in positions:
                first, last = file.line(position)
                stream.seek(first)
                yield position, stream.read(last - first)

    def _compare(self, batch: UnitBatchRow, position: int, value: dict[str, Any]) -> None:
        """Raise Doubtful unless a line is the one that the journal knows at its place."""
        row = self._node.journal.units.unit(str(value.get("resource_id")), str(value.get("unit_id")))
        unsalted = {name: part for name, part in value.items() if name != "salt"}
        known = row is not None and (row.batch, row.position, row.source_digest)
        if known != (batch.id, position, canonical.digest(unsalted)):
            zh, en = f"第 {batch.id} 批的清单已损坏", f"the list of batch {batch.id} is damaged"
            raise Doubtful(zh, en, mend=Words("zhicang audit 会说明该怎么办", "zhicang audit says what to do"))


def _candidates(file: UnitIndexFile, wanted: Wanted) -> set[int]:
    found: set[int] | None = None
    for some in (*map(file.with_key, wanted.keys()), *map(file.with_word, wanted.words)):
        found = some if found is None else found & some
        if not found:
            return found
    return set(range(file.units)) if found is None else found
