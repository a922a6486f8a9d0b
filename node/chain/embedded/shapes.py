"""The JSON of headers, transactions, transaction receipts and logs, with GoQuorum's fields: legacy, before London."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.receipts.header import header_to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.chain.embedded.store import Place, StoredHeader
    from node.receipts.transaction import Transaction

_EIP155_OFFSET = 35


def quantity(value: int) -> str:
    """Encode a number: 0x, no leading zeros."""
    return hex(value)


def blob(value: bytes) -> str:
    """Encode bytes: 0x, two digits each."""
    return "0x" + value.hex()


def header_json(stored: StoredHeader, transactions: Sequence[Any]) -> dict[str, Any]:
    """Give a block object; `transactions` are hashes or whole transaction objects."""
    return {
        **header_to_json(stored.header),
        "hash": blob(stored.block_hash),
        "size": quantity(stored.size),
        "totalDifficulty": quantity(stored.height + 1),
        "transactions": list(transactions),
        "uncles": [],
    }


def transaction_json(transaction: Transaction, *, tx_hash: bytes, sender: bytes) -> dict[str, Any]:
    """Give a transaction object that waits: its place is null until a header holds it."""
    signature = transaction.signature
    return {
        "blockHash": None,
        "blockNumber": None,
        "from": blob(sender),
        "gas": quantity(transaction.gas),
        "gasPrice": quantity(transaction.gas_price),
        "hash": blob(tx_hash),
        "input": blob(transaction.calldata),
        "nonce": quantity(transaction.nonce),
        "to": blob(transaction.to) if transaction.to else None,
        "transactionIndex": None,
        "value": quantity(transaction.value),
        "type": "0x0",
        "v": quantity(2 * transaction.chain_id + _EIP155_OFFSET + signature[64]),
        "r": quantity(int.from_bytes(signature[:32], "big")),
        "s": quantity(int.from_bytes(signature[32:64], "big")),
    }


def tx_receipt_json(
    row: Sequence[Any], place: Place, to: bytes, block_hash: bytes, logs: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Give a transaction receipt from its row (succeeded, gas used, cumulative gas, bloom, contract)."""
    succeeded, gas_used, cumulative_gas, bloom, contract = row
    return {
        "blockHash": blob(block_hash),
        "blockNumber": quantity(place.height),
        "contractAddress": None if contract is None else blob(contract),
        "cumulativeGasUsed": quantity(cumulative_gas),
        "from": blob(place.sender),
        "gasUsed": quantity(gas_used),
        "logs": list(logs),
        "logsBloom": blob(bloom),
        "status": quantity(succeeded),
        "to": blob(to) if to else None,
        "transactionHash": blob(place.tx_hash),
        "transactionIndex": quantity(place.position),
        "type": "0x0",
    }


def log_json(row: Sequence[Any]) -> dict[str, Any]:
    """Give a log from its joined row (see ``logs.COLUMNS``)."""
    height, log_index, position, address, topic0, topic1, topic2, topic3, data, tx_hash, block_hash = row
    return {
        "address": blob(address),
        "topics": [blob(topic) for topic in (topic0, topic1, topic2, topic3) if topic is not None],
        "data": blob(data),
        "blockNumber": quantity(height),
        "transactionHash": blob(tx_hash),
        "transactionIndex": quantity(position),
        "blockHash": blob(block_hash),
        "logIndex": quantity(log_index),
        "removed": False,
    }
