"""A made-up chain: records, lots and batches of units, to be counted."""

from __future__ import annotations

from typing import Any

from node.counting.count import count
from node.counting.facts import BatchFact, Facts, RecordFact
from node.counting.position import parts_of
from node.counting.rule import shipped_rule
from node.records import canonical

HOME, OTHER = "14000001", "15000001"
RULE = shipped_rule()


class Ledger:
    """Collects facts and batches, each at the next height, and counts them."""

    def __init__(self) -> None:
        self.facts = Facts()
        self.batches: list[BatchFact] = []

    def record(self, number: str, *files: str, **fact: Any) -> str:
        """Register a resource with its files; give its number."""
        fact = {"institution": number[:8], "contents": (number.encode(),)} | fact
        self.facts.records[number] = RecordFact(number=number, parts=parts_of(files, RULE), **fact)
        return number

    def accept(self, lot: str, *, at: int = 0, institution: str = HOME) -> None:
        """Accept a lot at a height."""
        self.facts.accepted[institution, lot] = at

    def batch(self, *units: dict[str, Any] | bytes, lot: str = "一", period: int = 2023, **fact: Any) -> int:
        """Put units on chain; give the height."""
        lines = [unit if isinstance(unit, bytes) else canonical.encode(unit) for unit in units]
        height = len(self.batches) + 1
        fact = {"institution": HOME, "reviewed": True} | fact
        self.batches.append(BatchFact(period=period, lot=lot, height=height, lines=lines, **fact))
        return height

    def count(self, as_of: int | None = None) -> Any:
        """Count as of a height, by default of the last batch."""
        return count(self.batches, self.facts, RULE, as_of=len(self.batches) if as_of is None else as_of)


def number(serial: int, *, institution: str = HOME, year: int = 2023) -> str:
    """Give a registration number; its check character plays no part here."""
    return f"{institution}-{year}-{serial:08d}-X"


def unit(resource: str, unit_id: str, page: object = None, **said: Any) -> dict[str, Any]:
    """Give an honest unit on a page."""
    selector = {} if page is None else {"selector": {"type": "FragmentSelector", "value": f"page={page}"}}
    told = {"level": "页", "title": "抗战日报", "tags": ["晋绥边区"], "method": "人工", "confidence": 900}
    return {"resource_id": resource, "unit_id": unit_id} | told | selector | said
