"""What the registry takes, emits and holds, as values: digests and numbers as bytes of their on-chain width."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What `register` and `registerMany` send for one resource (IResourceRegistry.Entry)."""

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
        """Give the event that the registry emits for this entry of an institution (8 bytes)."""
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
    """What `commitUnits` sends (IResourceRegistry.UnitBatch)."""

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
        """Give the event that the registry emits for this batch of an institution (8 bytes)."""
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
    """The event of one version of a resource; ``institution`` is 8 bytes, ``cid`` binary."""

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
    """The event of an entry that was passed over because its number exists."""

    institution: bytes
    number: bytes
    content_digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsCommitted:
    """The event of a unit batch."""

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
    """The event of an admitted institution."""

    institution: bytes
    profile_digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrarAdded:
    """The event of an added registrar key; ``account`` is 20 bytes."""

    institution: bytes
    account: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordState:
    """What the registry's storage holds of a record: status 0 is none, 1 registered; time in UTC seconds."""

    status: int
    kind: int
    version: int
    height: int
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitBatchState:
    """What the registry's storage holds of a unit batch; an institution of zeros is none."""

    institution: bytes
    claimed: int
    period: int
    height: int
    time: int
