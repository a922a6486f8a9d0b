"""A reviewer's approval: what is signed, and the digest of it by EIP-712, without a wallet's library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts import abi
from contracts.errors import MalformedCall
from contracts.layouts import ENTRY, REASON, UNIT_BATCH, Layout

if TYPE_CHECKING:
    from contracts.records import Entry, Reason, UnitBatch

ACT_REGISTER, ACT_COMMIT_UNITS, ACT_AMEND, ACT_SUPERSEDE, ACT_WITHDRAW = range(1, 6)

DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
APPROVAL_TYPE = "Approval(bytes8 institution,uint8 act,bytes32 subject,uint32 version,bytes32 content,uint64 expires)"
NAME, VERSION = "Zhicang", "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A reviewer's signature as calldata hold it: `vs` is s with the parity in its highest bit (EIP-2098)."""

    expires: int
    r: bytes
    vs: bytes

    @property
    def given(self) -> bool:
        """Whether anybody approved at all."""
        return self != NOT_REVIEWED

    @property
    def signature(self) -> bytes:
        """The signature as r, s and parity (65 bytes), as signing libraries give it."""
        s = bytes([self.vs[0] & 0x7F]) + self.vs[1:]
        return self.r + s + bytes([self.vs[0] >> 7])

    @staticmethod
    def from_signature(signature: bytes, *, expires: int) -> Approval:
        """Make an approval from r, s (low) and parity (65 bytes; parity 0, 1, 27 or 28)."""
        r, s, parity = signature[:32], signature[32:64], signature[64] % 27
        return Approval(expires=expires, r=r, vs=bytes([s[0] | parity << 7]) + s[1:])


NOT_REVIEWED = Approval(expires=0, r=bytes(32), vs=bytes(32))
"""What an act carries where its institution's policy is one person, and nobody reviewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a reviewer is asked to approve; ``version`` is the version that the act makes (see the contract)."""

    institution: bytes
    act: int
    subject: bytes
    version: int
    content: bytes
    expires: int

    def digest(self, *, chain_id: int, registry: bytes) -> bytes:
        """Give what the reviewer signs: the EIP-712 digest under the domain of one registry (32 bytes)."""
        from eth_hash.backends.pysha3 import keccak256 as keccak

        domain = (keccak(DOMAIN_TYPE.encode()), keccak(NAME.encode()), keccak(VERSION.encode()), chain_id, registry)
        try:
            separator = keccak(abi.encode_fields(("bytes32", "bytes32", "bytes32", "uint256", "address"), domain))
            return keccak(b"\x19\x01" + separator + keccak(keccak(APPROVAL_TYPE.encode()) + ASKED.encode(self)))
        except abi.MisfitError as error:
            raise MalformedCall(f"送审内容不合规:{error}", f"what is to be approved does not fit: {error}") from error


APPROVAL = Layout(Approval, expires="uint64", r="bytes32", vs="bytes32")
ASKED = Layout(
    Asked, institution="bytes8", act="uint8", subject="bytes32", version="uint32", content="bytes32", expires="uint64"
)


def asked_to_register(entry: Entry, *, institution: bytes, expires: int) -> Asked:
    """Say what is approved where an entry is to be registered."""
    content = _digest((ENTRY, entry))
    return Asked(
        institution=institution, act=ACT_REGISTER, subject=entry.number, version=1, content=content, expires=expires
    )


def asked_to_commit(batch: UnitBatch, *, institution: bytes, expires: int) -> Asked:
    """Say what is approved where a batch of units is to be committed."""
    content = _digest((UNIT_BATCH, batch))
    return Asked(
        institution=institution, act=ACT_COMMIT_UNITS, subject=batch.root, version=0, content=content, expires=expires
    )


def asked_to_amend(entry: Entry, reason: Reason, *, version: int, institution: bytes, expires: int) -> Asked:
    """Say what is approved where a record is to be amended; the amendment makes this version."""
    content = _digest((ENTRY, entry), (REASON, reason))
    return Asked(
        institution=institution, act=ACT_AMEND, subject=entry.number, version=version, content=content, expires=expires
    )


def asked_to_supersede(entry: Entry, reason: Reason, *, version: int, institution: bytes, expires: int) -> Asked:
    """Say what is approved where a record is to get new content; that makes this version."""
    content = _digest((ENTRY, entry), (REASON, reason))
    return Asked(
        institution=institution,
        act=ACT_SUPERSEDE,
        subject=entry.number,
        version=version,
        content=content,
        expires=expires,
    )


def asked_to_withdraw(number: bytes, reason: Reason, *, version: int, institution: bytes, expires: int) -> Asked:
    """Say what is approved where a record, now of this version, is to be withdrawn."""
    content = _digest((REASON, reason))
    return Asked(
        institution=institution, act=ACT_WITHDRAW, subject=number, version=version, content=content, expires=expires
    )


def _digest(*parts: tuple[Layout, Any]) -> bytes:
    """Give keccak-256 of the ABI-encoded parts."""
    from eth_hash.backends.pysha3 import keccak256 as keccak

    try:
        values = [layout.plain(part) for layout, part in parts]
        return keccak(abi.encode_fields([layout.types for layout, _ in parts], values))
    except abi.MisfitError as error:
        raise MalformedCall(f"送审内容不合规:{error}", f"what is to be approved does not fit: {error}") from error
