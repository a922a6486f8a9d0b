"""Attempts: which signed transaction of an act is to be sent, with which nonce, and when it has to be signed anew.

An act keeps its nonce until that is finally consumed by something else, which is believed only with proof. Signing
again with the same nonce gives the same bytes, unless the gas price was changed: then both attempts are kept and either
may land. What a crash leaves are attempts in the journal that were never sent; the next run sends them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.chain.consumer import consumer_of
from node.chain.engine import NonceConsumed
from node.chain.errors import EndpointFailure, KeyElsewhere, Refused
from node.errors import Unavailable, Words
from node.receipts.errors import BadProof
from node.receipts.transaction import decode_transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from node.chain.engine import Engine, Landed
    from storage.acts import ActRow, AttemptRow
    from storage.journal import Journal

PATIENCE = 600.0
"""Seconds to wait for one transaction before the command gives up; the journal keeps it."""
_LOOKED_BACK = 1000
"""Attempts that are read to learn which nonces this journal has used on this chain."""
_MEND = Words(
    "确认没有另一台机器或旧备份在用同一密钥;之后再运行一次,未完成的登记会用新的交易序号续办。这里只提示一次;"
    "那边登记了什么,zhicang audit 会一直列出",
    "make sure that no other machine or old copy uses the key; then run again: what is open goes on with a new nonce. "
    "This is told once; zhicang audit goes on naming what was registered there",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Used:
    """What the journal knows of its key's nonces on this chain: the first never signed, the first not consumed."""

    signed: int
    consumed: int


