"""Entering units into the journal: those that are new get their places, known ones are passed over, clashes are bad."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from node.errors import BadInput, Words
from node.records.unit import ID_FIELD
from node.registrar.unit_checking import at_line

if TYPE_CHECKING:
    from node.errors import ZhicangError
    from node.records.unit import Unit
    from node.registrar.unit_file import UnitLine, UnitRequest
    from storage.journal import Journal


class UnitEntering:
    """Enters the units of one file, chunk by chunk, inside the caller's transaction.

    Attributes:
        asked_again: earlier batches that hold units of this file; what came back of them is asked for anew.
    """

    def __init__(self, journal: Journal, request: UnitRequest, *, first: int) -> None:
        self._journal = journal
        self._request = request
        self._first = first
        self.asked_again: set[int] = set()

    def enter(self, lines: list[UnitLine], batch: int, bad: list[ZhicangError]) -> list[Unit]:
        """Enter a chunk's units for a batch; give those that are new, in the order of their positions."""
        units: list[Unit] = [line.unit for line in lines]
        rows = [
            (unit.resource_id, unit.unit_id, unit.source_digest(), batch, position)
            for position, unit in enumerate(units)
        ]
        try:
            with self._journal.savepoint():
                self._journal.units.insert_units(rows)
        except sqlite3.IntegrityError:
            return self._enter_new(lines, batch, bad)
        return units

    def _enter_new(self, lines: list[UnitLine], batch: int, bad: list[ZhicangError]) -> list[Unit]:
        """Enter one by one: known units are passed over, those that clash with an earlier one are bad."""
        fresh: list[Unit] = []
        for line in lines:
            unit: Unit = line.unit
            earlier = self._journal.units.unit(unit.resource_id, unit.unit_id)
            digest = unit.source_digest()
            if earlier is None:
                rows = [(unit.resource_id, unit.unit_id, digest, batch, len(fresh))]
                self._journal.units.insert_units(rows)
                fresh.append(unit)
            elif self._first <= earlier.batch:
                bad.append(self._clash(line, "在本文件中重复", "stands twice in this file"))
            elif earlier.source_digest != digest:
                bad.append(self._clash(line, "已登记过,内容不同", "was registered with other content"))
            else:
                self.asked_again.add(earlier.batch)
        return fresh

    def _clash(self, line: UnitLine, zh: str, en: str) -> BadInput:
        unit: Unit = line.unit
        name = f"{unit.resource_id} / {unit.unit_id}"
        mend = Words(
            "更正写成新的一条:另给标识,在 replaces 中写明替换哪一条",
            "a correction is a new unit, with the old one in its replaces",
        )
        error = BadInput(f"知识单元 {name} {zh}", f"unit {name} {en}", mend=mend, field=ID_FIELD)
        error.value = unit.unit_id
        return at_line(error, line, self._request)
