"""What one caller sees of a home now: its resources, the payloads that its objects hold, its unit lists.

The answers are kept until the journal was written by anyone or a day has passed, so that asking for each block of a
payload costs microseconds and a withdrawal, a freezing or an amendment counts from its very commit.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from node.errors import Words
from node.records.beijing import day_of
from node.visibility.rule import Caller, hidden_because
from storage.ocfl import split_payload_id

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from storage.journal import Journal
    from storage.units import UnitBatchRow

_LIST = re.compile("units-[0-9a-f]{64}")
"""How the objects of unit lists are named: by the list's SHA-256."""
_MOST_KEPT = 100_000
"""Answers that are kept; beyond that all are asked anew, some 20 MB."""


class Sight:
    """What a caller sees; use from one thread at a time, with a journal that is open for reading."""

    def __init__(self, journal: Journal, caller: Caller, *, clock: Callable[[], float]) -> None:
        self.caller = caller
        self._journal = journal
        self._clock = clock
        self._kept: dict[str, bool] = {}
        self._as_of: tuple[int, dt.date] | None = None

    def payload(self, name: str) -> bool:
        """Tell whether a payload is seen, by its name in the storage root and the block index.

        Of a resource that is the payload of its newest final version alone: what was superseded had its reasons, and
        what waits for review is nobody's yet. A unit list is seen when every resource is that it names.
        """
        if self.caller is Caller.OWN:
            return True
        as_of = self.as_of
        if as_of != self._as_of or len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
            self._as_of = as_of
        seen = self._kept.get(name)
        if seen is None:
            seen = self._kept[name] = self._payload(name)
        return seen

    @property
    def as_of(self) -> tuple[int, dt.date]:
        """What stays the same for as long as every answer does."""
        return self._journal.others_wrote, day_of(self._clock())

    def _payload(self, name: str) -> bool:
        if _LIST.fullmatch(name):
            return self._unit_list(bytes.fromhex(name[-64:]))
        number, _ = split_payload_id(name)
        row = self._journal.resources.by_number(number)
        if row is None or row.payload_id != name:
            return False
        return hidden_because(row, self.caller, day_of(self._clock())) is None

    def _unit_list(self, digest: bytes) -> bool:
        batch = self._journal.units.by_list(digest)
        return (
            batch is not None and list_hidden_because(self._journal, batch, self.caller, day_of(self._clock())) is None
        )


def list_hidden_because(journal: Journal, batch: UnitBatchRow, caller: Caller, today: dt.date) -> Words | None:
    """Say why a unit list may not leave for a caller: it is not committed, or a resource that it names may not."""
    if batch.stage != "confirmed":
        return Words("尚未登记", "it is not registered yet")
    named = journal.units.resources_of(batch.id)
    for number in named:
        row = journal.resources.by_number(number)
        why = Words("不在本馆", "it is not held here") if row is None else hidden_because(row, caller, today)
        if why is not None:
            return Words(f"涉及 {number}:{why.zh}", f"it names {number}: {why.en}")
    return None if named else Words("没有涉及任何资源", "it names no resource")
