"""The validator's seal on a QBFT header: made with the sealing key, checked against an address."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coincurve import PrivateKey

from node.receipts.errors import BadProof
from node.receipts.header import Extra
from node.receipts.signature import address_of, recover

if TYPE_CHECKING:
    from node.receipts.header import Header


def validator_of(key: bytes) -> bytes:
    """Give the 20-byte address of a 32-byte private key."""
    return address_of(PrivateKey(key).public_key)


def seal(header: Header, key: bytes) -> Header:
    """Give the header with one seal of 65 bytes: r, s (low, as libsecp256k1 makes it) and v 0 or 1."""
    signature = PrivateKey(key).sign_recoverable(header.seal_digest, hasher=None)
    extra = Extra.decode(header.extra_data)
    return replace(header, extra_data=replace(extra, seals=(signature,)).encode())


def is_sealed_by(header: Header, validator: bytes) -> bool:
    """Say whether the header carries exactly one seal, made by this validator."""
    seals = Extra.decode(header.extra_data).seals
    if len(seals) != 1:
        return False
    try:
        return recover(header.seal_digest, seals[0]) == validator
    except BadProof:
        return False
