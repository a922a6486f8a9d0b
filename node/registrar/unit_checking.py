"""Checking units against what is registered: is their resource, are the units that they take back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.errors import BadInput, Words, ZhicangError
from node.records import canonical
from node.records.metadata import Metadata
from node.registrar.unit_terms import TAKING_BACK, labels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from node.records.unit import Unit
    from node.registrar.unit_file import UnitLine, UnitRequest
    from storage.journal import Journal

_NAMING = Words("写全称:登记号#标识,并核对它已登记", "give NUMBER#IDENTIFIER of a unit that is registered")


class UnitChecking:
    """Checks the units of one file; ``first`` is the id of the file's first batch."""

    def __init__(self, journal: Journal, request: UnitRequest, *, first: int) -> None:
        self._journal = journal
        self._request = request
        self._first = first
        self._open: dict[str, bool] = {}

    def check(self, chunk: list[UnitLine], bad: list[ZhicangError]) -> list[UnitLine]:
        """Give the lines of a chunk that hold units; add what is wrong with any line to the bad ones."""
        units: list[UnitLine] = []
        for line in chunk:
            if isinstance(line.unit, ZhicangError):
                bad.append(line.unit)
                continue
            try:
                self.is_open(line.unit.resource_id)
            except BadInput as error:
                bad.append(at_line(error, line, self._request))
            units.append(line)
            bad += [at_line(error, line, self._request) for error in self._unknown_taken_back(line.unit)]
        return units

    def is_open(self, resource_id: str) -> bool:
        """Tell whether a resource is open (its units need no salt); raise BadInput when it is not registered."""
        if resource_id not in self._open:
            row = self._journal.resources.by_number(resource_id)
            if row is None or row.stage != "confirmed":
                zh, en = f"资源 {resource_id} 尚未登记", f"resource {resource_id} is not registered"
                mend = Words("请先登记资源,再登记它的知识单元", "register the resource first")
                raise BadInput(zh, en, mend=mend, field="resource_id")
            if row.withdrawn:
                zh, en = f"资源 {resource_id} 已撤销", f"resource {resource_id} is withdrawn"
                mend = Words("不再登记知识单元;重新登记过的用新登记号", "it takes none; use its new number")
                raise BadInput(zh, en, mend=mend, field="resource_id")
            self._open[resource_id] = Metadata.from_json(canonical.decode(row.metadata)).is_open
        return self._open[resource_id]

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


def at_line(error: BadInput, line: UnitLine, request: UnitRequest) -> BadInput:
    """Say at which line of the file an error is."""
    error.file, error.row, error.sheet = str(request.file), line.row, line.sheet
    return error
