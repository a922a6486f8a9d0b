"""Lots in the journal: what is said of one, what stands under its name, and whether it was accepted."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from contracts.calls import AttestCall, decode_call
from node.errors import BadInput, Words
from node.records.dates import is_day
from node.records.lot import LONGEST, lot_name, lot_subject
from node.registrar.stages import status_of
from storage.lots import LotRow
from storage.matters import Code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from storage.journal import Journal

SAID = tuple(field.name for field in fields(LotRow) if field.name not in ("name", "created"))
"""What can be said of a lot."""
_ACCEPTANCE = 3
"""The kind of the attestation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A final verdict on a lot by this institution; one on an ``earlier`` chain stands and counts there."""

    verdict: int
    tx_hash: bytes
    height: int | None
    earlier: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A lot with what stands under its name.

    ``resources`` are status → how many, files, bytes; ``batches`` status → how many, units claimed.
    """

    row: LotRow
    resources: dict[str, tuple[int, int, int]]
    batches: dict[str, tuple[int, int]]
    acceptance: Acceptance | None


def named_lot(text: str, *, mend: Words) -> str:
    """Give the lot's name that somebody had to type; raise BadInput when there is none."""
    name = lot_name(text)
    if not name:
        raise BadInput("没有指明哪一批", "which lot was not said", mend=mend, field="name")
    return name


def check_said(said: Mapping[str, str]) -> None:
    """Raise BadInput for what cannot be said of a lot."""
    for name, text in said.items():
        if not text.isprintable() or len(text) > LONGEST:
            raise BadInput("含有控制字符或过长", "it has a control character or is too long", field=name)
    if (day := said.get("delivered")) and not is_day(day):
        mend = Words("写成如 2023-09-18", "write it like 2023-09-18")
        raise BadInput(f"“{day[:40]}”不是日期", f"{day[:40]!r} is not a date", mend=mend, field="delivered")


def say_of_lot(journal: Journal, name: str, said: Mapping[str, str], *, now: int) -> None:
    """Keep what is said of a lot; what is not said this time stays."""
    before = journal.lots.get(name) or LotRow(name=name, created=now)
    changes: dict[str, Any] = {field: said[field] for field in SAID if field in said}
    with journal.transaction():
        journal.lots.put(replace(before, **changes))


def find_lot(journal: Journal, name: str) -> Lot:
    """Give a lot that somebody described or something names; raise BadInput when there is none."""
    row = journal.lots.get(name)
    if row is None and name not in journal.lots.unnamed():
        mend = Words("zhicang lot list 列出各批;新的用 lot add", "see zhicang lot list; new: lot add")
        raise BadInput(f"没有批次“{name}”", f"there is no lot {name!r}", mend=mend, field="name")
    return _lot(journal, row or LotRow(name=name, created=0))


def all_lots(journal: Journal) -> Iterator[Lot]:
    """Give every lot, the described ones first."""
    rows = [*journal.lots.all(), *(LotRow(name=name, created=0) for name in journal.lots.unnamed())]
    return (_lot(journal, row) for row in rows)


def _lot(journal: Journal, row: LotRow) -> Lot:
    resources, units = journal.lots.resources(row.name), journal.lots.units(row.name)
    return Lot(
        row=row,
        resources={
            "withdrawn" if stage == "withdrawn" else status_of(Code.REGISTER, stage): counts
            for stage, counts in resources.items()
        },
        batches={status_of(Code.COMMIT_UNITS, stage): counts for stage, counts in units.items()},
        acceptance=_acceptance(journal, row.name),
    )


def _acceptance(journal: Journal, name: str) -> Acceptance | None:
    """Give the newest verdict on this home's chain, else the newest on the chain that it came from."""
    found: Acceptance | None = None
    for act in journal.acts.by_subject(lot_subject(name)):
        call = decode_call(act.calldata)
        if act.stage == "confirmed" and isinstance(call, AttestCall) and call.kind == _ACCEPTANCE:
            earlier = act.id <= journal.earlier_acts
            found = Acceptance(verdict=call.verdict, tx_hash=act.tx_hash or b"", height=act.height, earlier=earlier)
    return found
