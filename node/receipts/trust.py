"""Whom to trust at which height: what an anchor proves about one chain, as `node.receipts.folding` makes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.parties import ROLE_AUDITOR, ROLE_REGISTRAR, ROLE_REVIEWER
from node.receipts.errors import AnchorTooOld, BadProof

if TYPE_CHECKING:
    from collections.abc import Mapping

    from node.receipts.founding import Founding
    from node.receipts.header import Header
    from node.receipts.parties import TrustedInstitution, TrustedKey

_ROLES = {
    ROLE_REGISTRAR: ("登记员", "registrar"),
    ROLE_REVIEWER: ("审核员", "reviewer"),
    ROLE_AUDITOR: ("核查员", "auditor"),
}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedChain:
    """An anchored chain: its trust, its header hashes, who anchored it, and the height and time of the anchoring."""

    trust: Trust
    headers: frozenset[bytes]
    institution: str
    height: int
    time: int

    def check_header(self, header: Header, institution: str) -> None:
        """Raise BadProof unless a header is one of those that were fixed, and the act in it is by who fixed them.

        What the founding part of an old chain says of other institutions is under nobody's fingerprint.
        """
        if institution != self.institution:
            zh = f"那条链由 {self.institution} 锚定,不能为 {institution} 作证"
            raise BadProof(zh, f"the chain was anchored by {self.institution}, it cannot speak for {institution}")
        if header.number > self.last:
            zh = f"高度 {header.number} 超过该链被锚定的高度 {self.last}"
            raise BadProof(zh, f"height {header.number} is above {self.last}, at which the chain was anchored")
        if header.block_hash not in self.headers:
            zh = f"高度 {header.number} 被锚定的是另一个区块头"
            raise BadProof(zh, f"another header was anchored at height {header.number}")

    @property
    def last(self) -> int:
        """The height at which it was anchored; its headers are counted from 0."""
        return len(self.headers) - 1