class Attempts:
    """Signs and sends the acts of one key. The journal's row is durable before a transaction leaves.

    Args:
        sign: signs an act with a nonce.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        journal: Journal,
        sender: bytes,
        sign: Callable[[ActRow, int], AttemptRow],
        crash_point: Callable[[str], None],
    ) -> None:
        self._engine = engine
        self._journal = journal
        self._sender = sender
        self._sign = sign
        self._crash_point = crash_point

    def in_order(self) -> list[ActRow]:
        """Give the open acts in the order in which they must be sent: by nonce, those without one last."""
        acts = self._journal.acts.open()
        return sorted(acts, key=lambda act: (act.nonce is None, act.nonce or 0, act.id))

    async def send(self, acts: Sequence[ActRow]) -> dict[int, Refused]:
        """Sign what needs it and send what no header holds, in the order of nonces.

        Give what the engine will never take of what was signed elsewhere, by the act's id: only its owner can sign that
        anew, and nothing else may wait for it.

        Raises:
            KeyElsewhere: a transaction that this journal does not know consumed a nonce. What it displaced is signed
                anew by then, so the next run goes on.
            Unavailable: the engine does not answer, refuses, or cannot show what consumed a nonce.
        """
        waiting = [act for act in acts if await self._landed_already(act) is None]
        own = [act for act in waiting if act.sender == self._sender]
        foreign = [act for act in waiting if act.sender != self._sender]
        # what was signed by its owner in another process is sent as it is
        to_send = [attempt for act in foreign for attempt in self._journal.acts.attempts(act.id)[-1:]]
        strangers: list[Landed] = []
        if own:
            used = self._used()
            consumed = max(await self._engine.next_nonce(self._sender), used.consumed)
            for act in [act for act in own if act.nonce is not None and act.nonce < consumed]:
                by = await consumer_of(self._engine, self._sender, act.nonce or 0)
                if by.tx_hash in {attempt.tx_hash for attempt in self._journal.acts.attempts(act.id)}:
                    own.remove(act)  # it is there after all, and was hidden
                strangers.append(by)
            if 0 < used.signed < consumed:
                strangers.append(await consumer_of(self._engine, self._sender, used.signed))
            if used.signed == 0 < consumed:
                strangers += await self._before_the_journal(consumed)
            to_send += self._signed(own, consumed)
        self._crash_point("signed")
        for stranger in strangers:
            if not self._journal.acts.knows(stranger.tx_hash):
                raise _elsewhere(stranger)
        refused = await self._offer(to_send, others={act.id for act in foreign})
        self._crash_point("sent")
        return refused

    async def _offer(self, attempts: Sequence[AttemptRow], *, others: set[int]) -> dict[int, Refused]:
        """Offer attempts in the order of nonces; give which of the others' acts the engine will never take."""
        refused: dict[int, Refused] = {}
        for attempt in sorted(attempts, key=lambda attempt: attempt.nonce):
            try:
                await self._engine.send(attempt.raw)
            except Refused as error:
                if attempt.act not in others:
                    raise
                refused[attempt.act] = error
        return refused

    async def landed(self, act: ActRow) -> Landed:
        """Wait until an attempt at an act is final and proven; sign and send anew when its nonce was lost."""
        while True:
            if (found := await self._landed_already(act)) is not None:
                return found
            attempts = self._journal.acts.attempts(act.id)
            nonce = self._nonce(act)
            newest = [each.tx_hash for each in attempts if each.nonce == nonce]
            older = [each.tx_hash for each in attempts if each.nonce != nonce]
            try:
                return await self._engine.wait(*older, *newest, limit=PATIENCE)
            except NonceConsumed:
                if act.sender != self._sender:
                    raise  # only its owner can sign it anew
                await self.send([self._journal.acts.get(act.id) or act])

    async def _before_the_journal(self, consumed: int) -> list[Landed]:
        """Find what used the key last, before this journal signed anything with it: a home that lives elsewhere.

        Nothing is displaced yet; so where it cannot be shown (old states are forgotten, the count is a lie), it is
        passed over. A chain's founder has created the registry before there was a journal.
        """
        try:
            by = await consumer_of(self._engine, self._sender, consumed - 1)
        except EndpointFailure:
            raise
        except Unavailable:
            return []
        return [by] if by.material.transaction().to else []

    async def _landed_already(self, act: ActRow) -> Landed | None:
        """Find the attempt that a header holds; of several the one that succeeded."""
        found = [await self._engine.find(attempt.tx_hash) for attempt in self._journal.acts.attempts(act.id)]
        landed = [each for each in found if each is not None]
        return next((each for each in landed if each.succeeded), landed[0] if landed else None)

    def _signed(self, acts: Sequence[ActRow], consumed: int) -> list[AttemptRow]:
        """Sign acts of this key, durable: each with its own nonce, unless there is a gap below it or that is consumed.

        A nonce above a gap that no attempt fills (an engine once told a wrong count) would wait for ever.
        """
        chosen = {act.id for act in acts}
        others = [act for act in self._journal.acts.open() if act.id not in chosen and act.sender == self._sender]
        taken = {act.nonce for act in others if act.nonce is not None}
        kept = [act for act in acts if act.nonce is not None and act.nonce >= consumed]
        kept.sort(key=lambda act: act.nonce or 0)
        attempts: list[AttemptRow] = []
        with self._journal.transaction():
            free = consumed
            for act in kept:
                while free in taken:
                    free += 1
                attempts.append(self._keep(act, min(act.nonce or 0, free)))
                free = attempts[-1].nonce + 1
            free = max([free, *(nonce + 1 for nonce in taken)])
            for act in acts:
                if act not in kept:
                    attempts.append(self._keep(act, free))
                    free += 1
        return attempts

    def _keep(self, act: ActRow, nonce: int) -> AttemptRow:
        attempt = self._sign(act, nonce)
        self._journal.acts.sign(attempt)
        return attempt

    def _nonce(self, act: ActRow) -> int:
        row = self._journal.acts.get(act.id) or act
        return -1 if row.nonce is None else row.nonce

    def _used(self) -> _Used:
        signed = consumed = 0
        for attempt, finished in self._journal.acts.recent_attempts(self._sender, most=_LOOKED_BACK):
            if self._is_of_this_chain(attempt.raw):
                signed = max(signed, attempt.nonce + 1)
                consumed = max(consumed, attempt.nonce + 1 if finished else 0)
        return _Used(signed=signed, consumed=consumed)

    def _is_of_this_chain(self, raw: bytes) -> bool:
        """Tell whether a transaction is of this chain: a home that joined a network keeps its old acts."""
        try:
            return decode_transaction(raw).chain_id == self._engine.chain_id
        except BadProof:
            return False


def _elsewhere(by: Landed) -> KeyElsewhere:
    nonce, tx_hash = by.material.transaction().nonce, by.tx_hash.hex()
    zh = f"登记密钥在别处被使用:交易序号 {nonce} 被本库日志中没有的交易 0x{tx_hash} 用去(高度 {by.height})"
    en = f"the key is used elsewhere: nonce {nonce} went to 0x{tx_hash} (height {by.height}), unknown to this journal"
    return KeyElsewhere(zh, en, mend=_MEND)
