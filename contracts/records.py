"""What institutions register with the registry, what it emits about that and holds of it, as values.

Widths in bytes: institution 8, account 20, number and digests 32; CID binary; heights and times (UTC seconds) as int.
Programme, lot, replaces, earlier receipt, counting rule, parent and document are zeros where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

KIND_FILE, KIND_TREE = 1, 2
STATUS_REGISTERED, STATUS_WITHDRAWN = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one version of a resource is registered with: `Entry` of the contract."""

    number: bytes
    kind: int
    content_digest: bytes
    metadata_digest: bytes
    cid: bytes
    programme: bytes
    period: int
    lot: bytes
    replaces: bytes
    earlier_receipt: bytes = bytes(32)

    def registered(self, institution: bytes) -> Registered:
        """Give the event that the registry emits where an institution registers this entry."""
        return Registered(institution=institution, version=1, **self._values())

    def amended(self, institution: bytes, version: int, reason: Reason) -> Amended:
        """Give the event that the registry emits where an institution amends its record by this entry."""
        return Amended(
            institution=institution, version=version, reason=reason.code, document=reason.document, **self._values()
        )

    def superseded(self, institution: bytes, version: int, reason: Reason) -> Superseded:
        """Give the event that the registry emits where an institution gives its record this entry's content."""
        return Superseded(
            institution=institution, version=version, reason=reason.code, document=reason.document, **self._values()
        )

    def _values(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


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
    earlier_receipt: bytes = bytes(32)

    def committed(self, institution: bytes) -> UnitsCommitted:
        """Give the event that the registry emits for this batch of an institution."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return UnitsCommitted(institution=institution, **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a record is changed: a code of REASONS, and the SHA-256 of the paper that says so."""

    code: int
    document: bytes = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a record as an event tells it; what the three events of versions have in common."""

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
    earlier_receipt: bytes

    def entry(self) -> Entry:
        """Give the entry that this version was made with."""
        return Entry(**{field.name: getattr(self, field.name) for field in fields(Entry)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered(Version):
    """A resource was registered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended(Version):
    """The metadata of a record were corrected."""

    reason: int
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseded(Version):
    """A record was given new content."""

    reason: int
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A record was withdrawn, for good."""

    institution: bytes
    number: bytes
    version: int
    reason: int
    document: bytes


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
    earlier_receipt: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordState:
    """What the registry holds of a record: status 1 registered or 2 withdrawn; the newest act's version and height."""

    status: int
    frozen: bool
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
