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

from collections import deque
from typing import TYPE_CHECKING

from contracts.calls import RegisterCall, decode_call
from contracts.errors import decode_revert
from node.chain.engine import NonceConsumed, RevertedCallError
from node.chain.errors import Refused
from node.errors import BadInput, Declined, OwnFault, Unavailable, Words
from node.registrar.attempts import Attempts
from node.registrar.grouping import gas_limit
from node.registrar.settling import Settled, Settling, refused_by
from storage.acts import ActRow, AttemptRow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from eth_keys.datatypes import PrivateKey

    from node.chain.engine import Engine, Landed
    from node.registrar.foreign import SignedElsewhere
    from storage.journal import Journal
    from storage.proofs import ProofFolder

WINDOW = 32
"""Acts that are under way at most; half of them are final before more are sent, so that no header goes without."""


class Acts:
    """Carries out what the journal has planned, in order, several transactions at a time."""

    def __init__(
        self,
        *,
        engine: Engine,
        journal: Journal,
        proofs: ProofFolder,
        key: PrivateKey | None,
        registry: bytes,
        clock: Callable[[], float],
        crash_point: Callable[[str], None],
    ) -> None:
        self.engine = engine
        self._journal = journal
        self._proofs = proofs
        self._key = key
        self._sender = b"" if key is None else key.public_key.to_canonical_address()
        self._registry = registry
        self._settling = Settling(journal=journal, registry=registry, clock=clock)
        self._clock = clock
        self._crash_point = crash_point
        self._attempts = Attempts(
            engine=engine, journal=journal, sender=self._sender, sign=self._attempt, crash_point=crash_point
        )

    @property
    def sender(self) -> bytes:
        """The registrar's address (20 bytes), or nothing where this home has no registrar."""
        return self._sender

    def plan(self, *, kind: str, subject: str, calldata: bytes) -> int:
        """Plan an act of the registrar that no reviewer is asked for; give its id. It is durable when this returns."""
        if self._key is None:
            raise BadInput("本库没有登记员密钥,办不了登记事务", "this home has no registrar's key for this act")
        with self._journal.transaction():
            return self._journal.acts.plan(kind=kind, subject=subject, sender=self._sender, calldata=calldata)

    def take(self, signed: SignedElsewhere) -> int:
        """Take in a transaction that was signed elsewhere, by a reviewer, auditor or governor; give the act's id.

        Raises:
            BadInput: it is no transaction for this registry on this chain.
        """
        sent, sender = signed.read(chain_id=self.engine.chain_id, registry=self._registry)
        with self._journal.transaction():
            act = self._journal.acts.plan(
                kind=signed.kind, subject=signed.subject, sender=sender, calldata=sent.calldata
            )
            created = int(self._clock())
            attempt = AttemptRow(tx_hash=sent.tx_hash, act=act, nonce=sent.nonce, raw=signed.raw, created=created)
            self._journal.acts.sign(attempt)
        return act

    async def settle(self, more: Callable[[], bool] = lambda: False) -> AsyncIterator[Settled]:
        """Bring every open act to its end; give each as it becomes final.

        ``more`` is asked whenever all open acts are under way; it may plan more, and tells whether it did.

        Raises:
            Unavailable: the chain does not answer or confirm in time; what is open stays open in the journal.
        """
        waiting, under_way = deque(self._attempts.in_order()), deque[ActRow]()
        while True:
            if not waiting and more():
                known = {act.id for act in under_way}
                waiting.extend(act for act in self._attempts.in_order() if act.id not in known)
            if not waiting and not under_way:
                return
            if waiting and len(under_way) <= WINDOW // 2:
                next_ones = [waiting.popleft() for _ in range(min(len(waiting), WINDOW - len(under_way)))]
                refused = await self._attempts.send(next_ones)
                under_way.extend(act for act in next_ones if act.id not in refused)
                for act in next_ones:
                    if act.id in refused:
                        yield self._settling.give_up(act, _never_taken(refused[act.id]))
                if not under_way:
                    continue
            act = under_way.popleft()
            try:
                landed = await self._attempts.landed(act)
            except NonceConsumed:  # signed elsewhere: only its owner can sign it anew
                yield self._settling.give_up(act, _nonce_is_gone())
            else:
                yield await self._confirm(act, landed)

    def _attempt(self, act: ActRow, nonce: int) -> AttemptRow:
        if self._key is None:
            raise OwnFault("本库没有登记员密钥", "this home has no registrar's key")
        call = decode_call(act.calldata)
        gas = gas_limit(len(call.entries) if isinstance(call, RegisterCall) else 1)
        tx_hash, raw = self.engine.sign(self._key, to=self._registry, calldata=act.calldata, nonce=nonce, gas=gas)
        return AttemptRow(tx_hash=tx_hash, act=act.id, nonce=nonce, raw=raw, created=int(self._clock()))

    async def _confirm(self, act: ActRow, landed: Landed) -> Settled:
        if not landed.succeeded:
            return self._settling.refuse(act, landed, await self._why(act, landed))
        self._proofs.put(landed.tx_hash, landed.material.to_json_bytes())
        self._crash_point("proved")
        settled = self._settling.confirm(act, landed)
        self._crash_point("confirmed")
        return settled

    async def _why(self, act: ActRow, landed: Landed) -> Declined:
        """Ask the contract, in the state before the header, why it refused."""
        try:
            await self.engine.call(
                to=self._registry, calldata=act.calldata, sender=act.sender, height=landed.height - 1
            )
        except RevertedCallError as error:
            return refused_by(decode_revert(error.data))
        except Refused:
            pass  # engines forget old states; that it failed is proven, why it did is not to be had
        tx_hash = landed.tx_hash.hex()
        return Declined(f"交易 {tx_hash} 执行失败,原因未知", f"transaction {tx_hash} failed for a reason unknown")


def _never_taken(why: Refused) -> Declined:
    mend = Words(
        "这一笔已作废;换登记合约认得的密钥再签一次", "this one is void; sign again with a key of the registry's"
    )
    return Declined(f"链不收这笔交易:{why.words.zh}", f"the chain will not take it: {why.words.en}", mend=mend)


def _nonce_is_gone() -> Unavailable:
    mend = Words("再办一次", "do it again")
    zh, en = "签名者的交易序号已被别的交易用掉", "the signer's nonce was consumed by another transaction"
    return Unavailable(zh, en, mend=mend)
