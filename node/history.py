"""The history of a resource as the journal holds it, and the ways to find one."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contracts.calls import AttestCall, decode_call
from node.errors import BadInput, Words
from node.listing.rows import status
from node.listing.stored import stored_metadata
from node.records.kind import Kind
from node.records.number import Number
from node.records.said import changed
from node.records.vocabulary import VOCABULARY
from node.registrar.stages import status_of
from node.registrar.statements import KINDS, VERDICTS, word_of
from storage.cid import Cid
from storage.matters import Code

if TYPE_CHECKING:
    from storage.journal import Journal
    from storage.matters import MatterRow
    from storage.resources import ResourceRow

_DIGEST_DIGITS = 64


def find(journal: Journal, name: str) -> list[ResourceRow]:
    """Find resources by number, SHA-256 of the content, CID or tx_hash; raise BadInput when there is none."""
    rows = _find(journal, name.strip())
    if not rows:
        mend = Words(
            "可用登记号、SHA-256(64 位十六进制)、CID(b 开头)或交易号(0x 开头)查找",
            "give a registration number, a SHA-256 (64 hex digits), a CID (b…) or a tx_hash (0x…)",
        )
        raise BadInput(f"没有找到 {name[:100]}", f"{name[:100]} was not found", mend=mend)
    return rows


def _find(journal: Journal, name: str) -> list[ResourceRow]:
    digits = name.removeprefix("0x").lower()
    if len(digits) == _DIGEST_DIGITS and all(digit in "0123456789abcdef" for digit in digits):
        act = journal.acts.by_tx_hash(bytes.fromhex(digits))
        if act is None:
            return journal.resources.by_content_digest(bytes.fromhex(digits))
        carried = [*journal.matters.by_act(act.id), *journal.earlier_matters.by_act(act.id)]
        numbers = dict.fromkeys(matter.subject for matter in carried)
        found = [journal.resources.by_number(number) for number in numbers]
        return [row for row in found if row is not None]
    if name.startswith("b"):
        try:
            return journal.resources.by_cid(Cid.parse(name).binary)
        except ValueError:
            return []
    row = journal.resources.by_number(str(Number.parse(name.upper())))
    return [] if row is None else [row]


def describe(journal: Journal, row: ResourceRow) -> dict[str, Any]:
    """Give all that is known of a resource, with its events in the order of time."""
    metadata, _ = stored_metadata(row.number, row.metadata)
    same = [other.number for other in journal.resources.by_content_digest(row.content_digest)]
    matters = journal.matters.of(row.number)
    waiting = [matter for matter in matters if matter.stage not in ("confirmed", "recalled")]
    return {
        "resource_id": row.number,
        "status": status(row),
        "version": row.version,
        "frozen": bool(row.frozen),
        "purged": _purged(journal, row.number),
        "kind": Kind(row.kind).word,
        "sha256": row.content_digest.hex(),
        "cid": str(Cid.from_binary(row.cid)),
        "files": row.files,
        "size": row.size,
        "metadata": metadata,
        "metadata_sha256": row.metadata_digest.hex(),
        "source": row.source_path,
        "units": journal.units.of_resource(row.number),
        "same_content": [number for number in same if number != row.number],
        "waiting": [
            {"act": matter.code.name.lower(), "version": matter.version, "note": matter.note or None,
             "status": status_of(matter.code, matter.stage)}
            for matter in waiting
        ],
        "versions": [
            {"version": version.version, "sha256": version.content_digest.hex(), "title": version.title,
             "metadata_sha256": version.metadata_digest.hex(), "status": status_of(version.code, version.stage)}
            for version in journal.resources.versions(row.number)
        ],
        "events": _events(journal, row, matters),
    }  # fmt: skip


def _purged(journal: Journal, number: str) -> dict[str, Any] | None:
    """Say that the payload was destroyed, and under which list; None where it was not."""
    purge = journal.purges.get(number)
    if purge is None:
        return None
    return {"list": purge.list_digest.hex(), "tombstone": purge.tombstone, "time": purge.created, "stage": purge.stage}


def _events(journal: Journal, row: ResourceRow, matters: list[MatterRow]) -> list[dict[str, Any]]:
    """Give what happened, in order: stored, what people did with it, sent, and what became final."""
    first = journal.resources.version(row.number, 1)
    events: list[dict[str, Any]] = []
    if first is not None and first.stage != "numbered":
        events.append({"event": "stored", "time": first.created})
    for matter in matters:
        events += [
            {"event": "submitted" if step.stage == "submitted" else step.stage, "time": step.time, "note": step.note}
            for step in journal.matters.steps(matter.id)
            if step.stage != "stored"
        ]
        if (earlier := journal.earlier_matters.place(matter.id)) is not None:
            final = replace(matter, act=earlier[0], log_index=earlier[1], stage="confirmed")
            there = {"chain": "earlier", "reviewer": None}  # the approval that the journal has is of this chain
            events += [event | there for event in _act_events(journal, final)]
        if matter.act is not None:
            events += _act_events(journal, matter)
    events += _statements(journal, row.number)
    return sorted(events, key=lambda event: event["time"] or 0)


def _statements(journal: Journal, number: str) -> list[dict[str, Any]]:
    """Give what was attested about a record through this home, and is final."""
    events: list[dict[str, Any]] = []
    for act in journal.acts.by_subject(number):
        if act.kind != "attest" or act.stage != "confirmed":
            continue
        call = decode_call(act.calldata)
        if not isinstance(call, AttestCall):
            continue
        event = {
            "event": "attested", "time": act.time, "tx_hash": "0x" + (act.tx_hash or b"").hex(),
            "height": act.height, "kind": word_of(call.kind, KINDS).en, "kind_code": call.kind,
            "verdict": word_of(call.verdict, VERDICTS).en, "verdict_code": call.verdict, "sha256": call.digest.hex(),
            "account": "0x" + act.sender.hex(),
        }  # fmt: skip
        events.append(event | ({"chain": "earlier"} if act.id <= journal.earlier_acts else {}))
    return events


def changes_of(journal: Journal, number: str, version: int) -> dict[str, dict[str, str]]:
    """Say what an amendment changes: column → its former text and the new one."""
    rows = journal.resources.version(number, version - 1), journal.resources.version(number, version)
    former, later = (None if row is None else stored_metadata(number, row.metadata)[1] for row in rows)
    if former is None or later is None:
        return {}
    return {column: {"from": old, "to": new} for column, (old, new) in changed(former, later).items()}


def _act_events(journal: Journal, matter: MatterRow) -> list[dict[str, Any]]:
    act = journal.acts.get(matter.act or 0)
    if act is None:
        return []
    events: list[dict[str, Any]] = [
        {"event": "sent", "time": attempt.created, "tx_hash": "0x" + attempt.tx_hash.hex(), "nonce": attempt.nonce}
        for attempt in journal.acts.attempts(act.id)
    ]
    if act.stage == "confirmed" and matter.stage == "confirmed":
        approval = journal.matters.approval(matter.id)
        amended = matter.code is Code.AMEND
        changes = {"changes": changes_of(journal, matter.subject, matter.version)} if amended else {}
        events.append(
            {
                "event": status_of(matter.code, "confirmed"),
                "time": act.time,
                "tx_hash": "0x" + (act.tx_hash or b"").hex(),
                "height": act.height,
                "log_index": matter.log_index,
                "version": matter.version,
                "reason": matter.reason or None,
                "reviewer": None if approval is None else "0x" + approval.reviewer.hex(),
            }
            | changes
        )
    return events


def utc(seconds: int | None) -> str:
    """Write a time for a person, in UTC and saying so."""
    return "-" if seconds is None else time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))


def word_for(field: str, code: str, language: str) -> str:
    """Write a metadata code in the language of the reader."""
    return VOCABULARY[field].get(code, code) if language == "zh" else code
