"""How commands tell of matters: one line each, for a person and as JSON."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from node.records import canonical
from node.records.beijing import day_of
from node.registrar.outcome import Done, Pending, Refused, Registered, Waiting
from node.registrar.stages import CODES, STATUSES, status_of
from node.visibility.rule import licence_ended

if TYPE_CHECKING:
    from node.cli.output import Output
    from storage.matters import MatterRow
    from storage.resources import VersionRow

NEXT_REVIEW = ("下一步:审核员批准 zhicang approve --all,再 zhicang send", "next: a reviewer runs zhicang approve --all, then zhicang send")
NEXT_SUBMIT = ("下一步:送审 zhicang submit --all", "next: zhicang submit --all")
NEXT_SEND = ("下一步:发送 zhicang send", "next: zhicang send")


def matter_json(matter: MatterRow) -> dict[str, Any]:
    """Give one JSON line for a matter."""
    return {
        "id": matter.subject,
        "act": matter.code.name.lower(),
        "version": matter.version,
        "status": status_of(matter.code, matter.stage),
        "note": matter.note or None,
    }


def tell_matter(matter: MatterRow, output: Output) -> None:
    """Tell where a matter stands."""
    act, state = CODES[matter.code], STATUSES[status_of(matter.code, matter.stage)]
    output.record(matter_json(matter))
    zh = f":{matter.note}" if matter.note and matter.stage == "returned" else ""
    output.say(f"{matter.subject}  {act.zh}  {state.zh}{zh}", f"{matter.subject}  {act.en}  {state.en}{zh}")


def tell_resource(outcome: Registered | Waiting, output: Output) -> None:
    """Acknowledge one resource, registered or waiting."""
    row = outcome.row
    files = f"({row.files} 个文件)" if row.kind == 2 else ""  # noqa: PLR2004 - a tree
    english = f" ({row.files} files)" if row.kind == 2 else ""  # noqa: PLR2004
    status = outcome.status if isinstance(outcome, Waiting) else "registered"
    state = STATUSES[status]
    again = isinstance(outcome, Registered) and not outcome.fresh
    zh, en = ("此前已登记", "registered before") if again else (state.zh, state.en)
    ended = ended_licence(row)
    output.record(outcome.to_json() | _licence_json(ended))
    output.say(f"{row.number}  {row.title}{files}  {zh}", f"{row.number}  {row.title}{english}  {en}")
    _warn_of_licence(ended, output)
    if outcome.duplicate_of:
        numbers = ", ".join(outcome.duplicate_of[:3])
        output.note(f"  注意:内容与 {numbers} 相同", f"  note: the same content as {numbers}")
    if outcome.ignored:
        names = ", ".join(outcome.ignored[:5])
        output.note(f"  未作为载荷:{names}", f"  left out, no payload: {names}")


def ended_licence(row: VersionRow | None) -> str:
    """Give the last day of a version's licence where it has ended."""
    return "" if row is None else licence_ended(canonical.decode(row.metadata), day_of(time.time()))


def _licence_json(ended: str) -> dict[str, str]:
    return {"licence_ended": ended} if ended else {}


def _warn_of_licence(ended: str, output: Output) -> None:
    if ended:
        output.note(
            f"  注意:权利期限 {ended} 已过,内容不对外提供;续期后更正权利期限",
            f"  note: its licence ended on {ended}, nothing of it is given out; once it is renewed, amend rights_until",
        )


def tell_outcome(outcome: Done | Pending | Refused, output: Output, *, ended: str = "") -> None:
    """Tell what became of a matter: final, waiting or refused; ``ended`` is the day of a licence that has ended."""
    if isinstance(outcome, Refused):
        output.refuse(outcome.error, source=outcome.source)
        return
    output.record(outcome.to_json() | _licence_json(ended))
    state = STATUSES[outcome.to_json()["status"]]
    subject = outcome.matter.subject
    place = f",区块高度 {outcome.act.height}" if isinstance(outcome, Done) else ""
    english = f", height {outcome.act.height}" if isinstance(outcome, Done) else ""
    if outcome.batch is not None:
        batch = outcome.batch
        output.say(f"第 {batch.id} 批:{batch.claimed} 条  {state.zh}{place}", f"batch {batch.id}: {batch.claimed} units  {state.en}{english}")
        return
    output.say(f"{subject}  {state.zh}{place}", f"{subject}  {state.en}{english}")
    _warn_of_licence(ended, output)
