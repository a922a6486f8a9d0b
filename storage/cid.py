"""A CID: the name of an IPFS block by its content.

Source: the CIDv1 specification. Only what the profile unixfs-v1-2025 uses: version 1, SHA-256, the codecs raw and
dag-pb, written in base32 (RFC 4648, lower case, no padding, multibase prefix "b").
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from storage.errors import MalformedId

RAW = 0x55
DAG_PB = 0x70
DIGEST_LENGTH = 32
BINARY_LENGTH = 36
_SHA2_256 = b"\x12\x20"
_PREFIXES = {RAW: b"\x01\x55" + _SHA2_256, DAG_PB: b"\x01\x70" + _SHA2_256}
_CODECS = {prefix: codec for codec, prefix in _PREFIXES.items()}


@dataclass(frozen=True, slots=True)
class Cid:
    """A codec, RAW or DAG_PB, and the SHA-256 of the block (32 bytes)."""

    codec: int
    digest: bytes

    @classmethod
    def from_digest(cls, codec: int, sha256: bytes) -> Cid:
        """Make a CID; raise MalformedId for another codec or length."""
        if codec not in _PREFIXES or len(sha256) != DIGEST_LENGTH:
            raise _malformed(f"{codec:#x} {sha256.hex()}")
        return cls(codec, sha256)

    @classmethod
    def from_binary(cls, data: bytes) -> Cid:
        """Read the binary form (36 bytes); raise MalformedId."""
        codec = _CODECS.get(data[:4])
        if codec is None or len(data) != BINARY_LENGTH:
            raise _malformed(data.hex())
        return cls(codec, data[4:])

    @classmethod
    def parse(cls, text: str) -> Cid:
        """Read the text form; raise MalformedId unless it is exactly what `str` gives."""
        try:
            cid = cls.from_binary(base64.b32decode(text[1:].upper() + "=" * (-len(text[1:]) % 8)))
        except (binascii.Error, ValueError) as error:
            raise _malformed(text) from error
        if str(cid) != text:
            raise _malformed(text)
        return cid

    @property
    def binary(self) -> bytes:
        """The binary form: 36 bytes."""
        return _PREFIXES[self.codec] + self.digest

    def __str__(self) -> str:
        return "b" + base64.b32encode(self.binary).decode().rstrip("=").lower()


def _malformed(text: str) -> MalformedId:
    zh = f"不是本系统的 CID(须为 CIDv1、sha2-256、raw 或 dag-pb、小写 base32):{text[:80]}"
    en = f"no CID of ours (CIDv1, sha2-256, raw or dag-pb, lower-case base32): {text[:80]}"
    return MalformedId(zh, en)
