"""Execution: transactions applied to a state on py-evm's BerlinVM, with the roots that their header must carry.

Pure: it reads trie nodes through a function, writes none, and gives the new ones back. The header rules (seal, extra
data, timestamps) are elsewhere; so the sealer, recovery after a crash and a replay of a foreign QBFT chain all run
this one function. What py-evm needs overridden, and what each override prevents, stands at ``_QbftVM``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eth._utils.address import generate_contract_address
from eth.db.trie import make_trie_root_and_nodes
from eth.vm.forks.berlin.transactions import BerlinTransactionBuilder
from eth_utils.exceptions import ValidationError
from rlp.exceptions import RLPException

from node.chain.embedded.evm import EMBEDDED_RULES, TrieOverlay, qbft_vm

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from node.chain.embedded.evm import EvmRules, NodeReader
    from node.receipts.header import Header


class UnexecutableError(ValueError):
    """A transaction that no header may hold: wrong nonce, unpaid value, too little gas, no room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """One log of a transaction; topics are 32 bytes each."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TxReceipt:
    """What became of one transaction; ``contract`` is the address that a creation made."""

    succeeded: bool
    gas_used: int
    cumulative_gas: int
    bloom: bytes
    contract: bytes | None
    logs: tuple[Log, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a header over these transactions must say, and the trie nodes and code that are new."""

    state_root: bytes
    transactions_root: bytes
    receipts_root: bytes
    logs_bloom: bytes
    gas_used: int
    tx_receipts: tuple[TxReceipt, ...]
    nodes: dict[bytes, bytes]


def execute(
    header: Header,
    transactions: Sequence[bytes],
    *,
    parent_state_root: bytes,
    chain_id: int,
    read_node: NodeReader,
    previous_hash: Callable[[int], bytes | None],
    fill: bool = False,
    rules: EvmRules = EMBEDDED_RULES,
) -> Outcome:
    """Apply raw transactions in order.

    Args:
        header: supplies miner, height, time, gas limit, difficulty and mix hash; its roots are not looked at.
        transactions: raw signed transactions; the caller has checked chain id and gas price, which py-evm does not.
        parent_state_root: where execution begins.
        chain_id: what the CHAINID opcode gives.
        read_node: gives a trie node or code by its keccak-256, or None.
        previous_hash: gives the block hash at a height below this header's, by the engine's own rule.
        fill: stop before the first transaction for which no gas is left, instead of raising.
        rules: what depends on the network.

    Raises:
        UnexecutableError: a transaction cannot stand at its place.
    """
    overlay = TrieOverlay(read_node)
    vm = qbft_vm(header, parent_state_root, overlay, chain_id=chain_id, previous_hash=previous_hash, rules=rules)
    running = vm.get_header()
    applied: list[Any] = []
    receipts: list[Any] = []
    for position, raw in enumerate(transactions):
        try:
            transaction = BerlinTransactionBuilder.decode(raw)
            if fill and position and running.gas_used + transaction.gas > header.gas_limit:
                break
            receipt, _ = vm.apply_transaction(running, transaction)
        except (ValidationError, RLPException) as error:
            message = f"transaction {position}: {error}"
            raise UnexecutableError(message) from error
        running = vm.add_receipt_to_header(running, receipt)
        applied.append(transaction)
        receipts.append(receipt)
    vm.state.persist()
    return Outcome(
        state_root=vm.state.state_root,
        transactions_root=make_trie_root_and_nodes(applied)[0],
        receipts_root=make_trie_root_and_nodes(receipts)[0],
        logs_bloom=running.bloom.to_bytes(256, "big"),
        gas_used=running.gas_used,
        tx_receipts=_tx_receipts(applied, receipts),
        nodes=overlay.written,
    )


def _tx_receipts(transactions: Sequence[Any], receipts: Sequence[Any]) -> tuple[TxReceipt, ...]:
    made, before = [], 0
    for transaction, receipt in zip(transactions, receipts, strict=True):
        created = None if transaction.to else generate_contract_address(transaction.sender, transaction.nonce)
        made.append(
            TxReceipt(
                succeeded=receipt.state_root == b"\x01",
                gas_used=receipt.gas_used - before,
                cumulative_gas=receipt.gas_used,
                bloom=receipt.bloom.to_bytes(256, "big"),
                contract=created,
                logs=tuple(
                    Log(
                        address=log.address,
                        topics=tuple(topic.to_bytes(32, "big") for topic in log.topics),
                        data=log.data,
                    )
                    for log in receipt.logs
                ),
            )
        )
        before = receipt.gas_used
    return tuple(made)
