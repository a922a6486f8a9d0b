"""Metadata check: what the journal holds of every version can be read, with words that the vocabulary has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.auditor.finding import INCIDENT, Finding, said_by
from node.errors import Words, ZhicangError
from node.records import canonical
from node.records.metadata import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.journal import Journal

_READABLE = Words("读得懂的著录(journal.db)", "metadata that can be read (journal.db)")


def check_metadata(journal: Journal) -> Iterator[Finding]:
    """Name every version whose metadata cannot be read; what depends on it cannot be checked."""
    for row in journal.resources.all_versions():
        try:
            Metadata.from_json(canonical.decode(row.metadata))
        except (ZhicangError, TypeError) as error:
            name = Words(f"{row.number} 第 {row.version} 版的著录", f"metadata of {row.number} version {row.version}")
            yield Finding(
                check="journal", id=row.number, name=name, expected=_READABLE, found=said_by(error), mend=INCIDENT
            )
