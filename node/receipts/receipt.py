"""The receipt 存证凭证, version 1: one canonical JSON file that proves a record, or a unit of a batch, offline.

Form: RFC 8785, lower-case hexadecimal (``0x`` for what is Ethereum's, bare for SHA-256), every field present, none
unknown. ``metadata`` stands in receipts of resources, ``manifest`` in those of trees, ``unit`` in those of units; else
they are null. ``status`` proves the record's state at a later header, or is null. JSON Schema: receipt.schema.json.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from node.errors import BadInput
from node.receipts.errors import MalformedReceipt
from node.receipts.fields import LARGEST as LARGEST_INTEGER
from node.receipts.fields import Fields, read_document, to_hex
from node.receipts.material import LARGEST_INDEX, LONGEST_PATH, ProofMaterial
from node.receipts.record import CommittedRecord, Record, RegisteredRecord, read_record
from node.receipts.state_proof import StateProof
from node.records import canonical

FORMAT, VERSION = "zhicang-receipt", 1
LARGEST = 32 << 20
"""Bytes that a verifier should read at most, unless its user says otherwise: a manifest of 200,000 files fits."""
MOST_SIBLINGS = 64
LARGEST_LOG_INDEX = 2**16
_FIELDS = (
    "format", "version", "record", "metadata", "manifest", "unit", "log_index", "transaction", "tx_receipt", "header",
    "status", "witnesses",
)  # fmt: skip
_SALT, _NAME = "[0-9a-f]{32}", ".{1,4096}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitProof:
    """What turns a unit's own JSON into a leaf, and the leaf into the root: ``salt`` is 32 hex digits or None."""

    resource_id: str
    unit_id: str
    id_field: str
    salt: str | None
    proof: tuple[bytes, ...]

    def to_json(self) -> dict[str, Any]:
        """Give its object in the receipt."""
        return {
            "resource_id": self.resource_id, "unit_id": self.unit_id, "id_field": self.id_field, "salt": self.salt,
            "proof": [to_hex(sibling) for sibling in self.proof],
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt; ``log_index`` counts from 0 within the transaction's own receipt, ``height`` and ``tx_hash`` are read
    by people and must equal what the proof shows.
    """  # noqa: D205

    record: Record
    metadata: dict[str, Any] | None
    manifest: str | None
    unit: UnitProof | None
    log_index: int
    tx_hash: bytes
    height: int
    material: ProofMaterial
    status: StateProof | None = None

    def to_json_bytes(self) -> bytes:
        """Give the receipt's file."""
        material = self.material
        return canonical.encode(
            {
                "format": FORMAT,
                "version": VERSION,
                "record": self.record.to_json(),
                "metadata": self.metadata,
                "manifest": self.manifest,
                "unit": None if self.unit is None else self.unit.to_json(),
                "log_index": self.log_index,
                "transaction": {
                    "tx_hash": to_hex(self.tx_hash),
                    "index": material.index,
                    "path": [to_hex(node) for node in material.transaction_path],
                },
                "tx_receipt": {"path": [to_hex(node) for node in material.tx_receipt_path]},
                "header": {"height": self.height, "rlp": to_hex(material.header)},
                "status": None if self.status is None else self.status.to_json(),
                "witnesses": [],
            }
        )

    @classmethod
    def from_json_bytes(cls, data: bytes, *, limit: int = LARGEST) -> Receipt:
        """Read a receipt's file; raise MalformedReceipt unless it is in its one form and at most `limit` bytes."""
        try:
            return _read(Fields(read_document(data, limit=limit), _FIELDS))
        except BadInput as error:
            zh, en = f"凭证不合格式:{error.words.zh}", f"malformed receipt: {error.words.en}"
            raise MalformedReceipt(zh, en, field=error.field) from error


def _read(fields: Fields) -> Receipt:
    fields.fixed("format", FORMAT)
    fields.fixed("version", VERSION)
    fields.fixed("witnesses", [])
    record = read_record(fields.raw("record"))
    transaction = fields.object("transaction", ("tx_hash", "index", "path"))
    header = fields.object("header", ("height", "rlp"))
    return Receipt(
        record=record,
        metadata=_metadata(fields, record),
        manifest=_manifest(fields, record),
        unit=_unit(fields, record),
        log_index=fields.integer("log_index", most=LARGEST_LOG_INDEX),
        tx_hash=transaction.hexadecimal("tx_hash", width=32),
        height=header.integer("height", most=LARGEST_INTEGER),
        material=ProofMaterial(
            header=header.hexadecimal("rlp"),
            index=transaction.integer("index", most=LARGEST_INDEX),
            transaction_path=transaction.hexadecimal_list("path", most=LONGEST_PATH),
            tx_receipt_path=fields.object("tx_receipt", ("path",)).hexadecimal_list("path", most=LONGEST_PATH),
        ),
        status=_status(fields, record),
    )


def _metadata(fields: Fields, record: Record) -> dict[str, Any] | None:
    if isinstance(record, CommittedRecord):
        fields.fixed("metadata", None)
        return None
    metadata = fields.raw("metadata")
    if not isinstance(metadata, dict):
        raise BadInput("字段 metadata 应为对象", "field metadata must be an object", field="metadata")
    return metadata


def _manifest(fields: Fields, record: Record) -> str | None:
    if isinstance(record, RegisteredRecord) and record.kind == "tree":
        return fields.text("manifest", pattern=".+")
    fields.fixed("manifest", None)
    return None


def _status(fields: Fields, record: Record) -> StateProof | None:
    if isinstance(record, CommittedRecord):
        fields.fixed("status", None)
    status = fields.raw("status")
    return None if status is None else StateProof.from_json(status, where="status")


def _unit(fields: Fields, record: Record) -> UnitProof | None:
    if isinstance(record, RegisteredRecord):
        fields.fixed("unit", None)
        return None
    unit = fields.object("unit", ("resource_id", "unit_id", "id_field", "salt", "proof"))
    return UnitProof(
        resource_id=unit.text("resource_id", pattern=_NAME),
        unit_id=unit.text("unit_id", pattern=_NAME),
        id_field=unit.text("id_field", pattern=_NAME),
        salt=None if unit.raw("salt") is None else unit.text("salt", pattern=_SALT),
        proof=unit.hexadecimal_list("proof", most=MOST_SIBLINGS, width=32),
    )
