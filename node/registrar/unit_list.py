"""A unit list: the file of a batch in the storage root, one canonical line a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.errors import Doubtful, Words

if TYPE_CHECKING:
    from storage.units import UnitBatchRow

LIST_NAME = "units.jsonl"


def list_metadata(row: UnitBatchRow) -> dict[str, Any]:
    """Give the metadata kept beside a unit list in the storage root."""
    return {"schema": 1, "title": "知识单元清单", "type": "unit-list", "claimed": row.claimed, "period": row.period}


def damaged_list(batch: int) -> Doubtful:
    """Give the error that the list of a batch is not the one that was registered."""
    zh, en = f"第 {batch} 批的清单已损坏、缺失或读不出", f"the list of batch {batch} is damaged, missing or unreadable"
    return Doubtful(zh, en, mend=Words("zhicang audit 会说明该怎么办", "zhicang audit says what to do"))
