"""Counting 计数: one 条 is one distinct (source work, normalised position, level).

The batches are gone through in the order of the chain, so that whoever registered a place first has it, and nothing
registered later changes what counted before but by withdrawing it. Everything is a function of the lines, the facts and
the rule; it reads no clock and no chain.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from node.counting.position import position_of
from node.counting.substance import labels_of, substance_digest
from node.counting.tally import Tally
from node.counting.works import Works
from node.errors import BadInput
from node.records import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from node.counting.facts import BatchFact, Facts, RecordFact
    from node.counting.rule import CountingRule

_SHORT = 16
"""Bytes of the digests kept in memory, of which there is one a unit; nobody can aim at a collision of 128 bits."""


def count(batches: Iterable[BatchFact], facts: Facts, rule: CountingRule, *, as_of: int) -> Tally:
    """Count the units of all batches that are final at a height, by what holds at that height."""
    final = sorted((batch for batch in batches if batch.height <= as_of), key=lambda batch: (batch.height, batch.index))
    return _Count(facts, rule, as_of).run(final)


class _Count:
    """One count in work.

    ``_taken_back`` are the units that others replace or withdraw; ``_claimed`` says for which project year a place was
    first claimed, which holds though the unit is withdrawn later: nobody pays for a place twice; ``_counted`` has the
    substance that counts at a place; ``_seats`` are the project years of counted units that were replaced: each gives
    its seat to one of those that replace it, so that a correction neither adds to a later year nor takes from its own.
    """

    def __init__(self, facts: Facts, rule: CountingRule, as_of: int) -> None:
        self._facts = facts
        self._rule = rule
        self._as_of = as_of
        self._works = Works(facts.records.values())
        self._tally = Tally(rule=rule.digest, as_of=as_of)
        self._taken_back: set[bytes] = set()
        self._ids: set[bytes] = set()
        self._claimed: dict[bytes, int] = {}
        self._counted: dict[bytes, bytes] = {}
        self._seats: dict[bytes, int] = {}
        self._counted_ids: set[bytes] = set()
        self._parents: list[bytes] = []

    def run(self, batches: list[BatchFact]) -> Tally:
        """Go through the batches twice: for what is taken back, then for what counts."""
        for batch in batches:
            telling = (line for line in batch.lines if b'"replaces"' in line or b'"withdraws"' in line)
            for unit in _units(telling):
                if unit is not None:
                    self._taken_back.update(self._own(unit, "replaces", batch), self._own(unit, "withdraws", batch))
        for batch in batches:
            accepted = self._facts.accepted.get((batch.institution, batch.lot), self._as_of + 1) <= self._as_of
            for unit in _units(batch.lines):
                self._tally.on_chain += 1
                self._tally.accepted += accepted
                reason = self._judge(unit, batch, accepted=accepted)
                if reason is not None:
                    self._tally.excluded[reason] += 1
        self._tally.nested = sum(parent in self._counted_ids for parent in self._parents)
        return self._tally

    def _own(self, unit: dict[str, Any], field: str, batch: BatchFact) -> Iterator[bytes]:
        """Give the units that one names in a field, of its own institution: of others' it can take back nothing."""
        named = unit.get(field)
        for identifier in named if isinstance(named, list) else [named]:
            text = identifier if isinstance(identifier, str) else ""
            record = self._facts.records.get(text.partition("#")[0])
            if record is not None and record.institution == batch.institution:
                yield _short(text)

    def _judge(self, unit: dict[str, Any] | None, batch: BatchFact, *, accepted: bool) -> str | None:
        """Give the reason why a unit does not count, or count it."""
        if unit is None or not _text(unit, "unit_id"):
            return "malformed"
        record = self._facts.records.get(_text(unit, "resource_id"))
        if record is None:
            return "unregistered"
        labels = labels_of(unit, self._rule)
        position = position_of(unit, self._rule, parts=record.parts)
        work = self._work_of(unit, record)
        identifier = _short(f"{record.number}#{_text(unit, 'unit_id')}")
        reasons = (
            ("other-rule", batch.rule not in (b"", self._rule.digest)),
            ("foreign", record.institution != batch.institution),
            ("level", unit.get("level") not in self._rule.levels),
            ("untagged", not labels),
            ("unreviewed", not batch.reviewed),
            ("lot", not accepted),
            ("no-position", position is None),
            ("several-works", work is None),
            ("same-id", identifier in self._ids),
            ("resource-withdrawn", record.withdrawn_at is not None and record.withdrawn_at <= self._as_of),
        )
        self._ids.add(identifier)
        reason = next((reason for reason, holds in reasons if holds), None)
        if reason not in (None, "resource-withdrawn"):
            return reason
        place = _short(f"{work}\n{position}\n{unit['level']}")
        self._claimed.setdefault(place, batch.period)
        return reason or self._take(unit, batch, identifier, place)

    def _take(self, unit: dict[str, Any], batch: BatchFact, identifier: bytes, place: bytes) -> str | None:
        """Count a unit at its place, unless the place is taken, or was claimed for another year, or is given up."""
        period = self._claimed[place]
        substance = substance_digest(unit, self._rule)[:_SHORT]
        seat = next((seat for seat in self._own(unit, "replaces", batch) if seat in self._seats), None)
        if place in self._counted:
            return "repeated" if self._counted[place] == substance else "same-place"
        if seat is None and period != batch.period:
            return "earlier-year"
        if seat is not None:
            period = self._claimed[place] = min(self._seats.pop(seat), period)
        if identifier in self._taken_back:
            self._seats[identifier] = period
            return "unit-withdrawn"
        self._counted[place] = substance
        self._add(unit, batch, identifier, period)
        return None

    def _work_of(self, unit: dict[str, Any], record: RecordFact) -> str | None:
        if not self._works.is_compiled(record.number):
            return self._works.of(record.number)
        source = _text(unit, "source")
        return self._works.of(source) if source in record.sources and source in self._facts.records else None

    def _add(self, unit: dict[str, Any], batch: BatchFact, identifier: bytes, period: int) -> None:
        tally, labels = self._tally, len(labels_of(unit, self._rule))
        tally.counted += 1
        tally.labels += labels
        tally.labels_each[labels] += 1
        tally.by_period[period] += 1
        groups = (batch.institution, unit["resource_id"], batch.lot, unit["level"], _text(unit, "method"))
        for counter, name in zip(tally.by.values(), groups, strict=True):
            counter[name] += 1
        self._counted_ids.add(identifier)
        if parent := _text(unit, "parent_unit"):
            self._parents.append(_short(parent if "#" in parent else f"{unit['resource_id']}#{parent}"))


def _units(lines: Iterable[bytes]) -> Iterator[dict[str, Any] | None]:
    """Give the units of lines, None for a line that is no record."""
    for line in lines:
        try:
            unit = canonical.decode(line)
        except BadInput:
            unit = None
        yield unit if isinstance(unit, dict) and isinstance(unit.get("level", ""), str) else None  # a level is hashed


def _text(unit: dict[str, Any], name: str) -> str:
    value = unit.get(name)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _short(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:_SHORT]
