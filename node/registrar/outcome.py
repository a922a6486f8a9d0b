"""What became of one request: registered, registered before, or refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.records.kind import Kind

if TYPE_CHECKING:
    from node.errors import ZhicangError
    from storage.acts import ActRow
    from storage.errors import StorageError
    from storage.resources import ResourceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A resource whose registration is final. ``fresh`` is false when an earlier run had registered it."""

    row: ResourceRow
    act: ActRow
    cid: str
    fresh: bool
    duplicate_of: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give the acknowledgement, one JSON line."""
        return {
            "resource_id": self.row.number,
            "sha256": self.row.content_digest.hex(),
            "cid": self.cid,
            "kind": Kind(self.row.kind).word,
            "status": "registered",
            "fresh": self.fresh,
            "tx_hash": "0x" + (self.act.tx_hash or b"").hex(),
            "block_height": self.act.height,
            "client_ref": self.row.client_ref or None,
            "source": self.row.source_path,
            "files": self.row.files,
            "size": self.row.size,
            "duplicate_of": list(self.duplicate_of),
            "ignored": list(self.ignored),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A request that was not carried out, and why."""

    source: str
    error: ZhicangError | StorageError
