"""Which work a resource is of: the root of the graph of versions, derivations and equal content.

A re-scan, a JPEG beside its TIFF, the OCR text of a scan and the same bytes under another number are one work. What is
made from several works (a compilation) is a work of its own, and a unit in it must say which source it is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from node.counting.facts import RecordFact


class Works:
    """The works of some records; the earliest number of a work stands for it."""

    def __init__(self, records: Iterable[RecordFact]) -> None:
        ordered = sorted(records, key=lambda record: record.number)
        self._above = {record.number: record.number for record in ordered}
        first: dict[bytes, str] = {}
        waiting: list[tuple[str, set[str]]] = []
        for record in ordered:
            for content in record.contents:
                self._unite(record.number, first.setdefault(content, record.number))
            sources = {source for source in record.sources if source in self._above}
            if sources:
                waiting.append((record.number, sources))
        # several sources that are of one work are one source, which may show only when others were united
        left = len(waiting) + 1
        while len(waiting) < left:
            left, still = len(waiting), []
            for number, sources in waiting:
                roots = {self.of(source) for source in sources} - {self.of(number)}
                if len(roots) == 1:
                    self._unite(number, roots.pop())
                elif roots:
                    still.append((number, sources))
            waiting = still
        self._compiled = {number for number, _ in waiting}

    def of(self, number: str) -> str:
        """Give the number that stands for the work of a known record."""
        root = number
        while self._above[root] != root:
            root = self._above[root]
        while number != root:
            self._above[number], number = root, self._above[number]
        return root

    def is_compiled(self, number: str) -> bool:
        """Tell whether a record was made from several works."""
        return number in self._compiled

    def _unite(self, one: str, other: str) -> None:
        first, last = sorted((self.of(one), self.of(other)))
        self._above[last] = first
