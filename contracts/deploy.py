"""Deploying the registry: the data of the transaction that creates it, and the address that it will have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts import artefact
from contracts.abi import ADDRESS, MisfitError
from contracts.calls import encode
from contracts.errors import MalformedCall
from contracts.governing import ADMISSION
from contracts.layouts import Layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.parties import Admission

_LONGEST_STRING, _SHORT_STRING, _SHORT_LIST = 0x7F, 0x80, 0xC0
"""Up to the first a byte is its own RLP; the others begin a short string and a short list (Yellow Paper, app. B)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """What a registry is created with: the founding part of every trust anchor in it."""

    governors: tuple[bytes, ...]
    threshold: int
    admissions: tuple[Admission, ...]


FOUNDING = Layout(Founding, governors=["address"], threshold="uint32", admissions=[ADMISSION])


def creation_calldata(governors: Sequence[bytes], threshold: int, admissions: Sequence[Admission]) -> bytes:
    """Give the data of the transaction that creates a registry: its governors, and the institutions of the founding."""
    founding = Founding(governors=tuple(governors), threshold=threshold, admissions=tuple(admissions))
    return encode(artefact.load().creation_code, FOUNDING, founding)


def decode_creation(calldata: bytes) -> Founding:
    """Read the data of the transaction that created a registry of this code; raise MalformedCall otherwise."""
    code = artefact.load().creation_code
    if not calldata.startswith(code):
        raise MalformedCall("部署的不是随附的登记合约", "it creates other code than the registry that ships here")
    try:
        founding: Founding = FOUNDING.decode(calldata[len(code) :])
    except MisfitError as error:
        raise MalformedCall(f"不是登记合约的部署:{error}", f"no deployment of the registry: {error}") from error
    return founding


def registry_address(deployer: bytes, nonce: int) -> bytes:
    """Give the address (20 bytes) of what an account creates with its transaction of this nonce.

    Source: Yellow Paper, section 7: the last 20 bytes of keccak-256 of RLP([sender, nonce]).
    """
    from eth_hash.auto import keccak

    if len(deployer) != ADDRESS or not 0 <= nonce < 1 << 64:
        raise MalformedCall("部署账户或其交易序号不合规", "no account of 20 bytes, or a nonce that no account has")
    digits = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    number = digits if nonce and nonce <= _LONGEST_STRING else bytes([_SHORT_STRING + len(digits)]) + digits
    items = bytes([_SHORT_STRING + ADDRESS]) + deployer + number
    return keccak(bytes([_SHORT_LIST + len(items)]) + items)[-ADDRESS:]
