"""One state of the chain, read from its tries: accounts, storage, and their Merkle-Patricia proofs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rlp
from trie import HexaryTrie

from node.receipts.first_header import BLANK_ROOT
from node.receipts.keccak import keccak

if TYPE_CHECKING:
    from collections.abc import Callable

EMPTY_CODE_HASH = keccak(b"")
_HASH_LENGTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the state says of an address; all zero and empty for one that never did anything."""

    nonce: int = 0
    balance: int = 0
    storage_root: bytes = BLANK_ROOT
    code_hash: bytes = EMPTY_CODE_HASH


class State:
    """The state under one state root; a node that is missing raises KeyError."""

    def __init__(self, read_node: Callable[[bytes], bytes | None], state_root: bytes) -> None:
        self._nodes = _Nodes(read_node)
        self._state_root = state_root

    def account(self, address: bytes) -> Account:
        """Read an account."""
        encoded = self._trie(self._state_root).get(keccak(address))
        if not encoded:
            return Account()
        nonce, balance, storage_root, code_hash = rlp.decode(encoded)
        return Account(
            nonce=int.from_bytes(nonce, "big"),
            balance=int.from_bytes(balance, "big"),
            storage_root=bytes(storage_root),
            code_hash=bytes(code_hash),
        )

    def code(self, address: bytes) -> bytes:
        """Read an account's code."""
        code_hash = self.account(address).code_hash
        return b"" if code_hash == EMPTY_CODE_HASH else self._nodes[code_hash]

    def storage(self, account: Account, slot: int) -> int:
        """Read a storage slot of an account."""
        encoded = self._trie(account.storage_root).get(_slot_key(slot))
        return int.from_bytes(rlp.decode(encoded), "big") if encoded else 0

    def account_proof(self, address: bytes) -> list[bytes]:
        """Give the encoded nodes from the state root to an account, or to where it is not."""
        return self._proof(self._state_root, keccak(address))

    def storage_proof(self, account: Account, slot: int) -> list[bytes]:
        """Give the encoded nodes from an account's storage root to a slot, or to where it is not."""
        return self._proof(account.storage_root, _slot_key(slot))

    def _proof(self, root: bytes, key: bytes) -> list[bytes]:
        if root == BLANK_ROOT:
            return []
        encoded = [rlp.encode(node) for node in self._trie(root).get_proof(key)]
        # A node shorter than a hash stands inside its parent, and is given there alone (EIP-1186); the root always is.
        return [node for place, node in enumerate(encoded) if place == 0 or len(node) >= _HASH_LENGTH]

    def _trie(self, root: bytes) -> Any:
        return HexaryTrie(self._nodes, root)


class _Nodes:
    """The part of a dict that a trie reads through."""

    def __init__(self, read_node: Callable[[bytes], bytes | None]) -> None:
        self._read_node = read_node

    def __getitem__(self, key: bytes) -> bytes:
        node = self._read_node(key)
        if node is None:
            raise KeyError(key)
        return node

    def __contains__(self, key: bytes) -> bool:
        return self._read_node(key) is not None


def _slot_key(slot: int) -> bytes:
    return keccak(slot.to_bytes(32, "big"))
