"""A change of validators, proven by the votes that decided it.

Source: QBFT's block-header validator selection (Besu, GoQuorum). A header carries at most one vote, of its proposer
(``miner``). Votes of one epoch by more than half of the set change it; the header of the deciding vote still lists the
old set, its child the new one. A vote that was taken back before the decision cannot be seen from votes alone; the
child, sealed by a quorum of the new set, says that none was.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from node.receipts.errors import BadProof
from node.receipts.header import Extra, Header, decode_header
from node.receipts.sealed import check_form, check_listed, check_sealed
from node.receipts.seals import check_seals

if TYPE_CHECKING:
    from node.receipts.changes import ValidatorChange
    from node.receipts.trust import Trust

EPOCH_LENGTH = 30_000
"""Headers after which QBFT forgets open votes: the default of both engines, and what a consortium is founded with."""


def check_votes(change: ValidatorChange, trust: Trust) -> tuple[int, tuple[bytes, ...]]:
    """Give the first height of the new set, and the set (ascending); raise BadProof unless the votes decided it."""
    votes, child = [decode_header(raw) for raw in change.votes], decode_header(change.header)
    start, current = trust.validator_sets[-1]
    _check_place(votes, child, start)
    for vote in votes:
        check_sealed(vote, trust)
    _check_voters(votes, current)
    new = _decided(votes, current)
    check_form(child)
    check_listed(child, new)
    check_seals(child, new)
    return child.number, new


def _check_place(votes: list[Header], child: Header, start: int) -> None:
    heights = [vote.number for vote in votes]
    if not votes or any(first >= second for first, second in pairwise(heights)):
        raise BadProof("投票的区块头没有按高度排列", "the headers of the votes are not in the order of their heights")
    if heights[0] // EPOCH_LENGTH != heights[-1] // EPOCH_LENGTH:
        raise BadProof("投票不在同一个周期内", "the votes are not of one epoch")
    if heights[-1] < start:
        raise BadProof("投票早于前一次变更", "the votes were decided before the change in front of them")
    if child.parent_hash != votes[-1].block_hash or child.number != heights[-1] + 1:
        zh = "新一组验证节点的首个区块头不是决定性投票的下一个"
        raise BadProof(zh, "the first header of the new set is not the child of the deciding vote's")


def _check_voters(votes: list[Header], current: tuple[bytes, ...]) -> None:
    voters = [vote.miner for vote in votes]
    for voter in voters:
        if voter not in current:
            raise BadProof(f"投票者 0x{voter.hex()} 不是验证节点", f"a vote by 0x{voter.hex()}, which is no validator")
    if len(set(voters)) != len(voters):
        raise BadProof("同一验证节点投了两次票", "one validator's vote is counted twice")
    needed = len(current) // 2 + 1
    if len(voters) != needed:
        zh = f"有 {len(voters)} 票,应恰为 {needed} 票({len(current)} 个验证节点的过半数)"
        raise BadProof(zh, f"{len(voters)} votes instead of exactly {needed}, more than half of {len(current)}")


def _decided(votes: list[Header], current: tuple[bytes, ...]) -> tuple[bytes, ...]:
    cast = {Extra.decode(vote.extra_data).vote for vote in votes}
    if len(cast) != 1 or cast == {()}:
        raise BadProof("投票的内容不一致", "the votes are not for the same change")
    address, direction = cast.pop()
    adds = direction == b"\xff"
    if adds == (address in current) or (not adds and len(current) == 1):
        raise BadProof("投票不改变验证节点", "the votes change nothing")
    return tuple(sorted({*current, address} if adds else {*current} - {address}))
