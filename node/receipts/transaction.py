"""A legacy transaction (EIP-155): strict decoding, its hash, who sent it; and encoding from an engine's JSON.

The node sends legacy transactions only, so the verifier accepts nothing else. The roots of a header may cover
access-list transactions (EIP-2930) of others, so capture can encode those too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.receipts import strict_rlp
from node.receipts.errors import BadProof, MismatchedChain
from node.receipts.json_rpc import as_octets, octets, quantity
from node.receipts.keccak import keccak
from node.receipts.signature import recover
from node.receipts.strict_rlp import from_int, to_int

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIELD_COUNT = 9
_FIRST_LIST = 0xC0
_EIP155_OFFSET = 35
_ACCESS_LIST_TYPE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A legacy transaction; ``to`` is 20 bytes or empty for a creation, ``signature`` 65 bytes with parity 0 or 1."""

    nonce: int
    gas_price: int
    gas: int
    to: bytes
    value: int
    calldata: bytes
    chain_id: int
    signature: bytes = bytes(65)

    @property
    def signing_digest(self) -> bytes:
        """What its sender signs (EIP-155)."""
        return keccak(strict_rlp.encode([*self._unsigned(), from_int(self.chain_id), b"", b""]))

    @property
    def tx_hash(self) -> bytes:
        """The keccak-256 of its encoding."""
        return keccak(self.encode())

    def encode(self) -> bytes:
        """Give the raw transaction."""
        v = 2 * self.chain_id + _EIP155_OFFSET + self.signature[64]
        r, s = self.signature[:32].lstrip(b"\0"), self.signature[32:64].lstrip(b"\0")
        return strict_rlp.encode([*self._unsigned(), from_int(v), r, s])

    def sender(self) -> bytes:
        """Recover the sender's address; raise BadProof unless the signature is canonical and good."""
        return recover(self.signing_digest, self.signature)

    def _unsigned(self) -> list[bytes]:
        numbers = [from_int(number) for number in (self.nonce, self.gas_price, self.gas)]
        return [*numbers, self.to, from_int(self.value), self.calldata]


def decode_transaction(raw: bytes) -> Transaction:
    """Read a raw legacy transaction; raise BadProof for another type, or anything but its one encoding."""
    if not raw or raw[0] < _FIRST_LIST:
        raise BadProof("不是传统(legacy)交易", "not a legacy transaction")
    nonce, gas_price, gas, to, value, calldata, v, r, s = strict_rlp.decode_list(raw, _FIELD_COUNT, "transaction")
    if not isinstance(to, bytes) or len(to) not in {0, 20} or not isinstance(calldata, bytes):
        raise BadProof("交易字段的形式不对", "a field of the transaction is malformed")
    chain = to_int(v) - _EIP155_OFFSET
    if chain < 0:
        raise BadProof("交易没有绑定链号(EIP-155)", "the transaction is not bound to a chain (EIP-155)")
    return Transaction(
        nonce=to_int(nonce),
        gas_price=to_int(gas_price),
        gas=to_int(gas),
        to=to,
        value=to_int(value),
        calldata=calldata,
        chain_id=chain // 2,
        signature=to_int(r).to_bytes(32, "big") + to_int(s).to_bytes(32, "big") + bytes([chain % 2]),
    )


def transaction_from_json(fields: Mapping[str, Any]) -> bytes:
    """Encode a raw JSON-RPC transaction object of type 0 or 1; raise MismatchedChain when that is not possible."""
    kind = quantity(fields, "type") if "type" in fields else 0
    to = octets(fields, "to") if fields.get("to") is not None else b""
    price, signature = [
        [from_int(quantity(fields, name)) for name in names]
        for names in (("nonce", "gasPrice", "gas"), ("v", "r", "s"))
    ]
    shared: list[Any] = [*price, to, from_int(quantity(fields, "value")), octets(fields, "input")]
    if kind == 0:
        return strict_rlp.encode([*shared, *signature])
    if kind == _ACCESS_LIST_TYPE:
        chain_id = from_int(quantity(fields, "chainId"))
        return bytes([kind]) + strict_rlp.encode([chain_id, *shared, _access_list(fields), *signature])
    raise MismatchedChain(f"不支持第 {kind} 类交易", f"transactions of type {kind} are not supported")


def _access_list(fields: Mapping[str, Any]) -> list[Any]:
    return [
        [octets(access, "address"), [as_octets(key, "storageKeys") for key in access["storageKeys"]]]
        for access in fields.get("accessList", [])
    ]
