"""CIDs: text and binary forms, and what is refused."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.cid import DAG_PB, RAW, Cid, is_some_cid
from storage.errors import MalformedId
from storage.multibase import base58

EMPTY = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"


def test_the_empty_block_has_its_known_name() -> None:
    cid = Cid.from_digest(RAW, hashlib.sha256(b"").digest())
    assert str(cid) == EMPTY
    assert cid.binary == bytes.fromhex("01551220") + hashlib.sha256(b"").digest()


@given(codec=st.sampled_from([RAW, DAG_PB]), digest=st.binary(min_size=32, max_size=32))
def test_both_forms_come_back(codec: int, digest: bytes) -> None:
    cid = Cid.from_digest(codec, digest)
    assert Cid.parse(str(cid)) == cid == Cid.from_binary(cid.binary)
    assert len(cid.binary) == 36


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(EMPTY.upper(), id="upper-case"),
        pytest.param("B" + EMPTY[1:], id="upper-case-multibase"),
        pytest.param(EMPTY[:-1], id="too-short"),
        pytest.param(EMPTY + "a", id="too-long"),
        pytest.param(EMPTY[:-1] + "v", id="bits-behind-the-end"),
        pytest.param(EMPTY[1:], id="no-multibase"),
        pytest.param("QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH", id="version-0"),
        pytest.param("bafyreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", id="dag-cbor"),
        pytest.param("b知仓", id="not-ascii"),
    ],
)
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(MalformedId) as caught:
        Cid.parse(text)
    assert caught.value.exit_code == 2
    assert caught.value.words.zh


@given(st.binary(max_size=40))
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedId):
        Cid.from_binary(data)


def test_another_codec_or_length_is_refused() -> None:
    for codec, length in ((0x71, 32), (RAW, 31), (RAW, 33)):
        with pytest.raises(MalformedId):
            Cid.from_digest(codec, bytes(length))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("bafyreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", id="dag-cbor"),
        pytest.param("QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH", id="version-0"),
        pytest.param(EMPTY, id="ours"),
    ],
)
def test_foreign_cids_come_back(text: str) -> None:
    cid = Cid.parse_foreign(text)
    assert str(cid) == text
    assert Cid.from_foreign(cid.binary) == cid
    assert Cid.prefix_of(cid.binary + b"more") == (cid, len(cid.binary))


def test_the_other_bases_name_the_same_block() -> None:
    cid = Cid.parse(EMPTY)
    number, digits = int.from_bytes(cid.binary, "big"), "0123456789abcdefghijklmnopqrstuvwxyz"
    base36 = ""
    while number:
        number, digit = divmod(number, 36)
        base36 = digits[digit] + base36
    for text in (
        EMPTY.upper(),
        f"f{cid.binary.hex()}",
        f"F{cid.binary.hex().upper()}",
        f"z{base58(cid.binary)}",
        f"k{base36}",
    ):
        assert Cid.parse_foreign(text) == cid


def test_an_identity_cid_holds_its_block() -> None:
    assert Cid.parse_foreign("bafkqaaa").inline == b""
    cid = Cid.parse_foreign("bafkqaf3imvwgy3zaneqgc3janfxgy2lomvscay3jmqfa")
    assert (cid.inline, cid.codec, cid.digest) == (b"hello i am inlined cid\n", RAW, b"")
    assert Cid.prefix_of(cid.binary + b"more") == (cid, len(cid.binary))
    assert str(cid) == "bafkqaf3imvwgy3zaneqgc3janfxgy2lomvscay3jmqfa"
    with pytest.raises(MalformedId):
        Cid.from_foreign(bytes((1, RAW, 0, 128)) + bytes(128))


def test_some_cid_of_other_kinds_is_one_all_the_same() -> None:
    assert is_some_cid(bytes((1, 0x85, 2, 0x13, 64)) + bytes(64))  # sha2-512
    assert is_some_cid(Cid.parse(EMPTY).binary)
    for wrong in (b"", b"\x01", bytes((2, RAW, 0x12, 32)) + bytes(32), bytes((1, RAW, 0x12, 32)) + bytes(31)):
        assert not is_some_cid(wrong)


@pytest.mark.parametrize(
    "text", ["", "b", "Qm", "zIl0", "x" + EMPTY, EMPTY[:-1], EMPTY * 9, "bafkqaea", "bafkqaaaa", "知"]
)
def test_what_is_no_cid_in_any_base_is_refused(text: str) -> None:
    with pytest.raises(MalformedId):
        Cid.parse_foreign(text)
