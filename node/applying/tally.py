"""What has come of an application so far, and what is still to be done for it beside registering."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from node.applying.made_out import rows_of
from node.registrar.outcome import Refused, Waiting
from storage.lots import LotRow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from node.applying.plan import Plan
    from node.registrar.outcome import Done, Registered
    from node.registrar.registrar import Registrar
    from storage.journal import Journal


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of outcomes; ``numbers`` are those of the resources that are stored, in the order of their outcomes."""

    registered: int = 0
    known: int = 0
    review: int = 0
    refused: int = 0
    numbers: list[str] = field(default_factory=list)

    def take(self, outcome: Registered | Waiting | Refused) -> None:
        """Count an outcome."""
        if isinstance(outcome, Refused):
            self.refused += 1
            return
        self.numbers.append(outcome.row.number)
        if isinstance(outcome, Waiting):
            self.review += 1
        elif outcome.fresh:
            self.registered += 1
        else:
            self.known += 1

    async def send_approved(self, registrar: Registrar, journal: Journal) -> AsyncIterator[Done | Refused]:
        """Send what a reviewer has approved meanwhile, where it is of this delivery; give what became of everything."""
        if not any(row.stage == "approved" for row in rows_of(journal, self.numbers)):
            return
        for refusal in await registrar.turn_away():
            yield refusal
        ours = set(self.numbers)
        async for outcome in registrar.carry_out(approved=True):
            if not isinstance(outcome, Refused) and outcome.matter.subject in ours:
                self.registered, self.review = self.registered + 1, self.review - 1
            yield outcome

    def figures(self) -> dict[str, int]:
        """Give the counts as JSON."""
        return {"registered": self.registered, "known": self.known, "review": self.review, "refused": self.refused}


def know_lots(journal: Journal, plan: Plan, default: str) -> None:
    """Enter lots that nobody described yet, so that they can be listed and described."""
    names = {resource.said.get("lot") or default for resource in plan.resources}
    with journal.transaction():
        for name in sorted(names - {""}):
            if journal.lots.get(name) is None:
                journal.lots.put(LotRow(name=name, created=int(time.time())))
