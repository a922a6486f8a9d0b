"""The metadata that the journal holds of a resource, read back; damage is told with the resource and the file."""

from __future__ import annotations

from typing import Any

from node.errors import Doubtful, Words, ZhicangError
from node.records import canonical
from node.records.metadata import Metadata


def stored_metadata(number: str, data: bytes) -> tuple[dict[str, Any], Metadata]:
    """Give what the journal holds of a resource as JSON and as read; raise Doubtful where it is damaged."""
    try:
        value: dict[str, Any] = canonical.decode(data)
        return value, Metadata.from_json(value)
    except ZhicangError as error:
        mend = Words("zhicang audit 查明损坏的范围,再从备份恢复", "see zhicang audit, then restore a backup")
        zh = f"{number} 的著录读不懂:{error.words.zh}"
        en = f"the metadata of {number} cannot be read: {error.words.en}"
        raise Doubtful(zh, en, mend=mend, file="journal.db", field=error.field) from error
