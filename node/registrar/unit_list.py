"""A unit list: the file of a batch in the storage root, one canonical line a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storage.units import UnitBatchRow

LIST_NAME = "units.jsonl"


def list_metadata(row: UnitBatchRow) -> dict[str, Any]:
    """Give the metadata kept beside a unit list in the storage root."""
    return {"schema": 1, "title": "知识单元清单", "type": "unit-list", "claimed": row.claimed, "period": row.period}
