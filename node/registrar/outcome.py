"""What became of one request: final, waiting for people, or refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.records.kind import Kind
from node.registrar.stages import status_of
from storage.cid import Cid

if TYPE_CHECKING:
    from node.errors import ZhicangError
    from storage.acts import ActRow
    from storage.errors import StorageError
    from storage.matters import MatterRow
    from storage.resources import VersionRow
    from storage.units import UnitBatchRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A resource whose registration is final.

    ``fresh`` is false when an earlier run had registered it; ``origin`` is where this run's request had its source.
    """

    row: VersionRow
    act: ActRow
    fresh: bool
    origin: str
    duplicate_of: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the acknowledgement, one JSON line."""
        place = {"tx_hash": "0x" + (self.act.tx_hash or b"").hex(), "height": self.act.height}
        return _resource(self.row, "registered", fresh=self.fresh) | place | _remarks(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A resource that is stored and waits for people.

    ``fresh`` is false when an earlier run had stored it so; ``origin`` is where this run's request had its source.
    """

    row: VersionRow
    fresh: bool
    origin: str
    duplicate_of: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """What it waits for, as in JSON output."""
        return status_of(self.row.code, self.row.stage)

    def to_json(self) -> dict[str, Any]:
        """Give one JSON line; it acknowledges that the payload is durable and nothing more."""
        return _resource(self.row, self.status, fresh=self.fresh) | _remarks(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A matter that is final on chain. ``fresh`` is false when an earlier run had brought it there."""

    matter: MatterRow
    act: ActRow
    fresh: bool = True
    batch: UnitBatchRow | None = None

    def to_json(self) -> dict[str, Any]:
        """Give the acknowledgement, one JSON line."""
        status = status_of(self.matter.code, "confirmed")
        place = {"tx_hash": "0x" + (self.act.tx_hash or b"").hex(), "height": self.act.height}
        if self.batch is not None:
            return _batch(self.batch, status) | place
        what = {"resource_id": self.matter.subject, "version": self.matter.version, "status": status}
        return what | {"fresh": self.fresh} | place


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A matter of another kind than registering that waits for people."""

    matter: MatterRow
    batch: UnitBatchRow | None = None

    @property
    def status(self) -> str:
        """What it waits for, as in JSON output."""
        return status_of(self.matter.code, self.matter.stage)

    def to_json(self) -> dict[str, Any]:
        """Give one JSON line."""
        if self.batch is not None:
            return _batch(self.batch, self.status)
        return {"resource_id": self.matter.subject, "version": self.matter.version, "status": self.status}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A request that was not carried out, and why."""

    source: str
    error: ZhicangError | StorageError


def _resource(row: VersionRow, status: str, *, fresh: bool) -> dict[str, Any]:
    return {
        "resource_id": row.number,
        "version": row.version,
        "sha256": row.content_digest.hex(),
        "cid": str(Cid.from_binary(row.cid)),
        "kind": Kind(row.kind).word,
        "status": status,
        "fresh": fresh,
        "client_ref": row.client_ref or None,
        "source": row.source_path,
        "files": row.files,
        "size": row.size,
    }


def _remarks(outcome: Registered | Waiting) -> dict[str, Any]:
    return {"duplicate_of": list(outcome.duplicate_of), "ignored": list(outcome.ignored)}


def _batch(batch: UnitBatchRow, status: str) -> dict[str, Any]:
    return {
        "batch": batch.id,
        "root": "0x" + batch.root.hex(),
        "sha256": batch.list_digest.hex(),
        "cid": str(Cid.from_binary(batch.cid)),
        "claimed": batch.claimed,
        "status": status,
    }
