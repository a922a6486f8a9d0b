"""Folding an anchor: its founding part and its proven changes, one after the other, become the trust that they prove.

Validators change by votes that a quorum of the set then in force sealed, keys and governors by transactions of the
governors then in office, so that a quorum of validators alone cannot smuggle in a key. Changes are checked in their
order, each against what those in front of it have made; nothing is taken from a node's word.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.parties import ROLE_AUDITOR, ROLE_REGISTRAR, ROLE_REVIEWER
from node.receipts.anchored import check_chain
from node.receipts.changes import ValidatorChange
from node.receipts.errors import AnchorTooOld, BadProof
from node.receipts.governance import check_act
from node.receipts.parties import Standing, TrustedInstitution, TrustedKey
from node.receipts.sealed import check_sealed
from node.receipts.trust import Trust
from node.receipts.votes import check_votes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.receipts.anchor import TrustAnchor
    from node.receipts.changes import Change
    from node.receipts.founding import Founding
    from node.receipts.state_proof import StateProof

GOVERNANCE_SLOT = 0
_SEQUENCE_MASK = 2**64 - 1


def fold(anchor: TrustAnchor) -> Trust:
    """Fold an anchor; raise BadProof where one of its proofs does not hold."""
    trust = fold_changes(anchor.founding, anchor.changes)
    if anchor.known is not None:
        try:
            trust = with_known(trust, anchor.known)
        except (BadProof, AnchorTooOld) as error:
            zh, en = "信任锚所知高度未得证明", "the height that the anchor knows is not proven"
            raise BadProof(f"{zh}:{error.words.zh}", f"{en}: {error.words.en}") from error
    chains = []
    for place, chain in enumerate(anchor.anchored, start=1):
        try:
            chains.append(check_chain(chain, fold_changes(chain.founding, chain.changes), trust))
        except (BadProof, AnchorTooOld) as error:
            zh = f"信任锚所载的第 {place} 条被锚定的链未得证明:{error.words.zh}"
            raise BadProof(zh, f"anchored chain {place} is not proven: {error.words.en}") from error
    return replace(trust, anchored=tuple(chains))


def fold_changes(founding: Founding, changes: Sequence[Change]) -> Trust:
    """Fold a founding part and changes; raise BadProof with the number of the one that does not hold."""
    trust = _founded(founding)
    for place, change in enumerate(changes, start=1):
        try:
            trust = with_change(trust, change)
        except (BadProof, AnchorTooOld) as error:
            zh = f"信任锚的第 {place} 项变更未得证明:{error.words.zh}"
            raise BadProof(zh, f"change {place} of the anchor is not proven: {error.words.en}") from error
    return trust


def with_change(trust: Trust, change: Change) -> Trust:
    """Give the trust after one more change; raise BadProof, or AnchorTooOld where one is missing in front of it."""
    if isinstance(change, ValidatorChange):
        height, validators = check_votes(change, trust)
        sets = (*trust.validator_sets, (height, validators))
        return replace(trust, validator_sets=sets, sets_known=max(trust.sets_known, height))
    return check_act(change, trust)


def with_known(trust: Trust, proof: StateProof) -> Trust:
    """Give the trust that knows, by a proof of the governance slot, that there was no other act up to a header.

    Raises:
        BadProof: the proof does not hold, or the registry counted other acts than the changes prove.
        AnchorTooOld: the header lists validators that came later.
    """
    header = proof.decode_header()
    check_sealed(header, trust)
    founding = trust.founding
    value = proof.value(
        registry=founding.registry, code_hash=founding.registry_code_hash, slot=GOVERNANCE_SLOT
    )
    counted = value & _SEQUENCE_MASK
    if header.number < trust.keys_known:
        raise BadProof("所知高度的证明早于已证明的变更", "the proof of what is known is older than the changes")
    if counted != trust.sequence:
        zh = f"高度 {header.number} 时治理事务计数为 {counted},信任锚证明的是 {trust.sequence}"
        en = f"the registry counted {counted} governance acts at {header.number}, the anchor proves {trust.sequence}"
        raise BadProof(zh, en)
    return replace(trust, keys_known=header.number, sets_known=max(trust.sets_known, header.number))


def _founded(founding: Founding) -> Trust:
    keys: dict[bytes, TrustedKey] = {}
    for one in founding.institutions:
        for role, addresses in (
            (ROLE_REGISTRAR, one.registrars), (ROLE_REVIEWER, one.reviewers), (ROLE_AUDITOR, one.auditors)
        ):  # fmt: skip
            keys |= dict.fromkeys(addresses, TrustedKey(institution=one.code, role=role))
    return Trust(
        founding=founding,
        validator_sets=((0, founding.validators),),
        institutions={
            one.code: TrustedInstitution(
                code=one.code, profile=one.profile, standings=(Standing(since=0, one_person=one.one_person),)
            )
            for one in founding.institutions
        },
        keys=keys,
        governors=frozenset(founding.governors),
        threshold=founding.threshold,
    )
