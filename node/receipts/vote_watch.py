"""Watching headers for changes of validators: collects the votes that prove one when a header lists another set.

It makes what `votes` checks, and believes nothing: where the votes do not add up, no change is given, and whoever folds
it finds out. Headers come in ascending order, each child of the one before, beginning within the epoch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.receipts.changes import ValidatorChange
from node.receipts.errors import BadProof
from node.receipts.header import Extra
from node.receipts.seals import trim_seals
from node.receipts.votes import EPOCH_LENGTH

if TYPE_CHECKING:
    from node.receipts.header import Header


class VoteWatch:
    """The open votes on a chain whose validators (ascending) are known where it begins."""

    def __init__(self, validators: tuple[bytes, ...]) -> None:
        self._validators = validators
        self._votes: dict[tuple[bytes, bytes], tuple[bytes, Header]] = {}
        """(voter, whom it is about) → direction and header: a later vote of the same voter replaces an earlier one."""

    def see(self, header: Header) -> ValidatorChange | None:
        """Take the next header; give the change where it is the first of a new set.

        Raises:
            BadProof: it lists another set, which no votes decided.
        """
        extra = Extra.decode(header.extra_data)
        change = None
        if sorted(extra.validators) != list(self._validators):
            change = self._changed(header, tuple(sorted(extra.validators)))
        if header.number % EPOCH_LENGTH == 0:
            self._votes.clear()
        if extra.vote:
            about, direction = extra.vote
            self._votes[header.miner, about] = (direction, header)
        return change

    def _changed(self, child: Header, listed: tuple[bytes, ...]) -> ValidatorChange:
        about = {*listed} ^ {*self._validators}
        address = next(iter(about), b"")
        direction = b"\xff" if address in listed else b""
        cast = sorted(
            (vote for (_, whom), (wanted, vote) in self._votes.items() if (whom, wanted) == (address, direction)),
            key=lambda vote: vote.number,
        )
        needed = len(self._validators) // 2 + 1
        if len(about) != 1 or len(cast) < needed:
            zh = f"高度 {child.number} 的区块头换了验证节点,却没有相应的投票"
            raise BadProof(zh, f"the header at {child.number} lists other validators, but no votes decided that")
        self._validators = listed
        members = {*listed}
        self._votes = {key: vote for key, vote in self._votes.items() if key[0] in members and key[1] != address}
        return ValidatorChange(
            votes=tuple(trim_seals(vote).encode() for vote in cast[-needed:]), header=trim_seals(child).encode()
        )
