"""The validators in force and the votes that count, header after header.

Source: the vote rules of Besu's and GoQuorum's QBFT. A header's proposer may vote for one address to come or to go;
more than half of the validators in force decide; the change holds from the next header on. The two differ in this:

| case | Besu | GoQuorum |
|---|---|---|
| a vote in the first header of an epoch | does not count | counts, after the others were forgotten |
| a vote for what is so already (to add a validator) | is kept | takes back that voter's other vote, no more |
| a header without a vote | nothing | takes back its proposer's vote for the zero address |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.chain.replay.rules import Engine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from node.chain.replay.rules import Rules

_ADD, _REMOVE = b"\xff", b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The validators (ascending), and who voted on whom: (voter, subject, to add)."""

    validators: tuple[bytes, ...]
    votes: tuple[tuple[bytes, bytes, bool], ...] = ()

    def after(self, height: int, proposer: bytes, vote: tuple[bytes, ...], *, rules: Rules) -> Tally:
        """Give the tally that is in force after a header; `vote` is as its extra data holds it."""
        goquorum = rules.engine is Engine.GOQUORUM
        begins = height % rules.epoch == 0
        if goquorum and not vote and self.votes:
            vote = (bytes(20), _REMOVE)
        if not vote or (begins and not goquorum):
            return Tally(validators=self.validators) if begins and self.votes else self
        cast = {} if begins else {(voter, subject): adds for voter, subject, adds in self.votes}
        subject, adds = vote[0], vote[1] == _ADD
        cast.pop((proposer, subject), None)
        if not goquorum or (subject in self.validators) != adds:
            cast[proposer, subject] = adds
        return self._decided(cast, subject)

    def _decided(self, cast: dict[tuple[bytes, bytes], bool], subject: bytes) -> Tally:
        members = set(self.validators)
        for direction in (True, False):
            voters = [voter for (voter, about), adds in cast.items() if about == subject and adds == direction]
            if len(voters) * 2 <= len(self.validators):
                continue
            members = members | {subject} if direction else members - {subject}
            gone = set() if direction else {subject}
            cast = {key: adds for key, adds in cast.items() if key[1] != subject and key[0] not in gone}
        votes = tuple((voter, about, adds) for (voter, about), adds in cast.items())
        return Tally(validators=tuple(sorted(members)), votes=votes)

    def to_json(self) -> dict[str, Any]:
        """Give its JSON object."""
        votes = [[voter.hex(), subject.hex(), adds] for voter, subject, adds in self.votes]
        return {"validators": [address.hex() for address in self.validators], "votes": votes}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Tally:
        """Read its JSON object."""
        votes = ((bytes.fromhex(voter), bytes.fromhex(subject), bool(adds)) for voter, subject, adds in value["votes"])
        return cls(validators=tuple(bytes.fromhex(address) for address in value["validators"]), votes=tuple(votes))
