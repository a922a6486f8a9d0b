"""A transaction: strict decoding of the types that a QBFT chain can hold, its hash, who sent it.

Legacy (EIP-155), with an access list (EIP-2930, type 1) and with a fee market (EIP-1559, type 2). The node itself sends
legacy ones; a governor, a nominee or another institution's software may not. Other types, and the other encodings of
these, are refused: what stands in the trie is the type byte and the one RLP of the fields, or for legacy the RLP alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from node.receipts import strict_rlp
from node.receipts.errors import BadProof
from node.receipts.keccak import keccak
from node.receipts.signature import recover
from node.receipts.strict_rlp import Item, from_int, to_int

LEGACY, ACCESS_LIST, FEE_MARKET = 0, 1, 2
_FIELD_COUNTS = {LEGACY: 9, ACCESS_LIST: 11, FEE_MARKET: 12}
_FIRST_LIST = 0xC0
_EIP155_OFFSET = 35
_ADDRESS, _WORD = 20, 32

Access = tuple[bytes, tuple[bytes, ...]]
"""An address and the storage keys of it that were announced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A transaction; ``to`` is 20 bytes or empty for a creation, ``signature`` 65 bytes with parity 0 or 1.

    ``kind`` is its type. ``gas_price`` is of type 2 the most per gas, of which ``priority_fee`` at most is a tip.
    """

    nonce: int
    gas_price: int
    gas: int
    to: bytes
    value: int
    calldata: bytes
    chain_id: int
    kind: int = LEGACY
    priority_fee: int = 0
    access_list: tuple[Access, ...] = ()
    signature: bytes = bytes(65)

    @property
    def signing_digest(self) -> bytes:
        """What its sender signs (EIP-155, EIP-2930, EIP-1559)."""
        if self.kind == LEGACY:
            return keccak(strict_rlp.encode([*self._unsigned(), from_int(self.chain_id), b"", b""]))
        return keccak(bytes([self.kind]) + strict_rlp.encode(self._unsigned()))

    @property
    def tx_hash(self) -> bytes:
        """The keccak-256 of its encoding."""
        return keccak(self.encode())

    def encode(self) -> bytes:
        """Give the raw transaction, as it stands in the trie."""
        parity = self.signature[64]
        v = 2 * self.chain_id + _EIP155_OFFSET + parity if self.kind == LEGACY else parity
        r, s = self.signature[:32].lstrip(b"\0"), self.signature[32:64].lstrip(b"\0")
        body = strict_rlp.encode([*self._unsigned(), from_int(v), r, s])
        return body if self.kind == LEGACY else bytes([self.kind]) + body

    def sender(self) -> bytes:
        """Recover the sender's address; raise BadProof unless the signature is canonical and good."""
        return recover(self.signing_digest, self.signature)

    def _unsigned(self) -> list[Item]:
        fees = [self.gas_price] if self.kind != FEE_MARKET else [self.priority_fee, self.gas_price]
        numbers: list[Item] = [from_int(number) for number in (self.nonce, *fees, self.gas)]
        fields: list[Item] = [*numbers, self.to, from_int(self.value), self.calldata]
        if self.kind == LEGACY:
            return fields
        return [from_int(self.chain_id), *fields, [[address, [*keys]] for address, keys in self.access_list]]


def decode_transaction(raw: bytes) -> Transaction:
    """Read a raw transaction; raise BadProof for an unknown type, or anything but its one encoding."""
    kind = kind_of(raw)
    items = strict_rlp.decode_list(raw[1:] if kind else raw, _FIELD_COUNTS[kind], "transaction")
    return _legacy(items) if kind == LEGACY else _typed(kind, items)


def kind_of(raw: bytes) -> int:
    """Give the type of a raw transaction or of a raw tx_receipt; raise BadProof for an unknown one."""
    if raw and raw[0] >= _FIRST_LIST:
        return LEGACY
    if not raw or raw[0] not in (ACCESS_LIST, FEE_MARKET):
        kind = f"0x{raw[:1].hex()}"
        raise BadProof(f"交易类型 {kind} 不是 0、1 或 2", f"the type {kind} is none of 0, 1 and 2")
    return raw[0]


def _legacy(items: list[Item]) -> Transaction:
    chain = to_int(items[6]) - _EIP155_OFFSET
    if chain < 0:
        raise BadProof("交易没有绑定链号(EIP-155)", "the transaction is not bound to a chain (EIP-155)")
    nonce, price, *called = items[:6]
    signature = _signature(chain % 2, items[7:])
    return _transaction(LEGACY, [nonce, b"", price], called, chain_id=chain // 2, access_list=(), signature=signature)


def _typed(kind: int, items: list[Item]) -> Transaction:
    chain, *fields = items[:-4]
    listed, parity = items[-4], to_int(items[-3])
    if kind == ACCESS_LIST:
        fields.insert(1, b"")
    if parity > 1:
        raise BadProof("签名的奇偶位不是 0 或 1", "a parity that is neither 0 nor 1")
    access_list = tuple(_access(item) for item in _items(listed))
    signature = _signature(parity, items[-2:])
    order, called = fields[:3], fields[3:]
    transaction = _transaction(
        kind, order, called, chain_id=to_int(chain), access_list=access_list, signature=signature
    )
    if transaction.priority_fee > transaction.gas_price and kind == FEE_MARKET:
        raise BadProof("小费高于最高单价", "a tip above the most per gas")
    return transaction


def _transaction(
    kind: int, order: list[Item], called: list[Item], *, chain_id: int, access_list: tuple[Access, ...],
    signature: bytes,
) -> Transaction:  # fmt: skip
    """Read what all types share: nonce, tip and price; gas, address, value and calldata."""
    nonce, priority_fee, gas_price = (to_int(item) for item in order)
    gas, to, value, calldata = called
    if not isinstance(to, bytes) or len(to) not in {0, _ADDRESS} or not isinstance(calldata, bytes):
        raise _malformed()
    return Transaction(
        kind=kind, nonce=nonce, priority_fee=priority_fee, gas_price=gas_price, gas=to_int(gas), to=to,
        value=to_int(value), calldata=calldata, chain_id=chain_id, access_list=access_list, signature=signature,
    )  # fmt: skip


def _signature(parity: int, halves: list[Item]) -> bytes:
    return b"".join(to_int(half).to_bytes(_WORD, "big") for half in halves) + bytes([parity])


def _access(item: Item) -> Access:
    match item:
        case [bytes() as address, list() as keys] if len(address) == _ADDRESS:
            words = tuple(key for key in keys if isinstance(key, bytes) and len(key) == _WORD)
            if len(words) == len(keys):
                return address, words
    raise _malformed()


def _items(item: Item) -> list[Item]:
    if not isinstance(item, list):
        raise _malformed()
    return item


def _malformed() -> BadProof:
    return BadProof("交易字段的形式不对", "a field of the transaction is malformed")
