"""Who signed: recovery of an address from a secp256k1 signature in its one canonical form.

Source: EIP-2 (s in the lower half of the order); an address is the last 20 bytes of keccak-256 of the public key.
"""

from __future__ import annotations

from coincurve import PublicKey

from node.receipts.errors import BadProof
from node.receipts.keccak import keccak

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
LENGTH = 65


def recover(digest: bytes, signature: bytes) -> bytes:
    """Give the address (20 bytes) that signed a digest; the signature is r, s and the parity 0 or 1, 65 bytes.

    Raises:
        BadProof: another length, a parity other than 0 or 1, r or s out of range, a high s, or no such point.
    """
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    if len(signature) != LENGTH or signature[64] > 1 or not 0 < r < ORDER or not 0 < s < ORDER:
        raise BadProof("签名不合格式", "malformed signature")
    if s > ORDER // 2:
        raise BadProof("签名的 s 值在上半区(非规范形式)", "the signature has a high s")
    try:
        key = PublicKey.from_signature_and_message(signature, digest, hasher=None)
    except Exception as error:  # coincurve raises a bare Exception for a point off the curve
        raise BadProof("签名不对应任何公钥", "the signature belongs to no key") from error
    return address_of(key)


def address_of(key: PublicKey) -> bytes:
    """Give the address of a public key."""
    return keccak(key.format(compressed=False)[1:])[12:]


def lower_s(signature: bytes) -> bytes:
    """Give the canonical one of a signature's two forms."""
    s = int.from_bytes(signature[32:64], "big")
    if s <= ORDER // 2:
        return signature
    return signature[:32] + (ORDER - s).to_bytes(32, "big") + bytes([signature[64] ^ 1])
