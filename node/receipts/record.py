"""The record of a receipt: the event that it proves, in the words of the person who reads the file.

Everything here stands in the event too; the verifier builds it anew from the event and demands equality.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from contracts.records import Amended, Registered, Superseded, UnitsCommitted, Version
from node.receipts.errors import BadProof
from node.receipts.fields import Fields

KINDS = {1: "file", 2: "tree"}
ACTS: dict[type[Version], str] = {Registered: "register", Amended: "amend", Superseded: "supersede"}
REASONS = 9
"""The highest code of a reason; the registry's interface says what each means."""
_CODE, _NUMBER, _CID = "[0-9A-Z]{8}", "[0-9A-Z]{8}-[0-9]{4}-[0-9]{8}-[0-9A-Z]", "b[a-z2-7]{1,200}"
_MOST_VERSIONS, _LATEST_PERIOD, _MOST_UNITS = 2**32 - 1, 2**16 - 1, 2**32 - 1
_SHARED = ("act", "institution", "cid", "period", "earlier_receipt")
_VERSION = ("number", "kind", "version", "sha256", "metadata_sha256", "reason", "document")
_BATCH = ("root", "list_sha256", "claimed")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredRecord:
    """One version of a resource: who registered what under which number; digests of 32 bytes.

    ``act`` is "register", "amend" or "supersede"; ``reason`` and ``document`` belong to the latter two, and a document
    may be missing. ``kind`` is "file" or "tree". ``earlier_receipt`` is the SHA-256 of the receipt by which it was
    registered on an earlier chain, or None.
    """

    act: str
    institution: str
    number: str
    kind: str
    version: int
    sha256: bytes
    metadata_sha256: bytes
    cid: str
    period: int
    earlier_receipt: bytes | None
    reason: int | None = None
    document: bytes | None = None

    def to_json(self) -> dict[str, Any]:
        """Give its object in the receipt."""
        return {
            "act": self.act, "institution": self.institution, "number": self.number, "kind": self.kind,
            "version": self.version, "sha256": self.sha256.hex(), "metadata_sha256": self.metadata_sha256.hex(),
            "cid": self.cid, "period": self.period, "earlier_receipt": _hex_or_none(self.earlier_receipt),
            "reason": self.reason, "document": _hex_or_none(self.document),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CommittedRecord:
    """A unit batch: its Merkle root, the digest and CID of its list, and how many units it claims."""

    institution: str
    root: bytes
    list_sha256: bytes
    claimed: int
    cid: str
    period: int
    earlier_receipt: bytes | None

    def to_json(self) -> dict[str, Any]:
        """Give its object in the receipt."""
        return {
            "act": "commit-units", "institution": self.institution, "root": "0x" + self.root.hex(),
            "list_sha256": self.list_sha256.hex(), "claimed": self.claimed, "cid": self.cid, "period": self.period,
            "earlier_receipt": _hex_or_none(self.earlier_receipt),
        }  # fmt: skip


Record = RegisteredRecord | CommittedRecord


def record_of(event: object) -> Record:
    """Give the record of an event; raise BadProof for an event that no receipt is made for, or texts out of form."""
    try:
        if isinstance(event, Version):
            return RegisteredRecord(
                act=ACTS[type(event)],
                institution=event.institution.decode("ascii"),
                number=_unpadded(event.number),
                kind=KINDS[event.kind],
                version=event.version,
                sha256=event.content_digest,
                metadata_sha256=event.metadata_digest,
                cid=_cid_text(event.cid),
                period=event.period,
                earlier_receipt=_digest_or_none(event.earlier_receipt),
                reason=event.reason if isinstance(event, (Amended, Superseded)) else None,
                document=_digest_or_none(event.document) if isinstance(event, (Amended, Superseded)) else None,
            )
        if isinstance(event, UnitsCommitted):
            return CommittedRecord(
                institution=event.institution.decode("ascii"),
                root=event.root,
                list_sha256=event.list_digest,
                claimed=event.claimed,
                cid=_cid_text(event.cid),
                period=event.period,
                earlier_receipt=_digest_or_none(event.earlier_receipt),
            )
    except (UnicodeDecodeError, KeyError) as error:
        raise BadProof("事件的字段不合格式", "a field of the event is malformed") from error
    raise BadProof("不是登记、更正、换版或批次上链的事件", "the event is of another act")


def read_record(value: Any) -> Record:
    """Read the record's object in a receipt; raise BadInput with the field that is wrong."""
    act = value.get("act") if isinstance(value, dict) else None
    if act == "commit-units":
        fields = Fields(value, (*_SHARED, *_BATCH), where="record")
        return CommittedRecord(
            institution=fields.text("institution", pattern=_CODE),
            root=fields.hexadecimal("root", width=32),
            list_sha256=fields.digest("list_sha256"),
            claimed=fields.integer("claimed", most=_MOST_UNITS),
            cid=fields.text("cid", pattern=_CID),
            period=fields.integer("period", most=_LATEST_PERIOD),
            earlier_receipt=fields.digest_or_none("earlier_receipt"),
        )
    fields = Fields(value, (*_SHARED, *_VERSION), where="record")
    act = fields.text("act", pattern="|".join(ACTS.values()))
    if act == "register":
        fields.fixed("reason", None)
        fields.fixed("document", None)
    return RegisteredRecord(
        act=act,
        institution=fields.text("institution", pattern=_CODE),
        number=fields.text("number", pattern=_NUMBER),
        kind=fields.text("kind", pattern="file|tree"),
        version=fields.integer("version", least=1, most=_MOST_VERSIONS),
        sha256=fields.digest("sha256"),
        metadata_sha256=fields.digest("metadata_sha256"),
        cid=fields.text("cid", pattern=_CID),
        period=fields.integer("period", most=_LATEST_PERIOD),
        earlier_receipt=fields.digest_or_none("earlier_receipt"),
        reason=None if act == "register" else fields.integer("reason", least=1, most=REASONS),
        document=fields.digest_or_none("document"),
    )


def _unpadded(word: bytes) -> str:
    return word.rstrip(b"\0").decode("ascii")


def _cid_text(cid: bytes) -> str:
    """Write a binary CIDv1 as text (multibase base32, lower case)."""
    return "b" + base64.b32encode(cid).decode().lower().rstrip("=")


def _digest_or_none(word: bytes) -> bytes | None:
    return word if any(word) else None


def _hex_or_none(digest: bytes | None) -> str | None:
    return None if digest is None else digest.hex()
