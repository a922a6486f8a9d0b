"""Forgeries: vectors that fail on the chain (steps 5 to 9), each with one defect.

Each is made by people who could make it: where validators would have to collude, the block is really sealed by them, so
that no later step can be the one that notices.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from defects import FILE_SUBJECT, Vector
from honest import (
    COMMIT_UNITS,
    ENTRIES,
    FILE,
    FILE_METADATA,
    REGISTER_MANY,
    REGISTERED_LOGS,
    entry,
    file_receipt,
    resource_block,
)  # fmt: skip
from synthetic import (
    CODE,
    HEIGHT,
    OTHER_CODE,
    address,
    digest_of,
    key_of,
    log_of,
    receipt_of,
    seal_of,
    signed,
    validators_of,
)  # fmt: skip

from contracts import calls
from contracts.events import ENTRY_SKIPPED, decode_log
from node.receipts import strict_rlp
from node.receipts.keccak import keccak
from node.receipts.record import record_of
from node.receipts.signature import ORDER
from node.receipts.tx_receipt import decode_tx_receipt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from synthetic import Block

    from node.receipts.header import Header
    from node.receipts.material import ProofMaterial
    from node.receipts.receipt import Receipt
    from node.receipts.tx_receipt import Log


def on_the_way() -> Iterator[Vector]:
    """Defects of event, transaction receipt and transaction, in blocks that are properly sealed."""
    good = file_receipt()
    foreign = entry(1, 1, FILE, FILE_METADATA, institution=OTHER_CODE)
    altered = (replace(ENTRIES[0], period=2022), *ENTRIES[1:])
    events_of_other = (log_of(ENTRIES[0].registered(CODE), emitter=address("other registry")), *REGISTERED_LOGS[1:])
    many = calls.encode_register_many
    blocks: list[tuple[str, Block, str]] = [
        ("number-of-another-institution", resource_block(logs=(log_of(foreign.registered(CODE)),)), "event"),
        ("failed-transaction", resource_block(tx_receipt=receipt_of(*REGISTERED_LOGS, succeeded=False)), "tx-receipt"),
        ("event-of-another-contract", resource_block(logs=events_of_other), "tx-receipt"),
        ("transaction-of-another-sender", _sent(REGISTER_MANY, by="stranger"), "transaction"),
        ("transaction-of-another-institution", _sent(REGISTER_MANY, by="other registrar"), "transaction"),
        ("wrong-chain-id", _sent(REGISTER_MANY, chain_id=1), "transaction"),
        ("call-of-another-contract", _sent(REGISTER_MANY, to=address("forwarder")), "transaction"),
        ("calldata-differs-from-event", _sent(many(altered)), "transaction"),
        ("calldata-without-the-entry", _sent(many(ENTRIES[1:])), "transaction"),
        ("calldata-of-another-act", _sent(COMMIT_UNITS), "transaction"),
        ("calldata-not-canonical", _sent(REGISTER_MANY + bytes(32)), "transaction"),
        ("calldata-of-no-act", _sent(b"\0\0\0\0" + REGISTER_MANY[4:]), "transaction"),
        ("typed-transaction", resource_block(transaction=b"\x01" + signed(REGISTER_MANY).encode()), "transaction"),
        ("high-s-transaction", resource_block(transaction=_high_s(signed(REGISTER_MANY).encode())), "transaction"),
        ("transaction-for-any-chain", resource_block(transaction=_with_v(REGISTER_MANY, 27)), "transaction"),
        ("institution-not-in-anchor", _unknown_institution(), "transaction"),
    ]
    for name, block, fails in blocks:
        material = block.material()
        log = decode_tx_receipt(block.tx_receipt).logs[0]
        yield _file_vector(name, forged(material, log), fails, anchor="known-1")
    yield _file_vector("record-differs-from-event", replace(good, record=replace(good.record, period=2022)), "event")
    skipped = decode_tx_receipt(resource_block().tx_receipt).logs[0]
    topics = (ENTRY_SKIPPED, *skipped.topics[1:])
    for name, log in (
        ("event-of-another-act", replace(skipped, topics=topics, data=bytes(31) + b"\x01")),
        ("event-of-no-contract-of-ours", replace(skipped, topics=(digest_of("topic"), *skipped.topics[1:]))),
        ("event-of-unknown-kind", log_of(replace(ENTRIES[0], kind=3).registered(CODE))),
        ("event-with-an-unwritable-number", log_of(replace(ENTRIES[0], number=b"\xff" * 32).registered(CODE))),
    ):
        yield _file_vector(name, replace(good, material=resource_block(logs=(log,)).material()), "event")
    yield _file_vector("wrong-log-index", replace(good, log_index=2), "event")
    yield _file_vector("log-index-beyond-the-end", replace(good, log_index=3), "event")
    yield _file_vector("wrong-tx-hash", replace(good, tx_hash=digest_of("other tx")), "transaction")
    yield from _paths(good)


def _paths(good: Receipt) -> Iterator[Vector]:
    material = good.material
    ours, theirs = material.tx_receipt_path, material.transaction_path
    beside = resource_block(index=4).material()
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("truncated-leaf", {"tx_receipt_path": (*ours[:-1], ours[-1][:-1])}, "event"),
        ("no-nodes", {"tx_receipt_path": ()}, "event"),
        ("path-that-ends-at-a-branch", {"tx_receipt_path": ours[:-1]}, "event"),
        ("leaf-that-holds-a-list", {"tx_receipt_path": (*ours[:-1], strict_rlp.encode([b"\x20", [b""]]))}, "event"),
        ("truncated-trie-node", {"tx_receipt_path": (ours[0][:-1], *ours[1:])}, "tx-receipt"),
        ("missing-trie-node", {"tx_receipt_path": (ours[0], *ours[2:])}, "tx-receipt"),
        ("superfluous-node", {"tx_receipt_path": (*ours, ours[-1])}, "tx-receipt"),
        ("superfluous-first-node", {"tx_receipt_path": (ours[0], *ours)}, "tx-receipt"),
        ("other-index-for-receipt-and-transaction", {"tx_receipt_path": beside.tx_receipt_path,
         "header": _both_indexes().encode()}, "tx-receipt"),
        ("header-of-another-block", {"header": resource_block(size=21).material().header}, "tx-receipt"),
        ("truncated-header", {"header": material.header[:-1]}, "tx-receipt"),
        ("header-without-a-field", {"header": _without_nonce(material.header)}, "tx-receipt"),
        ("transaction-truncated-leaf", {"transaction_path": (*theirs[:-1], theirs[-1][:-1])}, "transaction"),
        ("transaction-truncated-node", {"transaction_path": (theirs[0][:-1], *theirs[1:])}, "transaction"),
        ("transaction-superfluous-node", {"transaction_path": (*theirs, theirs[-1])}, "transaction"),
        ("transaction-of-another-index", {"transaction_path": beside.transaction_path}, "transaction"),
    ]  # fmt: skip
    for name, changes, fails in cases:
        yield _file_vector(name, replace(good, material=replace(material, **changes)), fails)


def at_the_end() -> Iterator[Vector]:
    """Defects of header and seals, most of them on a chain of four validators."""
    good, four = file_receipt(), validators_of(4)
    yield _file_vector("wrong-height", replace(good, height=HEIGHT + 1), "header")
    for name, block in (
        ("header-of-another-chain", resource_block(validators=validators_of(1, "strange "))),
        ("header-of-a-grown-chain", resource_block(validators=four)),
        ("header-of-proof-of-work", resource_block(header_changes={"difficulty": 2})),
        ("header-of-another-mix-hash", resource_block(header_changes={"mix_hash": bytes(32)})),
        ("header-in-the-year-10000", resource_block(header_changes={"timestamp": 253_402_300_800})),
    ):
        yield _file_vector(name, forged(block.material(), REGISTERED_LOGS[0]), "header", anchor="known-1")
    stranger = seal_of(resource_block(4).header(), "stranger")
    yield _sealed("seal-by-a-stranger", reseal=lambda seals: [*seals[:2], stranger])
    yield _sealed("one-signer-counted-twice", reseal=lambda seals: [seals[0], seals[0], seals[1]])
    yield _sealed("too-few-seals", sealers=four[:2])
    yield _sealed("no-seals", sealers=[])
    yield _sealed("too-many-seals", sealers=four)
    yield _sealed("seals-unsorted", reseal=lambda seals: [seals[1], seals[0], seals[2]])
    yield _sealed("high-s-seal", reseal=lambda seals: [_high(seals[0]), *seals[1:3]])
    yield _sealed("seal-with-parity-27", reseal=lambda seals: [seals[0][:64] + b"\x1b", *seals[1:3]])
    yield _sealed("seal-of-zeros", reseal=lambda seals: [bytes(65), *seals[1:3]])
    other = resource_block(4, header_changes={"timestamp": 1}).header()
    yield _sealed("seals-of-another-header", reseal=lambda _: [seal_of(other, name) for name in four[:3]])


def _file_vector(name: str, receipt: Receipt, fails: str, validators: int = 1, anchor: str | None = None) -> Vector:
    return Vector(
        name=name, receipt=receipt.to_json_bytes(), subject=FILE_SUBJECT, fails=fails, validators=validators,
        anchor=anchor,
    )  # fmt: skip


def forged(material: ProofMaterial, log: Log) -> Receipt:
    """Give the honest receipt's frame around other material, its record read from the log as a liar would."""
    leaf = strict_rlp.decode_list(material.transaction_path[-1], 2, "leaf")[1]
    assert isinstance(leaf, bytes)
    record = record_of(decode_log(log.topics, log.data))
    return replace(file_receipt(), record=record, tx_hash=keccak(leaf), material=material)


