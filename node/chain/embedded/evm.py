"""The EVM under the embedded chain: py-evm's BerlinVM with the rules of a QBFT chain, over a read function.

| override | what goes wrong without it |
|---|---|
| previous hashes by the engine's rule (round 0, no seals) | BLOCKHASH is wrong, and with it gas or receipts root |
| code size limit of the genesis (65,536) | a large contract deploys here and not there |
| coinbase = the header's miner | COINBASE is wrong |
| no reward step (`finalize_block` is never called) | an empty account for the miner: state root |
"""

from __future__ import annotations

import functools
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eth import EVM_RECURSION_LIMIT
from eth.consensus.context import ConsensusContext
from eth.consensus.noproof import NoProofConsensus
from eth.db.backends.base import BaseAtomicDB
from eth.exceptions import OutOfGas
from eth.rlp.headers import BlockHeader
from eth.vm.chain_context import ChainContext
from eth.vm.forks.berlin import BerlinVM
from eth.vm.forks.berlin.computation import BerlinComputation
from eth.vm.forks.berlin.state import BerlinState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from node.receipts.header import Header

    NodeReader = Callable[[bytes], bytes | None]

sys.setrecursionlimit(EVM_RECURSION_LIMIT)
"""What 1024 nested calls of the EVM take. A dependency of py-evm sets 100,000, and at that a hostile document of a few
kilobytes (deeply nested JSON) overflows the C stack of its parser, which ends the process, where it should raise."""

CODE_SIZE_LIMIT = 65_536
_HASH_WINDOW = 256


class TrieOverlay(BaseAtomicDB):  # type: ignore[misc]
    """Trie nodes and code read through a function; what is written stays in ``written``.

    Nodes are named by their own hash, so nothing is ever overwritten, and a deletion can wait for ever: old states stay
    readable, which historical proofs need.
    """

    def __init__(self, read_node: NodeReader) -> None:
        self._read_node = read_node
        self.written: dict[bytes, bytes] = {}

    def __getitem__(self, key: bytes) -> bytes:
        value = self.written.get(key)
        if value is None and (value := self._read_node(key)) is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self.written[key] = value

    def __delitem__(self, key: bytes) -> None:
        self.written.pop(key, None)

    def _exists(self, key: bytes) -> bool:
        return key in self.written or self._read_node(key) is not None

    @contextmanager
    def atomic_batch(self) -> Iterator[TrieOverlay]:
        """Write at once: the whole overlay is one batch, which its owner keeps or drops."""
        yield self


@dataclass(frozen=True, slots=True, kw_only=True)
class EvmRules:
    """What of execution depends on the network: its genesis, and what is peculiar to its engine (``state_class``)."""

    code_size_limit: int = CODE_SIZE_LIMIT
    state_class: type[BerlinState] = BerlinState


EMBEDDED_RULES = EvmRules()


class _PreviousHashes:
    """The hashes before a height, newest first, each read when BLOCKHASH asks and not before."""

    def __init__(self, height: int, previous_hash: Callable[[int], bytes | None]) -> None:
        self._height = height
        self._previous_hash = previous_hash

    def __iter__(self) -> Iterator[bytes]:
        for height in range(self._height - 1, max(self._height - 1 - _HASH_WINDOW, -1), -1):
            if (block_hash := self._previous_hash(height)) is None:
                return
            yield block_hash


class _ChainDatabase:
    """All of a chain database that a VM touches while it only executes."""

    def __init__(self, db: TrieOverlay) -> None:
        self.db = db


class _QbftVM(BerlinVM):  # type: ignore[misc]
    consensus_class = NoProofConsensus
    past: Any = ()

    @property
    def previous_hashes(self) -> Any:
        return self.past


@functools.cache
def _vm_class(rules: EvmRules) -> Any:
    class Computation(BerlinComputation):  # type: ignore[misc]
        @classmethod
        def validate_contract_code(cls, contract_code: bytes) -> None:
            if len(contract_code) > rules.code_size_limit:
                raise OutOfGas(f"contract code of {len(contract_code)} bytes exceeds {rules.code_size_limit}")

    base: Any = rules.state_class

    class State(base):  # type: ignore[misc]
        computation_class = Computation

    class VM(_QbftVM):
        _state_class = State

    return VM


def qbft_vm(
    header: Header,
    state_root: bytes,
    overlay: TrieOverlay,
    *,
    chain_id: int,
    previous_hash: Callable[[int], bytes | None],
    rules: EvmRules = EMBEDDED_RULES,
) -> Any:
    """Make a VM that stands at `state_root` and sees the block context of `header`."""
    execution_header = BlockHeader(
        difficulty=header.difficulty,
        block_number=header.number,
        gas_limit=header.gas_limit,
        timestamp=header.timestamp,
        coinbase=header.miner,
        parent_hash=header.parent_hash,
        state_root=state_root,
        mix_hash=header.mix_hash,
        nonce=header.nonce,
    )
    vm = _vm_class(rules)(execution_header, _ChainDatabase(overlay), ChainContext(chain_id), ConsensusContext(overlay))
    vm.past = _PreviousHashes(header.number, previous_hash)
    return vm
