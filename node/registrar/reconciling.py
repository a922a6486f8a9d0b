"""Reconciling: an older copy of a network home's journal is brought up to what its key has done on chain since.

The chain has digests and events, no payload and no metadata: what the journal still has open is taken over as final,
what it has not at all is lost here and is named. Transactions are believed with their proofs, which are kept.

Order of writes for each transaction, and what a crash in between leaves: its proof; the act with its attempt and
matters, in one transaction of the journal (an open act, which the next command finishes as ever); its outcome. Run
again, what the journal knows by then is passed over.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts import events
from contracts.calls import RegisterCall, decode_call
from contracts.errors import ContractError
from contracts.records import Amended, Registered, Superseded, UnitsCommitted, Withdrawn
from node.errors import Unavailable
from node.records.number import Number
from node.registrar.expected import TOPICS, event_key
from node.registrar.settling import Settling
from node.registrar.standing import Standing, record_of, standing, topic_of, unknown_to
from storage.acts import AttemptRow
from storage.matters import Code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contracts.events import Event
    from node.chain.engine import Engine, Landed
    from storage.journal import Journal
    from storage.matters import MatterRow
    from storage.proofs import ProofFolder

_NOTE = "链上已有另一内容(恢复的是旧备份)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What came of it: matters that are final now, subjects that came back, and what this home has lost."""

    taken: tuple[str, ...]
    returned: tuple[str, ...]
    lost: tuple[Standing, ...]


class Reconciling:
    """Takes over what one key of an institution has on chain; the caller holds the home's lock."""

    def __init__(
        self,
        *,
        engine: Engine,
        journal: Journal,
        proofs: ProofFolder,
        registry: bytes,
        institution: str,
        sender: bytes,
        clock: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._journal = journal
        self._proofs = proofs
        self._registry = registry
        self._institution = institution
        self._sender = sender
        self._clock = clock
        self._settling = Settling(journal=journal, registry=registry, clock=clock)
        self._taken: list[str] = []
        self._returned: list[str] = []

    async def run(self) -> Reconciled:
        """Take over what the journal has open, return what the chain has otherwise, and give what is lost here."""
        await self._engine.confirm_finality()
        on_chain = await standing(self._engine, self._registry, self._institution)
        with self._journal.transaction():
            for each in on_chain:
                if isinstance(each.event, Registered):
                    number = Number.from_chain(each.event.number)
                    self._journal.resources.spend_serials(number.period, number.serial)
        topics = [None, topic_of(self._institution)]
        logs = await self._engine.logs(address=self._registry, topics=topics)
        for tx_hash in dict.fromkeys(bytes.fromhex(log["transactionHash"][2:]) for log in logs):
            if not self._journal.acts.knows(tx_hash):
                await self._look_at(tx_hash)
        lost = unknown_to(self._journal, on_chain, self._institution)
        return Reconciled(taken=tuple(self._taken), returned=tuple(self._returned), lost=tuple(lost))

    async def _look_at(self, tx_hash: bytes) -> None:
        landed = await self._engine.find(tx_hash)
        if landed is None:
            raise Unavailable(f"节点给不出交易 0x{tx_hash.hex()}", f"the engine does not show 0x{tx_hash.hex()}")
        if landed.material.transaction().sender() == self._sender:
            self._take_over(landed)

    def _take_over(self, landed: Landed) -> None:
        """Enter a transaction of the key with what it did to the journal's open matters."""
        transaction = landed.material.transaction()
        self._proofs.put(landed.tx_hash, landed.material.to_json_bytes())
        with self._journal.transaction():
            carried = [matter for event in self._events(landed) if (matter := self._matter_of(event)) is not None]
            kind = _kind(transaction.calldata)
            act = self._journal.acts.plan(
                kind=kind, subject=carried[0].subject if carried else kind, sender=self._sender,
                calldata=transaction.calldata,
            )  # fmt: skip
            attempt = AttemptRow(
                tx_hash=landed.tx_hash, act=act, nonce=transaction.nonce, raw=transaction.encode(),
                created=int(self._clock()),
            )  # fmt: skip
            self._journal.acts.sign(attempt)
            for matter in carried:
                self._leave_act(matter)
            self._journal.matters.assign([matter.id for matter in carried], act)
        row = self._journal.acts.get(act)
        if row is not None:
            self._settling.confirm(row, landed)
        self._taken += [matter.subject for matter in carried]

    def _events(self, landed: Landed) -> Iterator[Event]:
        for address, topics, data in landed.logs:
            if address == self._registry and topics[0] in TOPICS:
                yield events.decode_log(list(topics), data)

    def _matter_of(self, event: Event) -> MatterRow | None:
        """Find the open matter that an event is of; what the chain has under its key with other content comes back."""
        if isinstance(event, Withdrawn):
            self._withdraw(event)
        for matter in self._about(event):
            if matter.stage in ("confirmed", "recalled", "numbered"):
                continue
            named = record_of(self._journal, matter, self._institution)
            if named is None or event_key(named) != event_key(event):
                continue
            if named == event:
                return matter
            self._leave_act(matter)
            self._journal.matters.move([matter.id], "returned", time=int(self._clock()), note=_NOTE)
            self._returned.append(matter.subject)
        return None

    def _about(self, event: Event) -> list[MatterRow]:
        """Give the matters that an event may be of."""
        if isinstance(event, UnitsCommitted):
            return [matter for matter in self._journal.matters.all() if matter.code is Code.COMMIT_UNITS]
        if isinstance(event, Registered | Amended | Superseded | Withdrawn):
            return self._journal.matters.of(str(Number.from_chain(event.number)))
        return []

    def _withdraw(self, event: Withdrawn) -> None:
        """Enter a withdrawal that came after the backup: it needs nothing that the chain has not."""
        number = str(Number.from_chain(event.number))
        matters = self._journal.matters.of(number)
        row = self._journal.resources.by_number(number)
        if row is None or row.stage != "confirmed" or any(each.code is Code.WITHDRAW for each in matters):
            return
        self._journal.matters.add(
            code=Code.WITHDRAW, subject=number, version=event.version, stage="stored", reason=event.reason,
            document=event.document, created=int(self._clock()),
        )  # fmt: skip

    def _leave_act(self, matter: MatterRow) -> None:
        """Take a matter out of an act that was planned before the backup, and that act away if it was not signed."""
        if matter.act is None:
            return
        self._journal.matters.release(matter.id)
        if not self._journal.matters.by_act(matter.act):
            self._journal.acts.forget(matter.act)


def _kind(calldata: bytes) -> str:
    """Give an act's kind: the registry's function, as the journal names it."""
    with suppress(ContractError):
        call = decode_call(calldata)
        if isinstance(call, RegisterCall):
            return "register" if len(call.entries) == 1 else "registerMany"
        name = type(call).__name__.removesuffix("Call")
        return name[0].lower() + name[1:]
    return "unknown"