def _sent(calldata: bytes, **how: Any) -> Block:
    return resource_block(transaction=signed(calldata, **how).encode())


def _sealed(name: str, **how: Any) -> Vector:
    """Give a receipt of the chain of four whose seals are as told; by default three of them, in order."""
    block = resource_block(4, **{"sealers": validators_of(4)[:3]} | how)
    receipt = forged(block.material(trim=False), REGISTERED_LOGS[0])
    return _file_vector(name, receipt, "seals", validators=4)


def _unknown_institution() -> Block:
    code = b"99000001"
    unknown = entry(1, 1, FILE, FILE_METADATA, institution=code)
    return resource_block(logs=(log_of(unknown.registered(code)),), transaction=signed(
        calls.encode_register(unknown)).encode())  # fmt: skip


def _both_indexes() -> Header:
    """Give a header of a block in which index 3 holds our transaction and index 4 our transaction receipt."""
    ours, beside = resource_block(), resource_block(index=4)
    roots = {"transactions_root": ours.header().transactions_root, "receipts_root": beside.header().receipts_root}
    return resource_block(header_changes=roots).header()


def _without_nonce(header: bytes) -> bytes:
    items = strict_rlp.decode(header)
    assert isinstance(items, list)
    return strict_rlp.encode(items[:-1])


def _with_v(calldata: bytes, v: int) -> bytes:
    """Give a transaction signed without a chain id, as before EIP-155."""
    fields = strict_rlp.decode(signed(calldata).encode())
    assert isinstance(fields, list)
    signature = key_of("registrar").sign_recoverable(keccak(strict_rlp.encode(fields[:6])), hasher=None)
    r, s = signature[:32].lstrip(b"\0"), signature[32:64].lstrip(b"\0")
    return strict_rlp.encode([*fields[:6], strict_rlp.from_int(v + signature[64]), r, s])


def _high_s(raw: bytes) -> bytes:
    fields = strict_rlp.decode(raw)
    assert isinstance(fields, list)
    v, s = strict_rlp.to_int(fields[6]), strict_rlp.to_int(fields[8])
    flipped = v + 1 if v % 2 else v - 1
    return strict_rlp.encode([*fields[:6], strict_rlp.from_int(flipped), fields[7], strict_rlp.from_int(ORDER - s)])


def _high(seal: bytes) -> bytes:
    s = ORDER - int.from_bytes(seal[32:64], "big")
    return seal[:32] + s.to_bytes(32, "big") + bytes([seal[64] ^ 1])
