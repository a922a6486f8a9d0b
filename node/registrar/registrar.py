"""The registrar itself: store, plan, settle; and first of all finish what an earlier run left open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.errors import OwnFault
from node.registrar.grouping import LARGEST_GROUP, commit_calldata, register_calldata
from node.registrar.outcome import Refused, Registered
from storage.cid import Cid

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from node.registrar.acts import Acts, Settled
    from node.registrar.request import RegisterRequest
    from node.registrar.store import Store, Stored
    from node.registrar.unit_file import UnitRequest
    from node.registrar.unit_store import UnitStore
    from storage.journal import Journal
    from storage.resources import ResourceRow
    from storage.root import StorageRoot
    from storage.units import UnitBatchRow


@dataclass(frozen=True, slots=True, kw_only=True)
class CommittedUnits:
    """A unit batch that is final on chain."""

    batch: UnitBatchRow
    tx_hash: bytes
    height: int

    def to_json(self) -> dict[str, Any]:
        """Give the acknowledgement, one JSON line."""
        return {
            "batch": self.batch.id,
            "root": "0x" + self.batch.root.hex(),
            "sha256": self.batch.list_digest.hex(),
            "cid": str(Cid.from_binary(self.batch.cid)),
            "claimed": self.batch.claimed,
            "status": "committed",
            "tx_hash": "0x" + self.tx_hash.hex(),
            "block_height": self.height,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsSummary:
    """A unit file's totals: units committed by this run, and units that an earlier run had stored."""

    fresh: int
    known: int


class Registrar:
    """Carries requests from their sources to final records; owns no state but the journal's."""

    def __init__(self, *, root: StorageRoot, journal: Journal, store: Store, units: UnitStore, acts: Acts) -> None:
        self._root = root
        self._journal = journal
        self._store = store
        self._units = units
        self._acts = acts

    async def recover(self) -> list[Settled]:
        """Finish what an earlier run had stored or sent; drop what it had not stored."""
        self._root.sweep_staging()
        self._units.forget_unplaced()
        self._plan()
        return [settled async for settled in self._acts.settle()]

    async def register(
        self, requests: Iterable[RegisterRequest], *, stored: Callable[[], None]
    ) -> AsyncIterator[Registered | Refused]:
        """Register resources; give each outcome when it is final. ``stored`` is called for every request stored."""
        pending: dict[str, Stored] = {}
        for outcome in self._store.run(requests):
            if isinstance(outcome, Refused):
                yield outcome
                continue
            stored()
            row = self._row(outcome.number)
            if row.stage == "confirmed":
                yield self._registered(outcome, row)
            else:
                pending[outcome.number] = outcome
        self._plan()
        async for settled in self._acts.settle():
            for number in settled.numbers:
                if (request := pending.pop(number, None)) is not None:
                    yield self._outcome(request, number, settled)

    async def register_units(self, request: UnitRequest) -> AsyncIterator[CommittedUnits | Refused | UnitsSummary]:
        """Register a unit file; give each batch when it is final, then the totals."""
        outcome = self._units.run(request)
        self._plan()
        async for settled in self._acts.settle():
            for batch in self._journal.units.by_act(settled.act.id):
                tx_hash, height = settled.act.tx_hash or b"", settled.act.height or 0
                yield CommittedUnits(batch=batch, tx_hash=tx_hash, height=height)
            if settled.refused is not None and not settled.numbers:
                yield Refused(source=str(request.file), error=settled.refused)
        yield UnitsSummary(fresh=outcome.fresh, known=outcome.known)

    def _plan(self) -> None:
        """Plan acts for all that is stored and not taken up: groups of resources, then one act a unit batch."""
        while rows := self._journal.resources.waiting(LARGEST_GROUP):
            with self._journal.transaction():
                act = self._journal.acts.plan(sender=self._acts.sender, calldata=register_calldata(rows))
                self._journal.resources.assign([row.number for row in rows], act)
        for batch in self._journal.units.waiting():
            with self._journal.transaction():
                act = self._journal.acts.plan(sender=self._acts.sender, calldata=commit_calldata(batch))
                self._journal.units.assign(batch.id, act)

    def _outcome(self, request: Stored, number: str, settled: Settled) -> Registered | Refused:
        error = settled.refused or settled.skipped.get(number)
        if error is not None:
            return Refused(source=str(request.request.source), error=error)
        return self._registered(request, self._row(number))

    def _registered(self, stored: Stored, row: ResourceRow) -> Registered:
        act = self._journal.acts.get(row.act or 0)
        if act is None:
            raise OwnFault(f"{row.number} 没有对应的事务", f"{row.number} has no act")
        return Registered(
            row=row,
            act=act,
            cid=str(Cid.from_binary(row.cid)),
            fresh=stored.fresh,
            duplicate_of=stored.duplicate_of,
            ignored=stored.ignored,
        )

    def _row(self, number: str) -> ResourceRow:
        row = self._journal.resources.by_number(number)
        if row is None:
            raise OwnFault(f"日志中没有 {number}", f"{number} is not in the journal")
        return row
