"""A QBFT header: its fields, its extra data, its block hash and the digest that validators seal.

Source: the QBFT header of Besu and GoQuorum (15 fields, London fields absent). The block hash covers the header with
round 0 and no seals; a seal covers it with its actual round and no seals. So ``keccak(header as returned)`` is neither.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from node.receipts import strict_rlp
from node.receipts.errors import BadProof, MalformedHeader
from node.receipts.keccak import keccak

if TYPE_CHECKING:
    from collections.abc import Mapping

MIX_HASH = bytes.fromhex("63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365")
EMPTY_UNCLES_HASH = bytes.fromhex("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347")
SEAL_LENGTH = 65
_FIELDS = (
    ("parent_hash", 32), ("uncles_hash", 32), ("miner", 20), ("state_root", 32), ("transactions_root", 32),
    ("receipts_root", 32), ("logs_bloom", 256), ("difficulty", 0), ("number", 0), ("gas_limit", 0), ("gas_used", 0),
    ("timestamp", 0), ("extra_data", -1), ("mix_hash", 32), ("nonce", 8),
)  # fmt: skip
"""Field names in RLP order with their length in bytes; 0 is an integer, -1 bytes of any length."""

_JSON_NAMES = {
    "parent_hash": "parentHash", "uncles_hash": "sha3Uncles", "miner": "miner", "state_root": "stateRoot",
    "transactions_root": "transactionsRoot", "receipts_root": "receiptsRoot", "logs_bloom": "logsBloom",
    "difficulty": "difficulty", "number": "number", "gas_limit": "gasLimit", "gas_used": "gasUsed",
    "timestamp": "timestamp", "extra_data": "extraData", "mix_hash": "mixHash", "nonce": "nonce",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The 15 fields of a QBFT header; digests and addresses as bytes, quantities as int (timestamp in UTC seconds)."""

    parent_hash: bytes
    uncles_hash: bytes = EMPTY_UNCLES_HASH
    miner: bytes
    state_root: bytes
    transactions_root: bytes
    receipts_root: bytes
    logs_bloom: bytes
    difficulty: int = 1
    number: int
    gas_limit: int
    gas_used: int
    timestamp: int
    extra_data: bytes
    mix_hash: bytes = MIX_HASH
    nonce: bytes = bytes(8)

    def encode(self) -> bytes:
        """Give the RLP of the header as it stands, seals included."""
        return strict_rlp.encode([_to_item(getattr(self, name), length) for name, length in _FIELDS])

    @property
    def block_hash(self) -> bytes:
        """The block's hash: keccak-256 of the header with round 0 and no seals."""
        extra = replace(Extra.decode(self.extra_data), round=0, seals=())
        return keccak(replace(self, extra_data=extra.encode()).encode())

    @property
    def seal_digest(self) -> bytes:
        """What a validator signs: keccak-256 of the header with its own round and no seals."""
        extra = replace(Extra.decode(self.extra_data), seals=())
        return keccak(replace(self, extra_data=extra.encode()).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    r"""The extra data of a QBFT header.

    ``vote`` is () or (recipient address, b"\xff" to add or b"" to remove); each seal is 65 bytes r, s, v (v 0 or 1).
    """

    vanity: bytes = bytes(32)
    validators: tuple[bytes, ...]
    vote: tuple[bytes, ...] = ()
    round: int = 0
    seals: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """Give RLP([vanity, validators, vote, round, seals])."""
        items = [self.vanity, list(self.validators), list(self.vote), _to_item(self.round, 0), list(self.seals)]
        return strict_rlp.encode(items)

    @classmethod
    def decode(cls, data: bytes) -> Extra:
        """Read extra data; raise MalformedHeader unless it is the one canonical encoding."""
        items = _decode_list(data, 5)
        vanity, validators, vote, round_, seals = items
        addresses_fit = isinstance(validators, list) and all(_is_bytes(item, 20) for item in validators)
        seals_fit = isinstance(seals, list) and all(_is_bytes(item, SEAL_LENGTH) for item in seals)
        vote_fits = isinstance(vote, list) and (
            vote == [] or (len(vote) == 2 and _is_bytes(vote[0], 20) and vote[1] in (b"", b"\xff"))  # noqa: PLR2004
        )
        if not (_is_bytes(vanity, 32) and addresses_fit and seals_fit and vote_fits and isinstance(round_, bytes)):
            fields = "[vanity, validators, vote, round, seals]"
            raise _malformed(f"附加数据不是 {fields}", f"extra data is not {fields}")
        return cls(
            vanity=vanity, validators=tuple(validators), vote=tuple(vote), round=_to_int(round_), seals=tuple(seals)
        )


def decode_header(data: bytes) -> Header:
    """Read the RLP of a header; raise MalformedHeader unless all 15 fields and the extra data are canonical."""
    items = _decode_list(data, len(_FIELDS))
    values: dict[str, Any] = {}
    for (name, length), item in zip(_FIELDS, items, strict=True):
        if not isinstance(item, bytes) or (length > 0 and len(item) != length):
            raise _malformed(f"{name} 长度不对", f"{name} has the wrong length")
        values[name] = _to_int(item) if length == 0 else item
    header = Header(**values)
    Extra.decode(header.extra_data)
    return header


def header_from_json(block: Mapping[str, Any]) -> Header:
    """Read a header from the raw JSON-RPC block object (0x hex strings, not web3's formatted values)."""
    values: dict[str, Any] = {}
    for name, length in _FIELDS:
        text = block.get(_JSON_NAMES[name])
        if not isinstance(text, str) or not text.startswith("0x"):
            raise _malformed(f"缺 {_JSON_NAMES[name]}", f"{_JSON_NAMES[name]} is missing")
        try:
            values[name] = int(text, 16) if length == 0 else bytes.fromhex(text[2:])
        except ValueError as error:
            raise _malformed(f"{_JSON_NAMES[name]} 不是十六进制", f"{_JSON_NAMES[name]} is not hexadecimal") from error
    return decode_header(Header(**values).encode())


def header_to_json(header: Header) -> dict[str, str]:
    """Give the header's part of a JSON-RPC block object."""
    fields: dict[str, str] = {}
    for name, length in _FIELDS:
        value = getattr(header, name)
        fields[_JSON_NAMES[name]] = hex(value) if length == 0 else "0x" + value.hex()
    return fields | {"hash": "0x" + header.block_hash.hex()}


def _decode_list(data: bytes, length: int) -> list[Any]:
    try:
        items: list[Any] = strict_rlp.decode_list(data, length, "header")
    except BadProof as error:
        raise MalformedHeader(f"区块头残缺({error.words.zh})", f"malformed header ({error.words.en})") from error
    return items


def _is_bytes(item: Any, length: int) -> bool:
    return isinstance(item, bytes) and len(item) == length


def _to_item(value: int | bytes, length: int) -> bytes:
    return strict_rlp.from_int(value) if length == 0 and isinstance(value, int) else bytes(value)


def _to_int(item: bytes) -> int:
    try:
        return strict_rlp.to_int(item)
    except BadProof as error:
        raise _malformed("数值不是规范形式", "a quantity is not canonical") from error


def _malformed(zh: str, en: str) -> MalformedHeader:
    return MalformedHeader(f"区块头不合格式:{zh}", f"malformed header: {en}")
