"""A reviewer's approval: the digest against eth_account's, content against the ABI, signatures both ways."""

from __future__ import annotations

from typing import Any

import pytest
from contract_samples import plain, types_of, values_of
from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from contracts import approval
from contracts.approval import APPROVAL, ASKED, NOT_REVIEWED, Approval, Asked
from contracts.errors import MalformedCall
from contracts.layouts import ENTRY, REASON, UNIT_BATCH
from contracts.records import Entry, Reason, UnitBatch

CODE = b"14000001"
REGISTRY = b"r" * 20
SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
ENTRY_TYPE, _ = types_of("function", "register")
BATCH_TYPE, _ = types_of("function", "commitUnits")
REASON_TYPE = types_of("function", "withdraw")[2]
FIELDS = [
    {"name": "institution", "type": "bytes8"}, {"name": "act", "type": "uint8"}, {"name": "subject", "type": "bytes32"},
    {"name": "version", "type": "uint32"}, {"name": "content", "type": "bytes32"},
    {"name": "expires", "type": "uint64"},
]  # fmt: skip


def as_a_wallet_has_it(asked: Asked, chain_id: int, registry: bytes) -> Any:
    domain = {"name": "Zhicang", "version": "1", "chainId": chain_id, "verifyingContract": "0x" + registry.hex()}
    message = {field["name"]: getattr(asked, field["name"]) for field in FIELDS}
    return encode_typed_data(domain, {"Approval": FIELDS}, message)


@given(values_of(ASKED), st.integers(1, 2**53), st.binary(min_size=20, max_size=20))
def test_the_digest_is_what_a_wallet_would_sign(asked: Asked, chain_id: int, registry: bytes) -> None:
    signable = as_a_wallet_has_it(asked, chain_id, registry)
    expected = keccak(b"\x19" + signable.version + signable.header + signable.body)
    assert asked.digest(chain_id=chain_id, registry=registry) == expected


@given(st.integers(1, SECP256K1_ORDER - 1).map(lambda key: key.to_bytes(32, "big")), values_of(ASKED))
def test_a_signature_travels_as_r_and_vs_and_comes_back(key: bytes, asked: Asked) -> None:
    signed = Account.from_key(key).sign_message(as_a_wallet_has_it(asked, 7, REGISTRY))
    given_ = Approval.from_signature(bytes(signed.signature), expires=asked.expires)
    assert given_.signature[:64] == bytes(signed.signature)[:64]
    assert given_.signature[64] == signed.v - 27
    assert given_.given
    assert Approval.from_signature(given_.signature, expires=asked.expires) == given_


def test_nobody_reviewed_is_all_zero() -> None:
    assert not NOT_REVIEWED.given
    assert APPROVAL.encode(NOT_REVIEWED) == bytes(96)


@given(values_of(ENTRY), values_of(REASON), values_of(UNIT_BATCH))
def test_what_is_asked_is_over_the_content_of_the_act(entry: Entry, why: Reason, batch: UnitBatch) -> None:
    who: dict[str, Any] = {"institution": CODE, "expires": 9}
    both = keccak(encode([ENTRY_TYPE, REASON_TYPE], [plain(entry), plain(why)]))
    assert approval.asked_to_register(entry, **who) == Asked(
        act=1, subject=entry.number, version=1, content=keccak(encode([ENTRY_TYPE], [plain(entry)])), **who
    )
    assert approval.asked_to_commit(batch, **who) == Asked(
        act=2, subject=batch.root, version=0, content=keccak(encode([BATCH_TYPE], [plain(batch)])), **who
    )
    assert approval.asked_to_amend(entry, why, version=2, **who) == Asked(
        act=3, subject=entry.number, version=2, content=both, **who
    )
    assert approval.asked_to_supersede(entry, why, version=3, **who) == Asked(
        act=4, subject=entry.number, version=3, content=both, **who
    )
    assert approval.asked_to_withdraw(entry.number, why, version=3, **who) == Asked(
        act=5, subject=entry.number, version=3, content=keccak(encode([REASON_TYPE], [plain(why)])), **who
    )


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(MalformedCall):
        approval.asked_to_withdraw(bytes(32), Reason(code=256), version=1, institution=CODE, expires=1)
    asked = approval.asked_to_withdraw(bytes(32), Reason(code=1), version=-1, institution=CODE, expires=1)
    with pytest.raises(MalformedCall):
        asked.digest(chain_id=1, registry=REGISTRY)
