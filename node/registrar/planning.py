"""Planning: from matters that may be sent to acts, one intended transaction each.

What was approved is compared with what would be sent, for the last time and from the journal's own rows: an approval
of anything else is void, and the matter goes back to the reviewer.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from contracts import calls
from contracts.approval import NOT_REVIEWED, Approval
from node.errors import OwnFault
from node.registrar.dossier import Dossier, dossier_of
from node.registrar.grouping import LARGEST_GROUP, batch_for, entry_for
from storage.matters import Code, MatterRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.journal import Journal

MARGIN = 60
"""Seconds that an approval must still be good for when its act is planned: the header's clock is another one's."""


class Planner:
    """Plans acts in the journal; sends nothing."""

    def __init__(self, *, journal: Journal, institution: str, sender: bytes, clock: Callable[[], float]) -> None:
        self._journal = journal
        self._institution = institution.encode()
        self._sender = sender
        self._clock = clock

    def plan(self, *, approved: bool) -> None:
        """Plan acts for all that is stored and in no act yet, and where meant for all that is approved."""
        self.take_back_expired()
        with self._journal.transaction():
            self._plan_again(self._journal.earlier_matters.ready(approved=approved))
        for code in Code:
            limit = LARGEST_GROUP if code is Code.REGISTER else 1
            while matters := self._journal.matters.ready(code, limit, approved=approved):
                with self._journal.transaction():
                    self._plan_group(code, matters)

    def _plan_again(self, matters: list[MatterRow]) -> None:
        """Plan acts for what was final on an earlier chain, in just this order: one may be about another before it."""
        for code, same in groupby(matters, key=lambda matter: matter.code):
            whole, size = list(same), LARGEST_GROUP if code is Code.REGISTER else 1
            for first in range(0, len(whole), size):
                self._plan_group(code, whole[first : first + size])

    def take_back_expired(self) -> None:
        """Bring matters whose approval is void by now back to the reviewer, out of acts that were not signed yet."""
        with self._journal.transaction():
            expired = self._journal.matters.expired(int(self._clock()) + MARGIN)
            acts = {matter.act for matter in expired if matter.act is not None}
            together = [matter for act in acts for matter in self._journal.matters.by_act(act)]
            self._send_back([matter.id for matter in expired], "approval expired")
            gone = {matter.id for matter in expired}
            for matter in together:
                if matter.id not in gone:
                    self._journal.matters.release(matter.id)
            for act in acts:
                self._journal.acts.forget(act)

    def _plan_group(self, code: Code, matters: list[MatterRow]) -> None:
        ready: list[tuple[MatterRow, Dossier, Approval]] = []
        for matter in matters:
            dossier = dossier_of(self._journal, matter)
            approval = self._approval(matter, dossier)
            if approval is None:
                self._send_back([matter.id], "changed after its approval")
            else:
                ready.append((matter, dossier, approval))
        if not ready:
            return
        kind, calldata = self._call(code, [(dossier, approval) for _, dossier, approval in ready])
        subject = ready[0][1].number if len(ready) == 1 else f"{len(ready)}: {ready[0][1].number} …"
        act = self._journal.acts.plan(kind=kind, subject=subject, sender=self._sender, calldata=calldata)
        self._journal.matters.assign([matter.id for matter, _, _ in ready], act)

    def _approval(self, matter: MatterRow, dossier: Dossier) -> Approval | None:
        """Give the approval that is sent, none where nobody reviewed; None when it was given for something else."""
        row = self._journal.matters.approval(matter.id)
        if row is None:
            return NOT_REVIEWED if matter.stage == "stored" else None
        if row.content != dossier.asked(self._institution).content:
            return None
        return Approval(expires=row.expires, r=row.r, vs=row.vs)

    def _call(self, code: Code, group: list[tuple[Dossier, Approval]]) -> tuple[str, bytes]:
        dossier, approval = group[0]
        if dossier.batch is not None:
            return "commitUnits", calls.encode_commit_units(batch_for(dossier.batch), approval)
        rows = [each.resource for each, _ in group if each.resource is not None]
        entries = [entry_for(row) for row in rows]
        if code is Code.REGISTER and len(entries) == 1:
            return "register", calls.encode_register(entries[0], approval)
        if code is Code.REGISTER:
            given = [each for _, each in group] if any(each.given for _, each in group) else []
            return "registerMany", calls.encode_register_many(entries, given)
        about: dict[str, Any] = {"version": dossier.version, "reason": dossier.reason, "approval": approval}
        if code is Code.WITHDRAW:
            return "withdraw", calls.encode_call(calls.WithdrawCall(number=entries[0].number, **about))
        if code is Code.SUPERSEDE:
            return "supersede", calls.encode_call(calls.SupersedeCall(entry=entries[0], **about))
        former = self._journal.resources.version(dossier.number, dossier.version - 1)
        if former is None:
            raise OwnFault(f"{dossier.number} 没有前一版", f"{dossier.number} has no version before")
        amend = calls.AmendCall(entry=entries[0], former_metadata_digest=former.metadata_digest, **about)
        return "amend", calls.encode_call(amend)

    def _send_back(self, matters: list[int], note: str) -> None:
        self._journal.matters.move(matters, "submitted", time=int(self._clock()), note=note)
