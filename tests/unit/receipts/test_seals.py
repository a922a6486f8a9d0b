"""QBFT headers and their seals: hashes, quorums of any number of validators, trimming, and what is refused."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from coincurve import PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from node.receipts import strict_rlp
from node.receipts.errors import BadProof, MalformedHeader
from node.receipts.header import Extra, Header, decode_header, header_from_json, header_to_json
from node.receipts.keccak import keccak
from node.receipts.seals import check_seals, quorum, trim_seals
from node.receipts.signature import ORDER, address_of, lower_s, recover

if TYPE_CHECKING:
    import random

KEYS = sorted((PrivateKey(bytes([number]) * 32) for number in range(1, 12)), key=lambda key: address_of(key.public_key))
ADDRESSES = [address_of(key.public_key) for key in KEYS]


def header(validators: int, *, round_: int = 0) -> Header:
    extra = Extra(validators=tuple(ADDRESSES[:validators]), round=round_)
    return Header(
        parent_hash=keccak(b"parent"), miner=ADDRESSES[0], state_root=keccak(b"state"), transactions_root=keccak(b"tx"),
        receipts_root=keccak(b"receipts"), logs_bloom=bytes(256), number=7, gas_limit=10**8, gas_used=21_000,
        timestamp=1_700_000_000, extra_data=extra.encode(),
    )  # fmt: skip


def sealed(plain: Header, keys: list[PrivateKey]) -> Header:
    seals = tuple(key.sign_recoverable(plain.seal_digest, hasher=None) for key in keys)
    return replace(plain, extra_data=replace(Extra.decode(plain.extra_data), seals=seals).encode())


def test_the_quorum_is_two_thirds_rounded_up() -> None:
    assert [quorum(count) for count in range(1, 11)] == [1, 2, 2, 3, 4, 4, 5, 6, 6, 7]


def test_seals_and_round_lie_outside_the_block_hash_but_the_round_is_sealed() -> None:
    plain, later = header(4), header(4, round_=2)
    assert sealed(later, KEYS[:3]).block_hash == later.block_hash == plain.block_hash
    assert later.seal_digest != plain.seal_digest
    assert sealed(later, KEYS[:3]).seal_digest == later.seal_digest
    assert keccak(sealed(later, KEYS[:3]).encode()) != later.block_hash


@pytest.mark.parametrize("count", range(1, 12))
def test_exactly_the_quorum_is_accepted_for_any_number_of_validators(count: int) -> None:
    needed, trusted = quorum(count), ADDRESSES[:count]
    assert check_seals(sealed(header(count), KEYS[:needed]), trusted) == tuple(ADDRESSES[:needed])
    with pytest.raises(BadProof, match="exactly"):
        check_seals(sealed(header(count), KEYS[: needed - 1]), trusted)
    if needed < count:
        with pytest.raises(BadProof, match="exactly"):
            check_seals(sealed(header(count), KEYS[: needed + 1]), trusted)
    with pytest.raises(BadProof, match="no validator"):
        check_seals(sealed(header(count), [*KEYS[: needed - 1], PrivateKey(b"\x77" * 32)]), trusted)


def test_the_trusted_set_counts_and_not_the_headers_own() -> None:
    with pytest.raises(BadProof, match="exactly 3"):
        check_seals(sealed(header(1), KEYS[:1]), ADDRESSES[:4])


@settings(deadline=None)
@given(st.integers(1, 11), st.randoms(use_true_random=False))
def test_trimming_gives_what_a_receipt_may_carry(count: int, chance: random.Random) -> None:
    keys = KEYS[:count]
    chance.shuffle(keys)
    strangers = [PrivateKey(b"\x66" * 32)]
    full = sealed(header(count), [*keys, *strangers, *keys[:1]])
    trimmed = trim_seals(full)
    assert check_seals(trimmed, ADDRESSES[:count]) == tuple(ADDRESSES[: quorum(count)])
    assert trimmed.block_hash == full.block_hash
    assert trim_seals(trimmed) == trimmed


def test_a_header_without_a_quorum_cannot_be_trimmed() -> None:
    with pytest.raises(BadProof, match="less than 3"):
        trim_seals(sealed(header(4), [KEYS[0], KEYS[0], KEYS[1], KEYS[1]]))


def test_a_high_s_is_refused_and_lowered_by_trimming() -> None:
    plain = sealed(header(1), KEYS[:1])
    extra = Extra.decode(plain.extra_data)
    seal = extra.seals[0]
    high = seal[:32] + (ORDER - int.from_bytes(seal[32:64], "big")).to_bytes(32, "big") + bytes([seal[64] ^ 1])
    raised = replace(plain, extra_data=replace(extra, seals=(high,)).encode())
    with pytest.raises(BadProof, match="high s"):
        check_seals(raised, ADDRESSES[:1])
    assert trim_seals(raised) == plain
    assert lower_s(seal) == lower_s(high) == seal


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=60, max_size=70))
def test_no_bytes_make_recovery_fail_otherwise(digest: bytes, signature: bytes) -> None:
    with contextlib.suppress(BadProof):
        assert len(recover(digest, signature)) == 20


def test_an_r_beyond_the_curve_belongs_to_no_key() -> None:
    # 5 is the least x for which x³ + 7 is no square modulo the field's prime
    with pytest.raises(BadProof, match="no key"):
        recover(keccak(b"x"), (5).to_bytes(32, "big") + (1).to_bytes(32, "big") + b"\0")


def test_a_header_reads_back_from_rlp_and_json() -> None:
    full = sealed(header(4, round_=1), KEYS[:3])
    assert decode_header(full.encode()) == full
    assert header_from_json(header_to_json(full)) == full


@pytest.mark.parametrize("missing", ["parentHash", "extraData", "number", "nonce"])
def test_a_json_header_without_a_field_is_refused(missing: str) -> None:
    fields = header_to_json(sealed(header(1), KEYS[:1]))
    del fields[missing]
    with pytest.raises(MalformedHeader, match=missing):
        header_from_json(fields)
    with pytest.raises(MalformedHeader, match=missing):
        header_from_json(fields | {missing: "0xzz"})


@pytest.mark.parametrize("place", range(15))
def test_a_header_with_a_field_of_another_form_is_refused(place: int) -> None:
    items = strict_rlp.decode(sealed(header(1), KEYS[:1]).encode())
    assert isinstance(items, list)
    for wrong in (b"\0" * 7, [b""]):
        with pytest.raises(MalformedHeader):
            decode_header(strict_rlp.encode([*items[:place], wrong, *items[place + 1 :]]))


@pytest.mark.parametrize("place", range(5))
def test_extra_data_of_another_form_is_refused(place: int) -> None:
    extra = strict_rlp.decode(header(2).extra_data)
    assert isinstance(extra, list)
    wrong: strict_rlp.Item = [[b""]] if place == 3 else [b"\x01"]
    with pytest.raises(MalformedHeader):
        Extra.decode(strict_rlp.encode([*extra[:place], wrong, *extra[place + 1 :]]))
    with pytest.raises(MalformedHeader):
        Extra.decode(strict_rlp.encode(extra[:place]))


def test_votes_are_read() -> None:
    for sign in (b"\xff", b""):
        extra = Extra(validators=tuple(ADDRESSES[:2]), vote=(ADDRESSES[3], sign))
        assert Extra.decode(extra.encode()) == extra
