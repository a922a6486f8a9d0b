"""What institutions tell each other, as values: deliveries, attestations, anchored chains; and their claimed totals.

Widths in bytes as in `contracts.records`.
"""

from __future__ import annotations

from dataclasses import dataclass

DELIVERED, ACCEPTED, RETURNED = 1, 2, 3
CO_SIGNATURE, FINDING, LOT_ACCEPTANCE, REPAIR, DESTRUCTION = range(1, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What the registry holds of a delivery: status 1 delivered, 2 accepted, 3 returned."""

    recipient: bytes
    status: int
    height: int
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What an institution says it did for a project year; nobody has counted it."""

    resources: int
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """An institution delivered a package to another one."""

    institution: bytes
    recipient: bytes
    package_digest: bytes
    claimed: int
    programme: bytes
    period: int
    lot: bytes
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryAccepted:
    """The recipient accepted a delivery."""

    institution: bytes
    recipient: bytes
    package_digest: bytes
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReturned:
    """The recipient returned a delivery."""

    institution: bytes
    recipient: bytes
    package_digest: bytes
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """A key of an institution attested something about a subject."""

    institution: bytes
    subject: bytes
    digest: bytes
    account: bytes
    role: int
    kind: int
    verdict: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainAnchored:
    """The head of another chain was anchored."""

    institution: bytes
    genesis_hash: bytes
    header_hash: bytes
    height: int
    headers_root: bytes
