"""The reading methods of the JSON-RPC interface: headers, transactions, transaction receipts, logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.chain.embedded.errors import InvalidParamsError, RefusedError
from node.chain.embedded.logs import LogFilter, find_logs, logs_of
from node.chain.embedded.parameters import (
    read_addresses,
    read_data,
    read_flag,
    read_height,
    read_quantity,
    read_topics,
)
from node.chain.embedded.shapes import blob, header_json, quantity, transaction_json, tx_receipt_json
from node.receipts.transaction import decode_transaction

if TYPE_CHECKING:
    from node.chain.embedded.store import Place, Store, StoredHeader

_FILTER_FIELDS = frozenset({"address", "topics", "fromBlock", "toBlock", "blockHash"})
_RECEIPT = "SELECT succeeded, gas_used, cumulative_gas, bloom, contract FROM tx_receipts"


class HeaderMethods:
    """Answers from the rows of the chain alone; each call sees one state of the database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def block_number(self) -> str:
        """eth_blockNumber."""
        return quantity(self._store.head().height)

    def block_by_number(self, tag: Any, full: Any = False) -> dict[str, Any] | None:  # noqa: FBT002 - positional in RPC
        """eth_getBlockByNumber."""
        height = read_height(tag, self._store.head().height)
        return self._block(self._store.at(height), full=read_flag(full, "full"))

    def block_by_hash(self, block_hash: Any, full: Any = False) -> dict[str, Any] | None:  # noqa: FBT002
        """eth_getBlockByHash."""
        stored = self._store.by_hash(read_data(block_hash, "block hash", 32))
        return self._block(stored, full=read_flag(full, "full"))

    def transaction_by_hash(self, tx_hash: Any) -> dict[str, Any] | None:
        """eth_getTransactionByHash, for a transaction in a header."""
        place = self._store.transaction(read_data(tx_hash, "transaction hash", 32))
        return None if place is None else self._transaction(place)

    def tx_receipt(self, tx_hash: Any) -> dict[str, Any] | None:
        """eth_getTransactionReceipt."""
        place = self._store.transaction(read_data(tx_hash, "transaction hash", 32))
        if place is None:
            return None
        row = self._store.one(f"{_RECEIPT} WHERE height = ? AND position = ?", (place.height, place.position))
        logs = logs_of(self._store, place.height, place.position)
        return None if row is None else self._tx_receipt(row, place, logs)

    def block_receipts(self, tag: Any) -> list[dict[str, Any]] | None:
        """eth_getBlockReceipts."""
        stored = self.stored(tag)
        if stored is None:
            return None
        logs: dict[str, list[dict[str, Any]]] = {}
        for log in logs_of(self._store, stored.height):
            logs.setdefault(log["transactionIndex"], []).append(log)
        rows = self._store.query(f"{_RECEIPT} WHERE height = ? ORDER BY position", (stored.height,))
        places = self._store.transactions(stored.height)
        pairs = zip(rows, places, strict=True)
        return [self._tx_receipt(row, place, logs.get(quantity(place.position), [])) for row, place in pairs]

    def logs(self, query: Any) -> list[dict[str, Any]]:
        """eth_getLogs; blockHash excludes a range, and both ends default to the head."""
        if not isinstance(query, dict) or set(query) - _FILTER_FIELDS:
            raise InvalidParamsError("filter: not an object of address, topics, fromBlock, toBlock, blockHash")
        head = self._store.head().height
        if query.get("blockHash") is not None:
            if query.get("fromBlock") is not None or query.get("toBlock") is not None:
                raise InvalidParamsError("filter: blockHash excludes fromBlock and toBlock")
            stored = self._store.by_hash(read_data(query["blockHash"], "blockHash", 32))
            if stored is None:
                raise RefusedError("unknown block")
            first = last = stored.height
        else:
            first, last = (read_height(query.get(name) or "latest", head) for name in ("fromBlock", "toBlock"))
        wanted = LogFilter(
            first=min(first, head + 1),
            last=min(last, head),
            addresses=read_addresses(query.get("address")),
            topics=read_topics(query.get("topics")),
        )
        return find_logs(self._store, wanted)

    def stored(self, tag: Any) -> StoredHeader | None:
        """Find a header by tag, height, hash, or an EIP-1898 object."""
        if isinstance(tag, dict):
            if "blockHash" in tag:
                return self._store.by_hash(read_data(tag["blockHash"], "blockHash", 32))
            tag = tag.get("blockNumber")
        if isinstance(tag, str) and len(tag) == 66:  # noqa: PLR2004 - 0x and 32 bytes: no height is so high
            return self._store.by_hash(read_data(tag, "block hash", 32))
        return self._store.at(read_height(tag, self._store.head().height))

    def count_by_number(self, tag: Any) -> str | None:
        """eth_getBlockTransactionCountByNumber."""
        stored = self._store.at(read_height(tag, self._store.head().height))
        return None if stored is None else quantity(len(self._store.transactions(stored.height)))

    def transaction_by_position(self, tag: Any, position: Any) -> dict[str, Any] | None:
        """eth_getTransactionByBlockNumberAndIndex."""
        stored = self._store.at(read_height(tag, self._store.head().height))
        places = [] if stored is None else self._store.transactions(stored.height)
        index = read_quantity(position, "index")
        return self._transaction(places[index]) if index < len(places) else None

    def _block(self, stored: StoredHeader | None, *, full: bool) -> dict[str, Any] | None:
        if stored is None:
            return None
        places = self._store.transactions(stored.height)
        if not full:
            return header_json(stored, [blob(place.tx_hash) for place in places])
        return header_json(stored, [self._transaction(place) for place in places])

    def _transaction(self, place: Place) -> dict[str, Any]:
        shape = transaction_json(decode_transaction(place.raw), tx_hash=place.tx_hash, sender=place.sender)
        where = {"blockNumber": place.height, "transactionIndex": place.position}
        block_hash = self._store.block_hash(place.height) or b""
        return shape | {"blockHash": blob(block_hash)} | {name: quantity(value) for name, value in where.items()}

    def _tx_receipt(self, row: tuple[Any, ...], place: Place, logs: list[dict[str, Any]]) -> dict[str, Any]:
        block_hash = self._store.block_hash(place.height) or b""
        return tx_receipt_json(row, place, decode_transaction(place.raw).to, block_hash, logs)
