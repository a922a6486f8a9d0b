"""Transactions of type 1 and 2, as other software than ours sends them: honest, and with one defect each.

In receipts the registrar's transaction is typed; in anchors a governor's and a nominee's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from consortium import ADD_KEY, RETIRE_KEY, governed, own_act
from defects import FILE_SUBJECT, Vector
from forgeries import forged
from honest import REGISTER_MANY, REGISTERED_LOGS, resource_block
from synthetic import REGISTRY, address, digest_of, key_of, receipt_of, signed

from contracts import calls, governing
from node.receipts import strict_rlp
from node.receipts.keccak import keccak
from node.receipts.signature import ORDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from synthetic import Block

    from node.receipts.changes import Change

ACCESS_LIST = ((REGISTRY, (bytes(32), digest_of("slot"))), (address("elsewhere"), ()))
FORMS: dict[int, dict[str, Any]] = {
    1: {"kind": 1, "access_list": ACCESS_LIST},
    2: {"kind": 2, "access_list": ACCESS_LIST, "gas_price": 9, "priority_fee": 2},
}


def typed_block(kind: int, *, resign: Callable[[bytes], bytes] = bytes, **how: Any) -> Block:
    """Give the block that registers the three resources by a typed transaction."""
    receipt_kind = how.pop("receipt_kind", kind)
    raw = resign(signed(REGISTER_MANY, **FORMS[kind] | how).encode())
    return resource_block(transaction=raw, tx_receipt=receipt_of(*REGISTERED_LOGS, kind=receipt_kind))


def typed() -> Iterator[Vector]:
    """Give the receipts."""
    for kind in (1, 2):
        yield _vector(f"valid-typed-{kind}", typed_block(kind), None)
    yield _vector("valid-typed-without-access-list", typed_block(2, access_list=()), None)
    for name, block in (
        ("typed-with-wrong-chain", typed_block(1, chain_id=1)),
        ("typed-fee-market-with-wrong-chain", typed_block(2, chain_id=1)),
        ("typed-of-another-sender", typed_block(1, by="stranger")),
        ("typed-call-of-another-contract", typed_block(2, to=address("forwarder"))),
        ("typed-high-s", typed_block(1, resign=_high_s)),
        ("typed-fee-market-high-s", typed_block(2, resign=_high_s)),
        ("typed-parity-27", typed_block(1, resign=lambda raw: _with(raw, -3, b"\x1b"))),
        ("typed-unknown-type", typed_block(1, resign=lambda raw: b"\x03" + raw[1:])),
        ("typed-as-the-other-type", typed_block(1, resign=lambda raw: b"\x02" + raw[1:])),
        ("typed-signed-as-another-type", typed_block(1, resign=_signed_as_type_two)),
        ("typed-without-a-field", typed_block(1, resign=lambda raw: _with(raw, -4))),
        ("typed-with-a-leading-zero", typed_block(2, resign=lambda raw: _with(raw, 1, b"\0\x07"))),
        ("typed-with-bytes-after-the-end", typed_block(2, resign=lambda raw: raw + b"\0")),
        ("typed-in-a-byte-string", typed_block(1, resign=strict_rlp.encode)),
        ("typed-tip-above-the-most", typed_block(2, gas_price=1)),
        ("typed-access-list-of-bytes", typed_block(1, resign=lambda raw: _with(raw, -4, b""))),
        ("typed-access-of-a-short-address", typed_block(1, access_list=((bytes(19), ()),))),
        ("typed-access-of-a-short-key", typed_block(1, access_list=((REGISTRY, (bytes(31),)),))),
        ("typed-access-without-keys", typed_block(1, resign=lambda raw: _with(raw, -4, [[REGISTRY]]))),
        ("typed-receipt-of-a-legacy-transaction", _legacy_with_typed_receipt()),
        ("typed-with-a-legacy-receipt", typed_block(1, receipt_kind=0)),
        ("typed-with-a-receipt-of-the-other-type", typed_block(1, receipt_kind=2)),
    ):
        yield _vector(name, block, "transaction")
    yield _vector("typed-receipt-of-unknown-type", typed_block(1, receipt_kind=3), "event")


def typed_history() -> tuple[Change, ...]:
    """Give acts in which a governor, then a nominee, sends a typed transaction."""
    nominated = governing.NominateGovernorCall(account=address("fourth governor"))
    accepted = calls.AcceptGovernorshipCall()
    return (
        governed(ADD_KEY, 11, 1, last={"signed": FORMS[1]}),
        governed(RETIRE_KEY, 21, 2, last={"signed": FORMS[2]}),
        governed(nominated, 31, 3),
        own_act(accepted, "fourth governor", 33, 4, **FORMS[1]),
    )


def typed_changes() -> Iterator[tuple[str, list[Change]]]:
    """Give the changes of an anchor with one defect each."""
    for name, last in (
        ("governance-typed-with-wrong-chain", {"signed": FORMS[1] | {"chain_id": 1}}),
        ("governance-typed-high-s", {"signed": FORMS[2], "resign": _high_s}),
        ("governance-typed-unknown-type", {"signed": FORMS[1], "resign": lambda raw: b"\x7f" + raw[1:]}),
        ("governance-typed-by-a-stranger", {"signed": FORMS[1] | {"by": "stranger"}}),
        ("governance-typed-with-a-legacy-receipt", {"signed": FORMS[1], "receipt_kind": 0}),
        ("governance-typed-receipt-of-unknown-type", {"signed": FORMS[1], "receipt_kind": 4}),
    ):
        yield name, [governed(ADD_KEY, 11, 1, last=last)]


def _vector(name: str, block: Block, fails: str | None) -> Vector:
    receipt = forged(block.material(), REGISTERED_LOGS[0])
    return Vector(name=name, receipt=receipt.to_json_bytes(), subject=FILE_SUBJECT, fails=fails, anchor="known-1")


def _legacy_with_typed_receipt() -> Block:
    return resource_block(tx_receipt=receipt_of(*REGISTERED_LOGS, kind=1))


def _with(raw: bytes, place: int, *items: strict_rlp.Item) -> bytes:
    """Give a typed transaction with other items, or none, in place of one."""
    fields = strict_rlp.decode(raw[1:])
    assert isinstance(fields, list)
    place %= len(fields)
    return raw[:1] + strict_rlp.encode([*fields[:place], *items, *fields[place + 1 :]])


def _high_s(raw: bytes) -> bytes:
    fields = strict_rlp.decode(raw[1:])
    assert isinstance(fields, list)
    flipped = strict_rlp.from_int(1 - strict_rlp.to_int(fields[-3]))
    return _with(_with(raw, -1, strict_rlp.from_int(ORDER - strict_rlp.to_int(fields[-1]))), -3, flipped)


def _signed_as_type_two(raw: bytes) -> bytes:
    """Sign the fields of type 1 under the type byte 2: another sender comes out, whom nobody knows."""
    fields = strict_rlp.decode(raw[1:])
    assert isinstance(fields, list)
    signature = key_of("registrar").sign_recoverable(keccak(b"\x02" + strict_rlp.encode(fields[:-3])), hasher=None)
    halves = (signature[:32].lstrip(b"\0"), signature[32:64].lstrip(b"\0"))
    return raw[:1] + strict_rlp.encode([*fields[:-3], strict_rlp.from_int(signature[64]), *halves])
