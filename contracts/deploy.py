"""Deploying the registry: what the first transaction says, and where the contract will stand."""

from __future__ import annotations

import rlp
from eth_abi.abi import encode
from eth_hash.auto import keccak

from contracts import artefact


def creation_calldata(governor: bytes) -> bytes:
    """Give the data of the transaction that deploys the registry with its first governor (20 bytes)."""
    return artefact.load().creation_code + encode(["address"], [governor])


def registry_address(deployer: bytes, nonce: int) -> bytes:
    """Give the address (20 bytes) of the contract that an account deploys with a nonce."""
    encoded: bytes = rlp.encode([deployer, nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")])
    address: bytes = keccak(encoded)[12:]
    return address
