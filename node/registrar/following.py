"""Following: what others did on chain that concerns this institution: its policy, and records that governors froze.

The journal remembers how far the chain was read and what the policy was, so that a node without its network can go on
drafting; what it then assumes is the stricter rule, or the last one that it knew.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from contracts import views
from contracts.events import FROZEN, UNFROZEN, decode_log
from contracts.parties import Frozen as FrozenEvent
from node.errors import BadInput, Unavailable
from node.records.number import Number

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.chain.engine import Engine
    from storage.journal import Journal

FOLLOWED, POLICY = "followed", "one_person"


class Following:
    """Reads the registry and keeps what it says in the journal."""

    def __init__(
        self, *, engine: Engine, journal: Journal, registry: bytes, institution: str, clock: Callable[[], float]
    ) -> None:
        self._engine = engine
        self._journal = journal
        self._registry = registry
        self._institution = institution
        self._clock = clock

    def now(self) -> int:
        """UTC seconds of this machine's clock."""
        return int(self._clock())

    async def look(self) -> None:
        """Take over what governors froze or unfroze since the last look; without an answer that waits for the next."""
        with suppress(Unavailable):
            first = int(self._journal.recall(FOLLOWED) or 0)
            last = await self._engine.height()
            if last < first:
                return
            topics = [["0x" + FROZEN.hex(), "0x" + UNFROZEN.hex()]]
            logs = await self._engine.logs(address=self._registry, topics=topics, first=first, last=last)
            with self._journal.transaction():
                if int(self._journal.recall(FOLLOWED) or 0) != first:
                    return  # another look, beside an act, was quicker
                for log in logs:
                    topics_of = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
                    event = decode_log(topics_of, bytes.fromhex(log["data"][2:]))
                    with suppress(BadInput):  # a number in another form is of another institution
                        number = str(Number.from_chain(event.number))  # type: ignore[union-attr]
                        self._journal.resources.freeze(number, frozen=isinstance(event, FrozenEvent))
                self._journal.remember(FOLLOWED, str(last + 1))

    async def one_person(self) -> bool:
        """Tell whether the institution's policy lets a registrar act alone."""
        try:
            calldata = views.encode_institution_of(self._institution.encode())
            found = views.decode_institution_of(await self._engine.call(to=self._registry, calldata=calldata))
        except Unavailable:
            return self._journal.recall(POLICY) == "1"
        one_person = found is not None and found.one_person
        if self._journal.recall(POLICY) != str(int(one_person)):
            self._journal.remember(POLICY, str(int(one_person)))
        return one_person
