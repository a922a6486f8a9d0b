"""Acts: from a planned transaction to one that is final and whose proof is kept.

Order of writes, and what a crash in between leaves:
1. the act is planned in the journal                          → planned again from the journal
2. it is signed and the attempt kept, before it leaves        → the same bytes are sent again
3. it is sent                                                 → the chain is asked for each attempt first
4. it is final: the proof file is written, durable            → written again, the same bytes
5. the journal says "confirmed"; only now is it acknowledged
Recovery is this same procedure run on what the journal has open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contracts.calls import RegisterCall, decode_call
from contracts.errors import decode_revert, refusal
from contracts.events import decode_log
from contracts.records import EntrySkipped, Registered, UnitsCommitted
from node.chain.engine import RevertedCallError
from node.chain.errors import Refused
from node.errors import Doubtful, OwnFault
from node.records.number import Number
from node.registrar.attempts import Attempts
from node.registrar.grouping import gas_limit
from storage.acts import ActRow, AttemptRow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from eth_keys.datatypes import PrivateKey

    from node.chain.engine import Engine, Landed
    from storage.journal import Journal
    from storage.proofs import ProofFolder

WINDOW = 32
"""Acts that are under way at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """An act that is final: confirmed, or refused with the contract's reason."""

    act: ActRow
    numbers: tuple[str, ...] = ()
    """The resources that it was to register."""
    refused: Doubtful | None = None
    skipped: dict[str, Doubtful] = field(default_factory=dict)
    """Numbers that the contract passed over, each with its reason."""


class Acts:
    """Carries out what the journal has planned, in order, several transactions at a time."""

    def __init__(
        self,
        *,
        engine: Engine,
        journal: Journal,
        proofs: ProofFolder,
        key: PrivateKey,
        registry: bytes,
        clock: Callable[[], float],
        crash_point: Callable[[str], None],
    ) -> None:
        self._engine = engine
        self._journal = journal
        self._proofs = proofs
        self._key = key
        self._sender = key.public_key.to_canonical_address()
        self._registry = registry
        self._clock = clock
        self._crash_point = crash_point
        self._attempts = Attempts(
            engine=engine, journal=journal, sender=self._sender, sign=self._attempt, crash_point=crash_point
        )

    @property
    def sender(self) -> bytes:
        """The registrar's address (20 bytes)."""
        return self._sender

    async def settle(self) -> AsyncIterator[Settled]:
        """Bring every open act to its end; give each as it becomes final.

        Raises:
            Unavailable: the chain does not answer or confirm in time; what is open stays open in the journal.
        """
        acts = self._attempts.in_order()
        for start in range(0, len(acts), WINDOW):
            window = acts[start : start + WINDOW]
            await self._attempts.send(window)
            for act in window:
                yield await self._confirm(act, await self._attempts.landed(act))

    def _attempt(self, act: ActRow, nonce: int) -> AttemptRow:
        call = decode_call(act.calldata)
        gas = gas_limit(len(call.entries) if isinstance(call, RegisterCall) else 1)
        tx_hash, raw = self._engine.sign(self._key, to=self._registry, calldata=act.calldata, nonce=nonce, gas=gas)
        return AttemptRow(tx_hash=tx_hash, act=act.id, nonce=nonce, raw=raw, created=int(self._clock()))

    async def _confirm(self, act: ActRow, landed: Landed) -> Settled:
        numbers = tuple(row.number for row in self._journal.resources.by_act(act.id))
        place = {"tx_hash": landed.tx_hash, "height": landed.height, "time": landed.time}
        if not landed.succeeded:
            refusal = await self._why(act, landed)
            with self._journal.transaction():
                self._journal.acts.refuse(act.id, reason=refusal.words.en, **place)  # type: ignore[arg-type]
                self._journal.resources.release(act.id)
                self._journal.units.release(act.id)
            return Settled(act=self._read(act), numbers=numbers, refused=refusal)
        self._proofs.put(landed.tx_hash, landed.material.to_json_bytes())
        self._crash_point("proved")
        registered, batch_index, skipped = self._read_logs(landed)
        with self._journal.transaction():
            self._journal.acts.confirm(act.id, **place)  # type: ignore[arg-type]
            self._journal.resources.mark_confirmed(registered)
            self._journal.resources.release(act.id)
            for batch in self._journal.units.by_act(act.id):
                self._journal.units.mark_confirmed(batch.id, batch_index)
        self._crash_point("confirmed")
        return Settled(act=self._read(act), numbers=numbers, skipped=skipped)

    def _read_logs(self, landed: Landed) -> tuple[list[tuple[str, int]], int, dict[str, Doubtful]]:
        registered: list[tuple[str, int]] = []
        skipped: dict[str, Doubtful] = {}
        batch_index = 0
        for index, (address, topics, data) in enumerate(landed.logs):
            if address != self._registry:
                continue
            event = decode_log(topics, data)
            if isinstance(event, Registered):
                registered.append((str(Number.from_chain(event.number)), index))
            elif isinstance(event, EntrySkipped):
                words = refusal(event.reason).words
                error = Doubtful(f"登记合约跳过了它:{words.zh}", f"the registry passed over it: {words.en}")
                skipped[str(Number.from_chain(event.number))] = error
            elif isinstance(event, UnitsCommitted):
                batch_index = index
        return registered, batch_index, skipped

    async def _why(self, act: ActRow, landed: Landed) -> Doubtful:
        """Ask the contract, in the state before the header, why it refused."""
        try:
            await self._engine.call(
                to=self._registry, calldata=act.calldata, sender=self._sender, height=landed.height - 1
            )
        except RevertedCallError as error:
            reason = decode_revert(error.data)
            return Doubtful(f"登记合约拒绝:{reason.words.zh}", f"the registry refused: {reason.words.en}")
        except Refused:
            pass  # engines forget old states; that it failed is proven, why it did is not to be had
        tx_hash = landed.tx_hash.hex()
        return Doubtful(f"交易 {tx_hash} 执行失败,原因未知", f"transaction {tx_hash} failed for a reason unknown")

    def _read(self, act: ActRow) -> ActRow:
        row = self._journal.acts.get(act.id)
        if row is None:
            raise OwnFault("日志中的事务不见了", "an act has vanished from the journal")
        return row
