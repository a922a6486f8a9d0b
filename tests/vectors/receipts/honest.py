"""The honest half of the vectors: a resource of one file, one of five files, a salted unit; and receipts for them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from synthetic import CODE, Block, digest_of, log_of, receipt_of, signed, validators_of

from contracts import calls
from contracts.records import Entry, UnitBatch
from node.receipts.assemble import resource_receipt, unit_receipt
from node.receipts.receipt import Receipt, UnitProof
from node.receipts.unit_tree import UnitTree
from node.records import canonical
from node.records.manifest import ManifestLine, format_manifest
from node.records.number import Number

if TYPE_CHECKING:
    from node.receipts.tx_receipt import Log

FILE = digest_of("page 1")
MEMBERS = {f"页图/p{number:03}.tif": digest_of(f"member {number}") for number in range(1, 6)}
MANIFEST = format_manifest([ManifestLine(path=path, sha256=digest) for path, digest in MEMBERS.items()])
SALT = "00112233445566778899aabbccddeeff"


def number(serial: int, institution: bytes = CODE) -> Number:
    return Number(institution=institution.decode(), period=2023, serial=serial)


def metadata(title: str, **more: Any) -> dict[str, Any]:
    return {"schema": 1, "title": title, "type": "image", "access": "closed", "rights": "own", "period": 2023,
            "salt": SALT} | more  # fmt: skip


FILE_METADATA, TREE_METADATA = metadata("第一页"), metadata("晋绥文献(虚构)")


def entry(serial: int, kind: int, content: bytes, said: dict[str, Any], institution: bytes = CODE) -> Entry:
    return Entry(
        number=number(serial, institution).on_chain(), kind=kind, content_digest=content,
        metadata_digest=canonical.digest(said), cid=bytes.fromhex("01551220") + content, programme=bytes(32),
        period=2023, lot=bytes(32), replaces=bytes(32),
    )  # fmt: skip


ENTRIES = (
    entry(1, 1, FILE, FILE_METADATA),
    entry(2, 2, hashlib.sha256(MANIFEST).digest(), TREE_METADATA),
    entry(3, 1, digest_of("page 3"), metadata("第三页")),
)
REGISTER_MANY = calls.encode_register_many(ENTRIES)
REGISTERED_LOGS = tuple(log_of(one.registered(CODE)) for one in ENTRIES)

RESOURCE_ID = str(number(2))
UNITS = [{"unit_id": f"u{place:02}", "text": f"条目 {place}", "page": place} for place in range(11)]
POSITION = 6
LINES = [canonical.encode(unit | {"resource_id": RESOURCE_ID, "salt": f"{place:032x}"})
         for place, unit in enumerate(UNITS)]  # fmt: skip
TREE = UnitTree([hashlib.sha256(line).digest() for line in LINES])
LIST = b"\n".join(LINES) + b"\n"
BATCH = UnitBatch(
    root=TREE.root, list_digest=hashlib.sha256(LIST).digest(), claimed=len(LINES),
    cid=bytes.fromhex("01551220") + hashlib.sha256(LIST).digest(), programme=bytes(32), period=2023, lot=bytes(32),
    counting_rule=bytes(32), parent=bytes(32),
)  # fmt: skip
COMMIT_UNITS = calls.encode_commit_units(BATCH)
COMMITTED_LOG = log_of(BATCH.committed(CODE))


def resource_block(count: int = 1, *, logs: tuple[Log, ...] = REGISTERED_LOGS, **more: Any) -> Block:
    """Give the block that registers the three resources, as a chain of so many validators would; or a forged one."""
    fields: dict[str, Any] = {
        "transaction": signed(REGISTER_MANY).encode(), "tx_receipt": receipt_of(*logs),
        "validators": validators_of(count),
    }  # fmt: skip
    return Block(**fields | more)


def unit_block(count: int = 1) -> Block:
    return Block(
        transaction=signed(COMMIT_UNITS).encode(), tx_receipt=receipt_of(COMMITTED_LOG), validators=validators_of(count)
    )


def file_receipt(count: int = 1) -> Receipt:
    return resource_receipt(resource_block(count).material(), log_index=0, metadata=FILE_METADATA)


def tree_receipt(count: int = 1) -> Receipt:
    material = resource_block(count).material()
    return resource_receipt(material, log_index=1, metadata=TREE_METADATA, manifest=MANIFEST)


def receipt_of_unit(count: int = 1) -> Receipt:
    proof = UnitProof(
        resource_id=RESOURCE_ID, unit_id="u06", id_field="unit_id", salt=f"{POSITION:032x}", proof=TREE.proof(POSITION)
    )
    return unit_receipt(unit_block(count).material(), log_index=0, line=LINES[POSITION], unit=proof)
