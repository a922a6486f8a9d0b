"""The history of a resource as the journal holds it, and the ways to find one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from node.errors import BadInput, Words
from node.records import canonical
from node.records.kind import Kind
from node.records.metadata import VOCABULARY
from node.records.number import Number
from storage.cid import Cid

if TYPE_CHECKING:
    from storage.journal import Journal
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
        return journal.resources.by_act(act.id) if act else journal.resources.by_content_digest(bytes.fromhex(digits))
    if name.startswith("b"):
        try:
            return journal.resources.by_cid(Cid.parse(name).binary)
        except ValueError:
            return []
    row = journal.resources.by_number(str(Number.parse(name.upper())))
    return [] if row is None else [row]


def describe(journal: Journal, row: ResourceRow) -> dict[str, Any]:
    """Give all that is known of a resource, with its events in the order of time."""
    act = journal.acts.get(row.act) if row.act is not None else None
    metadata = canonical.decode(row.metadata)
    events = [{"event": "stored", "time": row.created}] if row.stage != "numbered" else []
    if act is not None:
        attempts = journal.acts.attempts(act.id)
        events += [
            {"event": "sent", "time": attempt.created, "tx_hash": "0x" + attempt.tx_hash.hex(), "nonce": attempt.nonce}
            for attempt in attempts
        ]
    if act is not None and act.stage == "confirmed":
        events.append(
            {
                "event": "registered",
                "time": act.time,
                "tx_hash": "0x" + (act.tx_hash or b"").hex(),
                "block_height": act.height,
                "log_index": row.log_index,
                "version": 1,
            }
        )
    same = [other.number for other in journal.resources.by_content_digest(row.content_digest)]
    return {
        "resource_id": row.number,
        "status": {"confirmed": "registered"}.get(row.stage, row.stage),
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
        "events": events,
    }


def utc(seconds: int | None) -> str:
    """Write a time for a person, in UTC and saying so."""
    return "-" if seconds is None else time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))


def word_for(field: str, code: str, language: str) -> str:
    """Write a metadata code in the language of the reader."""
    return VOCABULARY[field].get(code, code) if language == "zh" else code
