"""A transaction receipt: status, cumulative gas, bloom and logs; strict decoding, and encoding from an engine's JSON.

Source: Ethereum yellow paper, section 4.3.1, with the status of EIP-658; the type byte of EIP-2718 stands in front.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.receipts import strict_rlp
from node.receipts.errors import BadProof, MismatchedChain
from node.receipts.json_rpc import as_octets, octets, quantity
from node.receipts.transaction import kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from node.receipts.strict_rlp import Item
    from node.receipts.transaction import Transaction

_FIELD_COUNT, _LOG_FIELD_COUNT = 4, 3
_ADDRESS, _TOPIC, _BLOOM = 20, 32, 256
_MOST_TOPICS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """One log: the contract that emitted it (20 bytes), at most four topics of 32 bytes, and its data."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TxReceipt:
    """A transaction receipt; ``cumulative_gas`` counts from the first of its header; ``kind`` its type."""

    succeeded: bool
    cumulative_gas: int
    bloom: bytes
    logs: tuple[Log, ...]
    kind: int = 0

    def encode(self) -> bytes:
        """Give the bytes that stand in the trie."""
        logs = [[log.address, list(log.topics), log.data] for log in self.logs]
        status = strict_rlp.from_int(int(self.succeeded))
        body = strict_rlp.encode([status, strict_rlp.from_int(self.cumulative_gas), self.bloom, logs])
        return (bytes([self.kind]) if self.kind else b"") + body


def decode_tx_receipt(raw: bytes) -> TxReceipt:
    """Read a raw tx_receipt; raise BadProof for an unknown type, or anything but its one encoding."""
    kind = kind_of(raw)
    status, gas, bloom, logs = strict_rlp.decode_list(raw[1:] if kind else raw, _FIELD_COUNT, "tx_receipt")
    if status not in (b"", b"\x01") or not _fits(bloom, _BLOOM) or not isinstance(logs, list):
        raise _malformed()
    return TxReceipt(
        succeeded=status == b"\x01",
        cumulative_gas=strict_rlp.to_int(gas),
        bloom=bloom if isinstance(bloom, bytes) else b"",
        logs=tuple(_log(item) for item in logs),
        kind=kind,
    )


def check_same_type(transaction: Transaction, tx_receipt: TxReceipt) -> None:
    """Raise BadProof unless a transaction and its receipt are of one type, as EIP-2718 has it."""
    if transaction.kind != tx_receipt.kind:
        said = f"{transaction.kind}, {tx_receipt.kind}"
        raise BadProof(f"交易与其回执的类型不同({said})", f"a transaction and its receipt of other types ({said})")


def tx_receipt_from_json(fields: Mapping[str, Any]) -> TxReceipt:
    """Read a raw JSON-RPC receipt object of any type; raise MismatchedChain when a field is missing or malformed."""
    logs = fields.get("logs")
    if not isinstance(logs, list):
        raise MismatchedChain("节点的回答中没有 logs", "logs are missing in the engine's answer")
    return TxReceipt(
        succeeded=quantity(fields, "status") == 1,
        cumulative_gas=quantity(fields, "cumulativeGasUsed"),
        bloom=octets(fields, "logsBloom"),
        logs=tuple(
            Log(
                address=octets(log, "address"),
                topics=tuple(as_octets(topic, "topics") for topic in log["topics"]),
                data=octets(log, "data"),
            )
            for log in logs
        ),
        kind=quantity(fields, "type") if "type" in fields else 0,
    )


def _log(item: Item) -> Log:
    if not isinstance(item, list) or len(item) != _LOG_FIELD_COUNT:
        raise _malformed()
    address, topics, data = item
    if not isinstance(address, bytes) or not isinstance(topics, list) or not isinstance(data, bytes):
        raise _malformed()
    words = tuple(topic for topic in topics if isinstance(topic, bytes) and len(topic) == _TOPIC)
    if len(address) != _ADDRESS or len(words) != len(topics) or len(words) > _MOST_TOPICS:
        raise _malformed()
    return Log(address=address, topics=words, data=data)


def _fits(item: Item, width: int) -> bool:
    return isinstance(item, bytes) and len(item) == width


def _malformed() -> BadProof:
    return BadProof("交易回执的形式不对", "malformed tx_receipt")
