"""What the registry takes, emits and holds, as values.

Widths in bytes: institution 8, account 20, number and digests 32; CID binary; heights and times (UTC seconds) as int.
Programme, lot, replaces, counting rule and parent are zeros where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass

KIND_FILE, KIND_TREE = 1, 2
STATUS_REGISTERED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one resource is registered with: `Entry` of the contract."""

    number: bytes
    kind: int
    content_digest: bytes
    metadata_digest: bytes
    cid: bytes
    programme: bytes
    period: int
    lot: bytes
    replaces: bytes

    def registered(self, institution: bytes, version: int = 1) -> Registered:
        """Give the event that the registry emits for this entry of an institution."""
        return Registered(
            institution=institution,
            number=self.number,
            content_digest=self.content_digest,
            kind=self.kind,
            version=version,
            metadata_digest=self.metadata_digest,
            cid=self.cid,
            programme=self.programme,
            period=self.period,
            lot=self.lot,
            replaces=self.replaces,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitBatch:
    """What one batch of units is committed with: `UnitBatch` of the contract."""

    root: bytes
    list_digest: bytes
    claimed: int
    cid: bytes
    programme: bytes
    period: int
    lot: bytes
    counting_rule: bytes
    parent: bytes

    def committed(self, institution: bytes) -> UnitsCommitted:
        """Give the event that the registry emits for this batch of an institution."""
        return UnitsCommitted(
            institution=institution,
            root=self.root,
            list_digest=self.list_digest,
            claimed=self.claimed,
            cid=self.cid,
            programme=self.programme,
            period=self.period,
            lot=self.lot,
            counting_rule=self.counting_rule,
            parent=self.parent,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A resource was registered."""

    institution: bytes
    number: bytes
    content_digest: bytes
    kind: int
    version: int
    metadata_digest: bytes
    cid: bytes
    programme: bytes
    period: int
    lot: bytes
    replaces: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrySkipped:
    """An entry of a group was passed over; `contracts.errors.refusal` tells its reason in words."""

    institution: bytes
    number: bytes
    content_digest: bytes
    reason: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsCommitted:
    """A batch of units was committed."""

    institution: bytes
    root: bytes
    list_digest: bytes
    claimed: int
    cid: bytes
    programme: bytes
    period: int
    lot: bytes
    counting_rule: bytes
    parent: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class InstitutionAdmitted:
    """An institution was admitted."""

    institution: bytes
    profile_digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrarAdded:
    """A key became a registrar of an institution."""

    institution: bytes
    account: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted:
    """An account was given a role (an event of OpenZeppelin's AccessControl)."""

    role: bytes
    account: bytes
    sender: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRevoked:
    """An account lost a role (an event of OpenZeppelin's AccessControl)."""

    role: bytes
    account: bytes
    sender: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordState:
    """What the registry holds of a record: status 1 registered, and the newest act's version, height and time."""

    status: int
    kind: int
    version: int
    height: int
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitBatchState:
    """What the registry holds of a unit batch."""

    institution: bytes
    claimed: int
    height: int
    time: int
