"""Expected events: what each matter of the journal must have on chain, and by what an event is told from all others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts import events
from contracts.records import Amended, Reason, Registered, Superseded, UnitsCommitted, Withdrawn
from node.records.number import Number
from node.registrar.grouping import batch_for, entry_for
from storage.matters import Code, MatterRow

if TYPE_CHECKING:
    from contracts.events import Event
    from storage.journal import Journal

Record = Registered | Amended | Superseded | Withdrawn | UnitsCommitted
Key = tuple[str, bytes, int]

TOPICS = (events.REGISTERED, events.AMENDED, events.SUPERSEDED, events.WITHDRAWN, events.UNITS_COMMITTED)


def expected_event(journal: Journal, matter: MatterRow, institution: bytes) -> tuple[str, Record] | None:
    """Give a matter's name and event; None where its row is gone, which the chain then tells."""
    reason = Reason(code=matter.reason, document=matter.document)
    if matter.code is Code.WITHDRAW:
        number = Number.parse(matter.subject).on_chain()
        withdrawn = Withdrawn(
            institution=institution, number=number, version=matter.version, reason=reason.code,
            document=reason.document,
        )  # fmt: skip
        return matter.subject, withdrawn
    if matter.code is Code.COMMIT_UNITS:
        batch = journal.units.of_matter(matter.id)
        return None if batch is None else (f"units {batch.id}", batch_for(batch).committed(institution))
    row = journal.resources.of_matter(matter.id)
    if row is None or journal.resources.by_number(row.number) is None:
        return None
    entry = entry_for(row)
    if matter.code is Code.REGISTER:
        return row.number, replace(entry.registered(institution), version=matter.version)
    make = entry.amended if matter.code is Code.AMEND else entry.superseded
    return row.number, make(institution, matter.version, reason)


def event_key(event: Event) -> Key:
    """Give what is unique to a record's event."""
    if isinstance(event, Registered | Amended | Superseded | Withdrawn):
        return type(event).__name__, event.number, event.version
    return type(event).__name__, event.root if isinstance(event, UnitsCommitted) else b"", 0
