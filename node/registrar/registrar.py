"""The registrar itself: store, plan, settle; and first of all finish what an earlier run left open.

What the institution's policy on chain asks of it: under one person what is stored goes straight on; under two persons
it stops at 待审 and waits for `send`, which takes what a reviewer approved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.errors import OwnFault
from node.registrar.drafting import Drafting
from node.registrar.outcome import Done, Pending, Refused, Registered, Waiting
from node.registrar.storing import Storing
from storage.matters import Code

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator

    from node.registrar.acts import Acts
    from node.registrar.following import Following
    from node.registrar.numbering import Stored
    from node.registrar.request import RegisterRequest
    from node.registrar.settling import Settled
    from node.registrar.unit_file import UnitRequest
    from storage.matters import MatterRow

Outcome = Registered | Waiting | Done | Pending | Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsSummary:
    """A unit file's totals: units stored by this run, and units that an earlier run had stored."""

    fresh: int
    known: int


class Registrar(Drafting):
    """Carries requests from their sources to final records; owns no state but the journal's."""

    def __init__(self, *, acts: Acts, following: Following, **parts: Any) -> None:
        super().__init__(**parts)
        self._following = following
        self.acts = acts

    async def recover(self, *, settled: Callable[[Settled], None] = lambda _: None) -> list[Settled]:
        """Finish what an earlier run had stored or sent; drop what it had not stored. Nothing approved is sent here.

        ``settled`` hears of each act when it is final.
        """
        self.tidy()
        await self._following.look()
        self._planner.plan(approved=False)
        found: list[Settled] = []
        async for each in self.acts.settle():
            found.append(each)
            settled(each)
        return found

    async def look(self) -> None:
        """Take over what others did on chain that concerns this institution, such as freezing."""
        await self._following.look()

    async def stage_of_new(self) -> str:
        """Give the stage that something new is stored for: sent at once, or submitted to a reviewer."""
        return "stored" if await self._following.one_person() else "submitted"

    async def register(
        self,
        requests: Iterable[RegisterRequest],
        *,
        stored: Callable[[], None],
        taken: Callable[[int], None] | None = None,
    ) -> AsyncGenerator[Registered | Waiting | Refused, None]:
        """Register resources; give each outcome when it is final, or when it waits for people.

        What is stored is sent while more is being stored. ``stored`` is called for every request stored, ``taken``,
        from other threads too, with the bytes of each piece copied.
        """
        pending: dict[str, Stored] = {}

        def look_at(outcome: Stored | Refused) -> Registered | Waiting | Refused | None:
            if isinstance(outcome, Refused):
                return outcome
            stored()
            return self._looked_at(outcome, pending)

        steps = self._store.steps(requests, stage=await self.stage_of_new(), taken=taken)
        storing: Storing[Registered | Waiting | Refused] = Storing(steps, look_at)
        async with storing:
            finished = False
            while not finished:
                finished = await storing.news()
                for outcome in storing.outcomes():
                    yield outcome
                async for settled in self.acts.settle(lambda: self._planned_of(storing)):
                    for outcome in (*self._ends(settled, pending), *storing.outcomes()):
                        yield outcome

    async def register_units(self, request: UnitRequest) -> AsyncIterator[Done | Pending | Refused | UnitsSummary]:
        """Register a unit file; give each batch when it is final or waits for a reviewer, then the totals."""
        outcome = self._units.run(request, stage=await self.stage_of_new())
        for batch_id in outcome.batches:
            batch = self._journal.units.batch(batch_id)
            matter = None if batch is None else self._journal.matters.get(batch.matter)
            if matter is not None and matter.stage != "stored":
                yield Pending(matter=matter, batch=batch)
        async for done in self.carry_out(approved=False):
            if isinstance(done, Refused):
                yield Refused(source=str(request.file), error=done.error)
            elif done.matter.code is Code.COMMIT_UNITS:
                yield done
        yield UnitsSummary(fresh=outcome.fresh, known=outcome.known)

    async def carry_out(self, *, approved: bool) -> AsyncIterator[Done | Refused]:
        """Send all that may be sent, what was approved included where meant; give each matter when it is final."""
        self._planner.plan(approved=approved)
        async for settled in self.acts.settle():
            for matter in settled.matters:
                yield self._done(matter, settled)

    def send_submitted(self) -> None:
        """Under one person: take what was submitted and nobody approved as it is."""
        with self._journal.transaction():
            matters = [matter.id for matter in self._journal.matters.at("submitted")]
            self._journal.matters.move(matters, "stored", time=self._following.now(), note="not reviewed")

    async def turn_away(self) -> list[Refused]:
        """Bring back to review what was approved by a key that is no active reviewer's."""
        away = await self.approving.turn_away(self.acts.engine)
        return [Refused(source=each.name, error=each.error) for each in away if each.error is not None]

    async def one_person(self) -> bool:
        """Tell whether the institution's policy lets a registrar act alone."""
        return await self._following.one_person()

    async def act_once(self, *, kind: str, subject: str, calldata: bytes) -> Settled:
        """Carry out an act of the registrar that no reviewer is asked for, and wait until it is final."""
        act = self.acts.plan(kind=kind, subject=subject, calldata=calldata)
        return await self.settle_one(act)

    async def settle_one(self, act: int) -> Settled:
        """Wait until one act is final; others that are open are settled on the way."""
        found: Settled | None = None
        async for settled in self.acts.settle():
            if settled.act.id == act:
                found = settled
        if found is None:
            raise OwnFault("事务没有结果", "an act without an outcome")
        if found.refused is not None:
            raise found.refused
        await self._following.look()
        return found

    def _done(self, matter: MatterRow, settled: Settled) -> Done | Refused:
        error = settled.refused or settled.skipped.get(matter.id)
        if error is not None:
            return Refused(source=matter.subject, error=error)
        batch = self._journal.units.of_matter(matter.id) if matter.code is Code.COMMIT_UNITS else None
        return Done(matter=matter, act=settled.act, batch=batch)

    def _looked_at(self, stored: Stored, pending: dict[str, Stored]) -> Registered | Waiting | None:
        """Tell what became of a request that is stored; one that is to be sent becomes pending."""
        row = self._row(stored.number)
        if row.stage == "confirmed":
            return self._registered(stored, row)
        if row.stage != "stored":
            return self._waiting(stored, row)
        pending[stored.number] = stored
        return None

    def _planned_of(self, storing: Storing[Registered | Waiting | Refused]) -> bool:
        """Plan what was stored since the last time; tell whether there was any."""
        if not storing.has_more():
            return False
        self._planner.plan(approved=False)
        return True

    def _ends(self, settled: Settled, pending: dict[str, Stored]) -> Iterator[Registered | Refused]:
        """Give what became of the pending requests that an act carried."""
        for matter in settled.matters:
            if matter.code is Code.REGISTER and (request := pending.pop(matter.subject, None)) is not None:
                yield self._outcome(request, matter, settled)

    def _outcome(self, request: Stored, matter: MatterRow, settled: Settled) -> Registered | Refused:
        error = settled.refused or settled.skipped.get(matter.id)
        if error is not None:
            return Refused(source=request.request.shown, error=error)
        return self._registered(request, self._row(matter.subject))
