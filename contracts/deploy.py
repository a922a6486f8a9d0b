"""Deploying the registry: the data of the transaction that creates it, and the address that it will have."""

from __future__ import annotations

from contracts import artefact
from contracts.abi import ADDRESS, MisfitError, encode_fields
from contracts.errors import MalformedCall

_LONGEST_STRING, _SHORT_STRING, _SHORT_LIST = 0x7F, 0x80, 0xC0
"""Up to the first a byte is its own RLP; the others begin a short string and a short list (Yellow Paper, app. B)."""


def creation_calldata(governor: bytes) -> bytes:
    """Give the data of the transaction that creates a registry with this governor (20 bytes)."""
    try:
        return artefact.load().creation_code + encode_fields(("address",), (governor,))
    except MisfitError as error:
        raise MalformedCall("治理方地址不是 20 字节", "the governor's address is not 20 bytes") from error


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
