"""A made-up chain for the vectors: fixed keys, headers sealed by one or four validators, transactions and their events.

Nothing here is random and nothing runs a contract: a block says what its maker wants it to say, which is the point.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from coincurve import PrivateKey

from contracts import events
from node.receipts.anchor import TrustAnchor
from node.receipts.founding import AnchoredInstitution, Founding
from node.receipts.header import Extra, Header, header_to_json
from node.receipts.keccak import keccak
from node.receipts.material import ProofMaterial
from node.receipts.ordered_trie import OrderedTrie, root_of
from node.receipts.seals import trim_seals
from node.receipts.signature import address_of
from node.receipts.transaction import Transaction
from node.receipts.tx_receipt import Log, TxReceipt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contracts.events import Event

CHAIN_ID = 20_230_001
CODE, OTHER_CODE = b"14000001", b"11000001"
TIME = 1_700_000_000
HEIGHT = 42
BLOOM = bytes(256)
GOVERNORS = ("first governor", "second governor", "third governor")


def digest_of(name: str) -> bytes:
    """Give a fixed SHA-256 that stands for a content."""
    return hashlib.sha256(f"zhicang vector {name}".encode()).digest()


def key_of(name: str) -> PrivateKey:
    return PrivateKey(digest_of(f"key {name}"))


def address(name: str) -> bytes:
    return address_of(key_of(name).public_key)


REGISTRY = address("registry")


def validators_of(count: int, chain: str = "") -> list[str]:
    """Name the validators of a chain, in ascending order of their addresses."""
    return sorted((f"{chain}validator {number} of {count}" for number in range(count)), key=address)


def anchor_of(count: int) -> TrustAnchor:
    return TrustAnchor(founding=founding_of(count))


def founding_of(count: int) -> Founding:
    """Give the founding of a chain of so many validators: another library, of two persons, and ours, of one."""
    institutions = (
        AnchoredInstitution(
            code=OTHER_CODE.decode(), name="另一图书馆(虚构)", credit_code="121100000000000017", region="110000",
            one_person=False, registrars=(address("other registrar"),), reviewers=(address("other reviewer"),),
        ),
        AnchoredInstitution(
            code=CODE.decode(), name="某省图书馆(虚构)", credit_code="121400000000000018", region="140000",
            one_person=True, registrars=tuple(sorted([address("registrar"), address("second registrar")])),
            reviewers=(address("reviewer"),), auditors=(address("auditor"),),
        ),
    )  # fmt: skip
    return Founding(
        chain_id=CHAIN_ID,
        genesis_hash=digest_of("genesis"),
        registry=REGISTRY,
        registry_code_hash=digest_of("code"),
        validators=tuple(address(name) for name in validators_of(count)),
        governors=tuple(sorted(address(name) for name in GOVERNORS)),
        threshold=2,
        institutions=institutions,
        demonstration=True,
    )


def signed(
    calldata: bytes, *, by: str = "registrar", to: bytes = REGISTRY, chain_id: int = CHAIN_ID, nonce: int = 7,
    **typed: Any,
) -> Transaction:  # fmt: skip
    """Sign a transaction; `typed` are the fields that only other types than legacy have, and their type."""
    unsigned = Transaction(
        **{"nonce": nonce, "gas_price": 0, "gas": 5_000_000, "to": to, "value": 0, "calldata": calldata,
           "chain_id": chain_id} | typed
    )  # fmt: skip
    signature = key_of(by).sign_recoverable(unsigned.signing_digest, hasher=None)
    return replace(unsigned, signature=signature)


def log_of(event: Event, *, emitter: bytes = REGISTRY) -> Log:
    """Encode an event as the registry emits it."""
    topics, data = events.encode_log(event)
    return Log(address=emitter, topics=tuple(topics), data=data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block to be made: our transaction among strangers', at `index`; everything can be overridden."""

    transaction: bytes
    tx_receipt: bytes
    index: int = 3
    size: int = 20
    validators: Sequence[str] = field(default_factory=lambda: validators_of(1))
    vote: tuple[bytes, ...] = ()
    header_changes: dict[str, Any] = field(default_factory=dict)
    sealers: Sequence[str] | None = None
    reseal: Callable[[list[bytes]], list[bytes]] = list

    def transactions(self) -> list[bytes]:
        strangers = [
            signed(digest_of(f"call {place}"), by="stranger", to=address("elsewhere"), nonce=place).encode()
            for place in range(self.size)
        ]
        return [*strangers[: self.index], self.transaction, *strangers[self.index + 1 :]]

    def tx_receipts(self) -> list[bytes]:
        strangers = [
            TxReceipt(succeeded=True, cumulative_gas=21_000 * (place + 1), bloom=BLOOM, logs=()).encode()
            for place in range(self.size)
        ]
        return [*strangers[: self.index], self.tx_receipt, *strangers[self.index + 1 :]]

    def header(self) -> Header:
        """Give the header with a seal of every sealer, in the order of validators' names, then resealed."""
        extra = Extra(validators=tuple(address(name) for name in self.validators), vote=self.vote, round=1)
        fields: dict[str, Any] = {
            "parent_hash": digest_of("parent"), "miner": (*extra.validators, bytes(20))[0],
            "state_root": digest_of("state"),
            "transactions_root": root_of(self.transactions()), "receipts_root": root_of(self.tx_receipts()),
            "logs_bloom": BLOOM, "number": HEIGHT, "gas_limit": 100_000_000, "gas_used": 1_000_000, "timestamp": TIME,
            "extra_data": extra.encode(),
        }  # fmt: skip
        header = Header(**fields | self.header_changes)
        seals = [seal_of(header, name) for name in (self.validators if self.sealers is None else self.sealers)]
        return replace(header, extra_data=replace(extra, seals=tuple(self.reseal(seals))).encode())

    def material(self, *, trim: bool = True) -> ProofMaterial:
        """Give the proof material; untrimmed, the seals stay as they are."""
        header = trim_seals(self.header()) if trim else self.header()
        return ProofMaterial(
            header=header.encode(),
            index=self.index,
            transaction_path=OrderedTrie(self.transactions()).path(self.index),
            tx_receipt_path=OrderedTrie(self.tx_receipts()).path(self.index),
        )


