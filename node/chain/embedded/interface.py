"""The table of JSON-RPC methods of one chain: which function answers, in which thread, with how many parameters."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from node.chain.embedded.methods import HeaderMethods
from node.chain.embedded.parameters import read_data
from node.chain.embedded.rpc import Dispatcher
from node.chain.embedded.shapes import blob, quantity, transaction_json
from node.chain.embedded.state_methods import StateMethods
from node.receipts.keccak import keccak

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from node.chain.embedded.chain import EmbeddedChain
    from node.chain.embedded.rpc import Method
    from node.chain.embedded.store import Store

CLIENT_VERSION = "zhicang/embedded-qbft/berlin"


def dispatcher(chain: EmbeddedChain, store: Store, run: Callable[..., Awaitable[Any]]) -> Dispatcher:
    """Make the dispatcher; `run` calls a function in the chain's reading thread."""
    headers = HeaderMethods(store)
    states = StateMethods(store, headers, chain.chain_id)
    reading: dict[str, tuple[Callable[..., Any], int, int]] = {
        "eth_blockNumber": (headers.block_number, 0, 0),
        "eth_getBlockByNumber": (headers.block_by_number, 1, 2),
        "eth_getBlockByHash": (headers.block_by_hash, 1, 2),
        "eth_getBlockReceipts": (headers.block_receipts, 1, 1),
        "eth_getBlockTransactionCountByNumber": (headers.count_by_number, 1, 1),
        "eth_getTransactionByBlockNumberAndIndex": (headers.transaction_by_position, 2, 2),
        "eth_getLogs": (headers.logs, 1, 1),
        "eth_getBalance": (states.balance, 1, 2),
        "eth_getCode": (states.code, 1, 2),
        "eth_getStorageAt": (states.storage_at, 2, 3),
        "eth_getProof": (states.proof, 2, 3),
        "eth_call": (states.call, 1, 2),
        "eth_estimateGas": (states.estimate_gas, 1, 2),
    }

    def in_thread(function: Callable[..., Any]) -> Method:
        return functools.partial(run, _in_snapshot, store, function)

    table: dict[str, tuple[Method, int, int]] = {
        name: (in_thread(function), least, most) for name, (function, least, most) in reading.items()
    }
    return Dispatcher(table | _constants(chain) | _pool_methods(chain, headers, states, in_thread))


def _in_snapshot(store: Store, function: Callable[..., Any], *parameters: Any) -> Any:
    with store.snapshot():
        return function(*parameters)


def _constants(chain: EmbeddedChain) -> dict[str, tuple[Method, int, int]]:
    values = {
        "web3_clientVersion": CLIENT_VERSION,
        "net_version": str(chain.chain_id),
        "eth_chainId": quantity(chain.chain_id),
        "eth_gasPrice": quantity(0),
        "eth_syncing": False,
        "eth_accounts": [],
    }

    async def give(value: Any) -> Any:
        return value

    async def sha3(data: Any) -> str:
        return blob(keccak(read_data(data, "data")))

    table: dict[str, tuple[Method, int, int]] = {
        name: (functools.partial(give, value), 0, 0) for name, value in values.items()
    }
    return table | {"web3_sha3": (sha3, 1, 1)}


def _pool_methods(
    chain: EmbeddedChain, headers: HeaderMethods, states: StateMethods, in_thread: Callable[..., Method]
) -> dict[str, tuple[Method, int, int]]:
    """Give the methods that also know the transactions that wait."""

    async def send(raw: Any) -> str:
        return blob(await chain.send(read_data(raw, "transaction")))

    async def count(address: Any, tag: Any = "latest") -> str:
        confirmed: str = await in_thread(states.nonce)(address, tag)
        if tag != "pending":
            return confirmed
        return quantity(chain.pool.next_nonce(read_data(address, "address", 20), int(confirmed, 16)))

    async def transaction(tx_hash: Any) -> Any:
        pending = chain.pool.find(read_data(tx_hash, "transaction hash", 32))
        found = await in_thread(headers.transaction_by_hash)(tx_hash)
        if found is None and pending is not None:
            return transaction_json(pending.transaction, tx_hash=pending.tx_hash, sender=pending.sender)
        return found

    async def receipt(tx_hash: Any) -> Any:
        waiting = chain.pool.find(read_data(tx_hash, "transaction hash", 32))
        found = await in_thread(headers.tx_receipt)(tx_hash)
        if found is None and waiting is not None and chain.stopped is not None:
            raise chain.stopped
        return found

    return {
        "eth_sendRawTransaction": (send, 1, 1),
        "eth_getTransactionCount": (count, 1, 2),
        "eth_getTransactionByHash": (transaction, 1, 1),
        "eth_getTransactionReceipt": (receipt, 1, 1),
    }
