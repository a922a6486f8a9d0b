"""What the journal says an object of the storage root holds."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from node.errors import BadInput
from node.records import canonical
from node.registrar.unit_list import LIST_NAME, list_metadata
from storage.cid import Cid
from storage.staged import Kind
from storage.wanted import Wanted, WantedPayload

if TYPE_CHECKING:
    from storage.journal import Journal
    from storage.resources import VersionRow


def wanted_of(journal: Journal, object_id: str) -> Wanted:
    """Give what an object is to hold; raise BadInput when the journal has no such stored object."""
    if journal.purges.get(object_id) is not None:
        zh, en = f"{object_id} 的载荷已按清册销毁", f"the payload of {object_id} was purged under a list"
        raise BadInput(zh, en, field="id")
    versions = [row for row in journal.resources.versions(object_id) if row.stage != "numbered"]
    if versions:
        return Wanted(
            object_id=object_id,
            payloads={row.payload_at: _payload(row) for row in versions},
            metadata={row.metadata_at: row.metadata for row in versions},
        )
    for batch in journal.units.batches():
        if batch.object_id == object_id and batch.stage != "numbered":
            cid = Cid.from_binary(batch.cid)
            payload = WantedPayload(
                kind=Kind.FILE, content_digest=batch.list_digest, cid=cid, name=LIST_NAME, with_sm3=False
            )
            metadata = canonical.encode(list_metadata(batch))
            return Wanted(object_id=object_id, payloads={1: payload}, metadata={1: metadata})
    raise BadInput(f"本库没有 {object_id}", f"{object_id} is not in this home", field="id")


def _payload(row: VersionRow) -> WantedPayload:
    return WantedPayload(
        kind=Kind(row.kind),
        content_digest=row.content_digest,
        cid=Cid.from_binary(row.cid),
        name=PurePath(row.source_path).name,
        with_sm3=bool(canonical.decode(row.metadata).get("sm3", "")),
    )
