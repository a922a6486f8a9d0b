"""Headers that count: of QBFT's form, listing exactly the validators in force, sealed by exactly a quorum of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.receipts.errors import AnchorTooOld, BadProof
from node.receipts.header import EMPTY_UNCLES_HASH, MIX_HASH, Extra
from node.receipts.seals import check_seals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.receipts.header import Header
    from node.receipts.trust import Trust

LATEST_TIME = 253_402_300_799
"""The last second of the year 9999, after which a date cannot be written."""


def check_form(header: Header) -> None:
    """Raise BadProof unless what QBFT fixes is as QBFT has it."""
    constants = (header.difficulty, header.mix_hash, header.uncles_hash, header.nonce)
    if constants != (1, MIX_HASH, EMPTY_UNCLES_HASH, bytes(8)) or header.timestamp > LATEST_TIME:
        raise BadProof("不是 QBFT 区块头", "not a QBFT header")


def check_listed(header: Header, trusted: Sequence[bytes]) -> None:
    """Raise BadProof unless a header lists exactly these validators (ascending), and so was made by them."""
    listed = sorted(Extra.decode(header.extra_data).validators)
    if not listed:
        zh = "区块头没有列出验证节点:由合约选定验证节点的链不受支持"
        raise BadProof(zh, "it lists no validators: chains whose validators are chosen by a contract are refused")
    if listed != list(trusted):
        zh = f"高度 {header.number} 的区块头所列的验证节点不是当时在任的那些"
        raise BadProof(zh, f"the header at {header.number} lists other validators than were in force")


def check_made_by(header: Header, trust: Trust) -> tuple[bytes, ...]:
    """Give the validators that made a header, by its form and its list, not yet by its seals.

    Raises:
        BadProof: another form, or other validators than were in force at its height.
        AnchorTooOld: other validators, above the last height at which the anchor knows who was in force.
    """
    check_form(header)
    trusted = trust.validators_at(header.number)
    try:
        check_listed(header, trusted)
    except BadProof as error:
        if header.number > trust.sets_known and Extra.decode(header.extra_data).validators:
            known = trust.sets_known
            zh = f"{error.words.zh};信任锚只知到高度 {known}"
            raise AnchorTooOld(zh, f"{error.words.en}; the anchor knows them by height {known} only") from error
        raise
    return trusted


def check_sealed(header: Header, trust: Trust) -> tuple[bytes, ...]:
    """Give the validators in force that sealed a header; raise BadProof or AnchorTooOld unless they are a quorum."""
    return check_seals(header, check_made_by(header, trust))