def seal_of(header: Header, name: str) -> bytes:
    return key_of(name).sign_recoverable(header.seal_digest, hasher=None)


def receipt_of(*logs: Log, succeeded: bool = True, kind: int = 0) -> bytes:
    return TxReceipt(succeeded=succeeded, cumulative_gas=900_000, bloom=BLOOM, logs=logs, kind=kind).encode()


def json_of(header: Header, transactions: Sequence[Transaction], receipts: Sequence[TxReceipt]) -> dict[str, Any]:
    """Give the raw JSON-RPC answers for a block: `block` and `tx_receipts`."""
    return {
        "block": header_to_json(header) | {"transactions": [_transaction_json(item) for item in transactions]},
        "tx_receipts": [_tx_receipt_json(item, place) for place, item in enumerate(receipts)],
    }


def _transaction_json(item: Transaction) -> dict[str, Any]:
    r, s = int.from_bytes(item.signature[:32], "big"), int.from_bytes(item.signature[32:64], "big")
    v = 2 * item.chain_id + 35 + item.signature[64] if item.kind == 0 else item.signature[64]
    shared = {
        "type": hex(item.kind), "hash": "0x" + keccak(item.encode()).hex(), "nonce": hex(item.nonce),
        "gas": hex(item.gas), "gasPrice": hex(item.gas_price), "to": "0x" + item.to.hex() if item.to else None,
        "value": hex(item.value), "input": "0x" + item.calldata.hex(), "v": hex(v), "r": hex(r), "s": hex(s),
    }  # fmt: skip
    if item.kind == 0:
        return shared
    access = [
        {"address": "0x" + one.hex(), "storageKeys": ["0x" + key.hex() for key in keys]}
        for one, keys in item.access_list
    ]
    fees = {"maxFeePerGas": hex(item.gas_price), "maxPriorityFeePerGas": hex(item.priority_fee)}
    return shared | {"chainId": hex(item.chain_id), "accessList": access} | (fees if item.kind == 2 else {})


def _tx_receipt_json(item: TxReceipt, place: int) -> dict[str, Any]:
    logs = [
        {"address": "0x" + log.address.hex(), "topics": ["0x" + topic.hex() for topic in log.topics],
         "data": "0x" + log.data.hex()}
        for log in item.logs
    ]  # fmt: skip
    return {
        "type": hex(item.kind), "transactionIndex": hex(place), "status": hex(int(item.succeeded)),
        "cumulativeGasUsed": hex(item.cumulative_gas), "logsBloom": "0x" + item.bloom.hex(), "logs": logs,
    }  # fmt: skip
