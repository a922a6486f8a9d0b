"""A CID: the name of an IPFS block by its content.

Source: the CID specification. What we write is version 1, SHA-256, raw or dag-pb, in base32 (RFC 4648, lower case, no
padding, multibase prefix "b"). What others may have written, in links, CAR files and requests, is read as well:
version 0, dag-cbor, other bases, and identity CIDs, which hold a small block instead of its hash. Other hash functions
than SHA-256 are not.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from storage.errors import MalformedId
from storage.multibase import base58, decode_cid_text, malformed
from storage.protobuf import read_varint

RAW = 0x55
DAG_PB = 0x70
DAG_CBOR = 0x71
DIGEST_LENGTH = 32
BINARY_LENGTH = 36
_SHA2_256 = b"\x12\x20"
_IDENTITY = 0
LARGEST_INLINE = 127
"""Bytes of the largest block that an identity CID holds."""
_PREFIXES = {codec: bytes((1, codec)) + _SHA2_256 for codec in (RAW, DAG_PB, DAG_CBOR)}
_CODECS = {prefix: codec for codec, prefix in _PREFIXES.items()}
_KNOWN = (RAW, DAG_PB, DAG_CBOR)
_OURS = (RAW, DAG_PB)


@dataclass(frozen=True, slots=True)
class Cid:
    """A codec, the SHA-256 of the block (32 bytes), and the version: 1, or 0 for a foreign dag-pb node.

    Of an identity CID ``inline`` is the block itself, and ``digest`` is empty.
    """

    codec: int
    digest: bytes
    version: int = 1
    inline: bytes | None = None

    @classmethod
    def from_digest(cls, codec: int, sha256: bytes) -> Cid:
        """Make a CID of ours; raise MalformedId for another codec or length."""
        if codec not in _OURS or len(sha256) != DIGEST_LENGTH:
            raise _not_ours(f"{codec:#x} {sha256.hex()}")
        return cls(codec, sha256)

    @classmethod
    def from_binary(cls, data: bytes) -> Cid:
        """Read the binary form of a CID of ours (36 bytes); raise MalformedId."""
        codec = _CODECS.get(data[:4])
        if codec not in _OURS or len(data) != BINARY_LENGTH:
            raise _not_ours(data.hex())
        return cls(codec, data[4:])

    @classmethod
    def parse(cls, text: str) -> Cid:
        """Read the text form of a CID of ours; raise MalformedId unless it is exactly what `str` gives."""
        try:
            cid = cls.from_binary(base64.b32decode(text[1:].upper() + "=" * (-len(text[1:]) % 8)))
        except (binascii.Error, ValueError) as error:
            raise _not_ours(text) from error
        if str(cid) != text:
            raise _not_ours(text)
        return cid

    @classmethod
    def from_foreign(cls, data: bytes) -> Cid:
        """Read the binary form that anyone may have written; raise MalformedId for what cannot be checked here."""
        cid, length = cls.prefix_of(data)
        if length != len(data):
            raise malformed(data.hex())
        return cid

    @classmethod
    def parse_foreign(cls, text: str) -> Cid:
        """Read a text form that anyone may have written; raise MalformedId for what cannot be checked here."""
        return cls.from_foreign(decode_cid_text(text))

    @classmethod
    def prefix_of(cls, data: bytes) -> tuple[Cid, int]:
        """Read the CID that bytes begin with; give it and its length. Raise MalformedId."""
        codec = _CODECS.get(data[:4])
        if codec is not None and len(data) >= BINARY_LENGTH:
            return cls(codec, bytes(data[4:BINARY_LENGTH])), BINARY_LENGTH
        length = len(_SHA2_256) + DIGEST_LENGTH
        if data[:2] == _SHA2_256 and len(data) >= length:
            return cls(DAG_PB, bytes(data[2:length]), 0), length
        if len(data) > 3 and data[0] == 1 and data[2] == _IDENTITY and data[1] in _KNOWN:  # noqa: PLR2004 - four bytes
            length = 4 + data[3]
            if data[3] <= LARGEST_INLINE and len(data) >= length:
                return cls(data[1], b"", 1, bytes(data[4:length])), length
        raise malformed(data[:BINARY_LENGTH].hex())

    @property
    def binary(self) -> bytes:
        """The binary form: 36 bytes, 34 of version 0, else with the block itself."""
        if self.inline is not None:
            return bytes((1, self.codec, _IDENTITY, len(self.inline))) + self.inline
        return (_PREFIXES[self.codec] if self.version else _SHA2_256) + self.digest

    def __str__(self) -> str:
        if self.version == 0:
            return base58(self.binary)
        return "b" + base64.b32encode(self.binary).decode().rstrip("=").lower()


def is_some_cid(data: bytes) -> bool:
    """Tell whether bytes are a whole CID of version 1, of whatever codec and hash function."""
    return some_cid_length(data) == len(data)


def some_cid_length(data: bytes) -> int | None:
    """Give the length of the CID of version 1, of whatever codec and hash function, that bytes begin with, or None."""
    try:
        version, place = read_varint(data, 0)
        _, place = read_varint(data, place)
        _, place = read_varint(data, place)
        length, place = read_varint(data, place)
    except (IndexError, ValueError):
        return None
    return place + length if version == 1 and place + length <= len(data) else None


def _not_ours(text: str) -> MalformedId:
    zh = f"不是本系统的 CID(须为 CIDv1、sha2-256、raw 或 dag-pb、小写 base32):{text[:80]}"
    en = f"no CID of ours (CIDv1, sha2-256, raw or dag-pb, lower-case base32): {text[:80]}"
    return MalformedId(zh, en)
