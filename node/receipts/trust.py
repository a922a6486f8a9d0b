"""Whom to trust at which height: the founding part of an anchor, folded with its proven changes.

Validators change by votes that a quorum of the set then in force sealed, keys and governors by transactions of the
governors then in office, so that a quorum of validators alone cannot smuggle in a key. Changes are checked in their
order, each against what those in front of it have made; nothing is taken from a node's word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from contracts.parties import ROLE_AUDITOR, ROLE_REGISTRAR, ROLE_REVIEWER
from node.receipts.anchored import TrustedChain, check_chain
from node.receipts.changes import ValidatorChange
from node.receipts.errors import AnchorTooOld, BadProof
from node.receipts.governance import check_act
from node.receipts.parties import Standing, TrustedInstitution, TrustedKey
from node.receipts.sealed import check_sealed
from node.receipts.votes import check_votes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from node.receipts.anchor import TrustAnchor
    from node.receipts.changes import Change
    from node.receipts.founding import Founding
    from node.receipts.state_proof import StateProof

GOVERNANCE_SLOT = 0
_SEQUENCE_MASK = 2**64 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What an anchor proves about one chain.

    ``validator_sets`` are (first height, addresses ascending), oldest first. ``epoch`` and ``sequence`` count as the
    registry does. ``executed`` are the proposals that were. ``keys_known`` is the height up to which every governance
    act is known, ``sets_known`` that up to which the validators are. ``anchored`` are the chains that were anchored in
    this one.
    """

    founding: Founding
    validator_sets: tuple[tuple[int, tuple[bytes, ...]], ...]
    institutions: Mapping[str, TrustedInstitution]
    keys: Mapping[bytes, TrustedKey]
    governors: frozenset[bytes]
    threshold: int
    nominees: frozenset[bytes] = frozenset()
    epoch: int = 0
    sequence: int = 0
    executed: frozenset[bytes] = frozenset()
    keys_known: int = 0
    sets_known: int = 0
    anchored: tuple[TrustedChain, ...] = ()

    @classmethod
    def of(cls, anchor: TrustAnchor) -> Trust:
        """Fold an anchor; raise BadProof where one of its proofs does not hold."""
        trust = cls.from_parts(anchor.founding, anchor.changes)
        if anchor.known is not None:
            try:
                trust = trust.with_known(anchor.known)
            except (BadProof, AnchorTooOld) as error:
                zh, en = "信任锚所知高度未得证明", "the height that the anchor knows is not proven"
                raise BadProof(f"{zh}:{error.words.zh}", f"{en}: {error.words.en}") from error
        chains = []
        for place, chain in enumerate(anchor.anchored, start=1):
            try:
                chains.append(check_chain(chain, cls.from_parts(chain.founding, chain.changes), trust))
            except (BadProof, AnchorTooOld) as error:
                zh = f"信任锚所载的第 {place} 条被锚定的链未得证明:{error.words.zh}"
                raise BadProof(zh, f"anchored chain {place} is not proven: {error.words.en}") from error
        return replace(trust, anchored=tuple(chains))

    @classmethod
    def from_parts(cls, founding: Founding, changes: Sequence[Change]) -> Trust:
        """Fold a founding part and changes; raise BadProof with the number of the one that does not hold."""
        trust = _founded(founding)
        for place, change in enumerate(changes, start=1):
            try:
                trust = trust.with_change(change)
            except (BadProof, AnchorTooOld) as error:
                zh = f"信任锚的第 {place} 项变更未得证明:{error.words.zh}"
                raise BadProof(zh, f"change {place} of the anchor is not proven: {error.words.en}") from error
        return trust

    def with_change(self, change: Change) -> Trust:
        """Give the trust after one more change; raise BadProof, or AnchorTooOld where one is missing in front of it."""
        if isinstance(change, ValidatorChange):
            height, validators = check_votes(change, self)
            sets = (*self.validator_sets, (height, validators))
            return replace(self, validator_sets=sets, sets_known=max(self.sets_known, height))
        return check_act(change, self)

    def with_known(self, proof: StateProof) -> Trust:
        """Give the trust that knows, by a proof of the governance slot, that there was no other act up to a header.

        Raises:
            BadProof: the proof does not hold, or the registry counted other acts than the changes prove.
            AnchorTooOld: the header lists validators that came later.
        """
        header = proof.decode_header()
        check_sealed(header, self)
        founding = self.founding
        value = proof.value(
            registry=founding.registry, code_hash=founding.registry_code_hash, slot=GOVERNANCE_SLOT
        )
        counted = value & _SEQUENCE_MASK
        if header.number < self.keys_known:
            raise BadProof("所知高度的证明早于已证明的变更", "the proof of what is known is older than the changes")
        if counted != self.sequence:
            zh = f"高度 {header.number} 时治理事务计数为 {counted},信任锚证明的是 {self.sequence}"
            en = f"the registry counted {counted} governance acts at {header.number}, the anchor proves {self.sequence}"
            raise BadProof(zh, en)
        return replace(self, keys_known=header.number, sets_known=max(self.sets_known, header.number))

    def validators_at(self, height: int) -> tuple[bytes, ...]:
        """Give the validators that seal the header at a height, as far as is known."""
        return next(validators for first, validators in reversed(self.validator_sets) if first <= height)

    def key(self, address: bytes) -> TrustedKey | None:
        """Give the history of a key, or None where it is unknown."""
        return self.keys.get(address)

    def institution(self, code: str) -> TrustedInstitution | None:
        """Give an institution, or None where it is unknown."""
        return self.institutions.get(code)

    def check_key(self, address: bytes, *, institution: str, role: int, height: int) -> bool:
        """Tell whether a key that acted at a height is doubtful since it was declared stolen.

        Raises:
            BadProof: it was no key of the institution in that role then, or the institution was suspended.
            AnchorTooOld: the key is unknown, above the last height at which every key is known.
        """
        key, party, name = self.key(address), self.institution(institution), _ROLES[role]
        if key is None or party is None:
            zh, en = f"信任锚不认识密钥 0x{address.hex()}", f"the anchor knows no key 0x{address.hex()}"
            raise self.unknown(height, f"{zh}(作为 {institution} 的{name[0]})", f"{en} as {name[1]} of {institution}")
        if (key.institution, key.role) != (institution, role):
            zh, en = f"密钥 0x{address.hex()} 不是 {institution} 的{name[0]}", f"0x{address.hex()} is no {name[1]}"
            raise BadProof(zh, f"{en} of {institution}")
        if not key.good_at(height) and not key.doubtful_at(height):
            zh = f"{name[0]}密钥 0x{address.hex()} 在高度 {height} 无效(有效期自 {key.since} 起,至 {key.until} 前)"
            en = f"the {name[1]} key 0x{address.hex()} was not good at {height}"
            raise BadProof(zh, f"{en}: it was from {key.since} until {key.until}")
        if not party.admitted_at(height):
            raise BadProof(f"机构 {institution} 当时被暂停", f"the institution {institution} was suspended then")
        return key.doubtful_at(height)

    def unknown(self, height: int, zh: str, en: str) -> BadProof | AnchorTooOld:
        """Give the error for a party that the anchor does not know: too old above what it knows, else no."""
        if height > self.keys_known:
            known = self.keys_known
            return AnchorTooOld(f"{zh};锚只知到高度 {known}", f"{en}; it knows all keys by height {known} only")
        return BadProof(zh, en)


_ROLES = {
    ROLE_REGISTRAR: ("登记员", "registrar"),
    ROLE_REVIEWER: ("审核员", "reviewer"),
    ROLE_AUDITOR: ("核查员", "auditor"),
}


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
