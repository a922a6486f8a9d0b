"""Settling: what a final transaction's logs say becomes the journal's stages, in one transaction of the journal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contracts.errors import ContractError, refusal
from contracts.events import decode_log
from contracts.records import Amended, EntrySkipped, Registered, Superseded, UnitsCommitted, Withdrawn
from node.errors import Declined, Doubtful, OwnFault, Words, ZhicangError
from node.records.number import Number
from storage.matters import Code, MatterRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.chain.engine import Landed
    from storage.acts import ActRow
    from storage.journal import Journal

_CODE_OF: dict[type[object], Code] = {
    Registered: Code.REGISTER, EntrySkipped: Code.REGISTER, Amended: Code.AMEND, Superseded: Code.SUPERSEDE,
    Withdrawn: Code.WITHDRAW,
}  # fmt: skip
EXPIRED = "ApprovalExpired"
_MENDS = {
    "AlreadyRegistered": Words(
        "这个号已由另一台机器或旧备份用同一密钥登记:停用那一台,"
        "再以另一标识重新登记(--client-ref,清单中的 client_ref 列),会得到新号",
        "another machine, or an old copy, registered this number with the same key: stop it, then register again under "
        "another reference (--client-ref, the column client_ref of a list), which gets a new number",
    ),
}
"""What can be done about a refusal, where the operator could not know it, by the error's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """An act that is final: confirmed, or refused with the contract's reason."""

    act: ActRow
    matters: tuple[MatterRow, ...] = ()
    """What it carried, as it stands now."""
    refused: ZhicangError | None = None
    skipped: dict[int, ZhicangError] = field(default_factory=dict)
    """Matters that the contract passed over, each with its reason."""


class Settling:
    """Writes outcomes into the journal."""

    def __init__(self, *, journal: Journal, registry: bytes, clock: Callable[[], float]) -> None:
        self._journal = journal
        self._registry = registry
        self._clock = clock

    def confirm(self, act: ActRow, landed: Landed) -> Settled:
        """Take over what a transaction that succeeded did, matter by matter; what it passed over comes back."""
        carried = self._journal.matters.by_act(act.id)
        places, skipped = self._read(landed, carried)
        with self._journal.transaction():
            self._journal.acts.confirm(act.id, tx_hash=landed.tx_hash, height=landed.height, time=landed.time)
            self._journal.matters.confirm(places)
            done = {matter for matter, _ in places}
            for matter in carried:
                if matter.id in done:
                    self._take_effect(matter)
                else:
                    error = skipped.setdefault(matter.id, _no_event(matter))
                    self._come_back(matter, error)
        return self._settled(act, carried, skipped=skipped)

    def refuse(self, act: ActRow, landed: Landed, why: ZhicangError) -> Settled:
        """Take over that the contract refused a transaction: what it carried comes back, and is not tried again."""
        carried = self._journal.matters.by_act(act.id)
        place = {"tx_hash": landed.tx_hash, "height": landed.height, "time": landed.time}
        with self._journal.transaction():
            self._journal.acts.refuse(act.id, reason=why.words.en, **place)  # type: ignore[arg-type]
            for matter in carried:
                self._come_back(matter, why)
        return self._settled(act, carried, refused=why)

    def give_up(self, act: ActRow, why: ZhicangError) -> Settled:
        """Take over that a transaction signed elsewhere can never be: its nonce was consumed by another."""
        with self._journal.transaction():
            self._journal.acts.give_up(act.id, why.words.en)
        return self._settled(act, [], refused=why)

    def _take_effect(self, matter: MatterRow) -> None:
        resources = self._journal.resources
        if matter.code is Code.WITHDRAW:
            resources.withdraw(matter.subject)
        elif matter.code in (Code.AMEND, Code.SUPERSEDE):
            row, version = resources.by_number(matter.subject), resources.of_matter(matter.id)
            if row is None or version is None:
                raise OwnFault(f"日志中没有 {matter.subject}", f"{matter.subject} is not in the journal")
            again = self._journal.earlier_matters.place(matter.id) is not None
            key = row.client_key if again else _client_key(row.client_key, version.client_ref)
            resources.make_current(matter.subject, matter.version, key)

    def _come_back(self, matter: MatterRow, why: ZhicangError) -> None:
        """Return a matter with its reason; where only the approval ran out, it waits for the reviewer again."""
        stage = "submitted" if getattr(why, "name", "") == EXPIRED else "returned"
        note = why.words.zh if why.mend is None else f"{why.words.zh};{why.mend.zh}"
        self._journal.matters.move([matter.id], stage, time=int(self._clock()), note=note)

    def _read(
        self, landed: Landed, carried: list[MatterRow]
    ) -> tuple[list[tuple[int, int]], dict[int, ZhicangError]]:
        """Find each carried matter's event: (matter, log index), and why others were passed over."""
        by_number = {(matter.code, matter.subject): matter.id for matter in carried}
        places: list[tuple[int, int]] = []
        skipped: dict[int, ZhicangError] = {}
        for index, (address, topics, data) in enumerate(landed.logs):
            if address != self._registry:
                continue
            event = decode_log(topics, data)
            if isinstance(event, UnitsCommitted):
                places += [(matter.id, index) for matter in carried if matter.code is Code.COMMIT_UNITS]
            elif isinstance(event, Registered | Amended | Superseded | Withdrawn | EntrySkipped):
                matter_id = by_number.get((_CODE_OF[type(event)], str(Number.from_chain(event.number))))
                if matter_id is None:
                    continue
                if isinstance(event, EntrySkipped):
                    skipped[matter_id] = _passed_over(refusal(event.reason))
                else:
                    places.append((matter_id, index))
        return places, skipped

    def _settled(
        self,
        act: ActRow,
        carried: list[MatterRow],
        *,
        refused: ZhicangError | None = None,
        skipped: dict[int, ZhicangError] | None = None,
    ) -> Settled:
        now = self._journal.acts.get(act.id)
        if now is None:
            raise OwnFault("日志中的事务不见了", "an act has vanished from the journal")
        matters = [self._journal.matters.get(matter.id) for matter in carried]
        known = tuple(matter for matter in matters if matter is not None)
        return Settled(act=now, matters=known, refused=refused, skipped=skipped or {})


def _passed_over(error: ContractError) -> Declined:
    words, name = error.words, getattr(error, "name", "")
    zh, en = f"登记合约跳过了它:{words.zh}", f"the registry passed over it: {words.en}"
    return Declined(zh, en, name=name, mend=_MENDS.get(name))


def refused_by(error: ContractError) -> Declined:
    """Say in our words that the registry refused."""
    words, name = error.words, getattr(error, "name", "")
    zh, en = f"登记合约拒绝:{words.zh}", f"the registry refused: {words.en}"
    return Declined(zh, en, name=name, mend=_MENDS.get(name))


def _no_event(matter: MatterRow) -> Doubtful:
    zh, en = f"交易里没有 {matter.subject} 的事件", f"the transaction has no event of {matter.subject}"
    return Doubtful(zh, en)


def _client_key(key: str, client_ref: str) -> str:
    """Give the key under which a resource is known after its client_ref was corrected."""
    return f"ref:{client_ref}" if client_ref else key
