"""Drafting: all that a registrar does before anything is signed; it needs the home's lock, but no key and no chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.errors import OwnFault
from node.registrar.outcome import Refused, Registered, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from node.registrar.approving import Approving
    from node.registrar.editions import Editions
    from node.registrar.growing import Growing
    from node.registrar.numbering import Stored
    from node.registrar.planning import Planner
    from node.registrar.request import RegisterRequest
    from node.registrar.review import Review
    from node.registrar.store import Store
    from node.registrar.unit_store import UnitStore
    from storage.journal import Journal
    from storage.resources import ResourceRow
    from storage.root import StorageRoot


class Drafting:
    """Stores drafts and moves them between people; owns no state but the journal's."""

    def __init__(
        self,
        *,
        root: StorageRoot,
        journal: Journal,
        store: Store,
        units: UnitStore,
        growing: Growing,
        editions: Editions,
        planner: Planner,
        review: Review,
        approving: Approving,
    ) -> None:
        self._root = root
        self._journal = journal
        self._store = store
        self._units = units
        self._planner = planner
        self._growing = growing
        self.editions = editions
        self.review = review
        self.approving = approving

    def tidy(self) -> None:
        """Drop what an earlier run had not stored whole, and bring what was approved for too short a time back."""
        self._root.sweep_staging()
        self._units.forget_unplaced()
        self._growing.take_back_unknown()
        self._planner.take_back_expired()

    def draft(self, requests: Iterable[RegisterRequest]) -> Iterator[Registered | Waiting | Refused]:
        """Store resources as drafts; what was a draft, or came back, may come again with other content or metadata."""
        for outcome in self._store.run(requests, stage="draft"):
            if isinstance(outcome, Refused):
                yield outcome
                continue
            row = self._row(outcome.number)
            yield self._registered(outcome, row) if row.stage == "confirmed" else self._waiting(outcome, row)

    def _registered(self, stored: Stored, row: ResourceRow) -> Registered:
        act = self._journal.acts.get(row.act or 0)
        if act is None:
            raise OwnFault(f"{row.number} 没有对应的事务", f"{row.number} has no act")
        return Registered(
            row=row,
            act=act,
            fresh=stored.fresh,
            origin=stored.request.origin,
            duplicate_of=stored.duplicate_of,
            ignored=stored.ignored,
        )

    @staticmethod
    def _waiting(stored: Stored, row: ResourceRow) -> Waiting:
        return Waiting(
            row=row,
            fresh=stored.fresh,
            origin=stored.request.origin,
            duplicate_of=stored.duplicate_of,
            ignored=stored.ignored,
        )

    def _row(self, number: str) -> ResourceRow:
        row = self._journal.resources.by_number(number)
        if row is None:
            raise OwnFault(f"日志中没有 {number}", f"{number} is not in the journal")
        return row
