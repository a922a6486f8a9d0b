"""A library's own chain of one validator, and its anchoring in the consortium's: honest, and with one defect each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from consortium import FOUR, State, block_at, empty_block, state_word
from honest import FILE, FILE_METADATA, REGISTER_MANY, REGISTERED_LOGS, entry, number
from synthetic import (
    CODE,
    OTHER_CODE,
    TIME,
    Block,
    address,
    digest_of,
    founding_of,
    key_of,
    log_of,
    receipt_of,
    signed,
    validators_of,
)  # fmt: skip

from contracts import calls
from contracts.approval import Approval, asked_to_register
from contracts.exchange import ChainAnchored
from node.receipts.anchor import AnchoredChain
from node.receipts.assemble import resource_receipt
from node.receipts.record_state import slot_of
from node.receipts.unit_tree import root_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from node.receipts.founding import Founding
    from node.receipts.receipt import Receipt
    from node.receipts.state_proof import StateProof

OLD_CHAIN, OLD_REGISTRY = 20_230_777, address("old registry")
OLD = validators_of(1)
HEIGHTS = 6
SISTER_AT, REGISTERED_AT = 3, 4


def old_founding() -> Founding:
    made = founding_of(1)
    return replace(
        made, chain_id=OLD_CHAIN, registry=OLD_REGISTRY, genesis_hash=blocks()[0], institutions=made.institutions[1:]
    )


def old_block(height: int = REGISTERED_AT, **more: Any) -> Block:
    """Give the block of the old chain that registers the three resources."""
    transaction = signed(REGISTER_MANY, to=OLD_REGISTRY, chain_id=OLD_CHAIN).encode()
    logs = tuple(replace(log, address=OLD_REGISTRY) for log in REGISTERED_LOGS)
    return block_at(height, transaction, receipt_of(*logs), OLD, **more)


def old_receipt(height: int = REGISTERED_AT, **more: Any) -> Receipt:
    return resource_receipt(old_block(height, **more).material(), log_index=0, metadata=FILE_METADATA)


def sister_receipt() -> Receipt:
    """Give the receipt of an act in the old chain that claims to be another institution's."""
    foreign = entry(1, 1, FILE, FILE_METADATA, institution=OTHER_CODE)
    asked = asked_to_register(foreign, institution=OTHER_CODE, expires=TIME + 1000)
    digest = asked.digest(chain_id=OLD_CHAIN, registry=OLD_REGISTRY)
    signature = key_of("other reviewer").sign_recoverable(digest, hasher=None)
    calldata = calls.encode_register(foreign, Approval.from_signature(signature, expires=asked.expires))
    transaction = signed(calldata, by="other registrar", to=OLD_REGISTRY, chain_id=OLD_CHAIN).encode()
    log = log_of(foreign.registered(OTHER_CODE), emitter=OLD_REGISTRY)
    block = block_at(SISTER_AT, transaction, receipt_of(log), OLD)
    return resource_receipt(block.material(), log_index=0, metadata=FILE_METADATA)


def old_state() -> StateProof:
    """Give the state of the first resource at the last header of the old chain."""
    state = State(slots={slot_of(str(number(1))): state_word()}, registry=OLD_REGISTRY)
    return state.proof(slot_of(str(number(1))), HEIGHTS - 1, OLD)


def blocks() -> tuple[bytes, ...]:
    """Give the hashes of all headers of the old chain."""
    made = {height: empty_block(height, OLD).header() for height in range(HEIGHTS)}
    made[REGISTERED_AT] = old_block().header()
    made[SISTER_AT] = sister_receipt().material.decode_header()
    made[HEIGHTS - 1] = old_state().decode_header()
    return tuple(header.block_hash for header in made.values())


def anchoring(
    headers: Sequence[bytes], *, by: str = "registrar", code: bytes = CODE, anchors: dict[str, Any] | None = None,
    says: dict[str, Any] | None = None, **more: Any,
) -> Any:  # fmt: skip
    """Give the proof material of the transaction that anchors these headers."""
    fields: dict[str, Any] = {
        "genesis_hash": headers[0], "height": len(headers) - 1, "header_hash": headers[-1],
        "headers_root": root_of(headers),
    } | (anchors or {})  # fmt: skip
    transaction = signed(calls.encode_call(calls.AnchorChainCall(**fields | (says or {}))), by=by).encode()
    log = log_of(ChainAnchored(institution=code, **fields))
    block = block_at(80, transaction, receipt_of(log), FOUR, **more)
    return block.material(trim=block.sealers is None)


def anchored_chains() -> tuple[AnchoredChain, ...]:
    headers = blocks()
    chain = AnchoredChain(
        founding=old_founding(), changes=(), headers=tuple(sorted(headers)), material=anchoring(headers)
    )
    return (chain,)


def with_a_sister() -> tuple[AnchoredChain, ...]:
    """Give the chain with a founding that names another institution, which nobody's fingerprint covers."""
    (good,) = anchored_chains()
    both = founding_of(1).institutions
    return (replace(good, founding=replace(good.founding, institutions=both)),)


def broken_chains() -> Iterator[tuple[str, AnchoredChain]]:
    (good,) = anchored_chains()
    headers, listed = blocks(), good.headers
    code, other = b"11000001", "other registrar"
    for name, changes in (
        ("anchored-by-a-stranger", {"material": anchoring(headers, by="stranger")}),
        ("anchored-by-a-reviewer", {"material": anchoring(headers, by="reviewer")}),
        ("anchored-by-an-institution-not-of-the-chain", {"material": anchoring(headers, by=other, code=code)}),
        ("anchored-with-other-calldata", {"material": anchoring(headers, says={"height": 7})}),
        ("anchored-by-another-act", {"material": old_block().material()}),
        ("anchored-in-a-header-sealed-by-too-few", {"material": anchoring(headers, sealers=FOUR[:2])}),
        ("anchored-without-headers", {"headers": ()}),
        ("anchored-with-a-header-too-few", {"headers": listed[:-1]}),
        ("anchored-with-a-header-twice", {"headers": (listed[0], *listed[:-1])}),
        ("anchored-with-another-header", {"headers": tuple(sorted([*listed[1:], digest_of("forged")]))}),
        ("anchored-with-headers-unsorted", {"headers": listed[::-1]}),
        ("anchored-with-another-head", {"material": anchoring(headers, anchors={"header_hash": digest_of("head")})}),
        ("anchored-with-another-height", {"material": anchoring(headers, anchors={"height": 7})}),
        ("anchored-with-another-genesis", {"founding": replace(good.founding, genesis_hash=digest_of("genesis"))}),
    ):
        yield name, replace(good, **changes)
