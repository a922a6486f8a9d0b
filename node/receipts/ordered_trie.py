"""The trie over the transactions, or the transaction receipts, of one header: its root, the path to one, and the walk.

Source: Ethereum yellow paper, appendix D: a Merkle-Patricia trie keyed by rlp(index); these encodings are prefix-free.
`OrderedTrie` serves those who make proofs, `walk` those who check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.receipts import strict_rlp
from node.receipts.keccak import keccak
from node.receipts.trie import HASH_LENGTH, descend, follow, nibbles_of, pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.receipts.strict_rlp import Item
    from node.receipts.trie import Nibbles


class OrderedTrie:
    """The whole trie of a list of encoded values."""

    def __init__(self, values: Sequence[bytes]) -> None:
        self._bodies: dict[bytes, bytes] = {}
        entries = [(key_of(index), value) for index, value in enumerate(values)]
        root: Item = self._node(entries, 0) if entries else b""
        body = strict_rlp.encode(root)
        self.root = keccak(body)
        """The root hash, as the header holds it."""
        self._bodies[self.root] = body

    def path(self, index: int) -> tuple[bytes, ...]:
        """Give the nodes from the root to a value, in order; nodes under 32 bytes travel inside their parent."""
        nodes: list[bytes] = []
        key, wanted = key_of(index), self.root
        while True:
            nodes.append(self._bodies[wanted])
            step = descend(strict_rlp.decode(nodes[-1]), key)
            if isinstance(step, bytes):
                return tuple(nodes)
            wanted, key = step

    def _node(self, entries: list[tuple[Nibbles, bytes]], depth: int) -> Item:
        first = entries[0][0]
        if len(entries) == 1:
            return [pack(first[depth:], leaf=True), entries[0][1]]
        shared = depth
        while all(key[shared] == first[shared] for key, _ in entries):
            shared += 1
        if shared > depth:
            return [pack(first[depth:shared], leaf=False), self._reference(self._node(entries, shared))]
        branch: list[Item] = []
        for nibble in range(16):
            below = [entry for entry in entries if entry[0][depth] == nibble]
            branch.append(self._reference(self._node(below, depth + 1)) if below else b"")
        return [*branch, b""]

    def _reference(self, node: Item) -> Item:
        body = strict_rlp.encode(node)
        if len(body) < HASH_LENGTH:
            return node
        self._bodies[keccak(body)] = body
        return keccak(body)


def root_of(values: Sequence[bytes]) -> bytes:
    """Give the root hash over encoded values."""
    return OrderedTrie(values).root


def key_of(index: int) -> Nibbles:
    """Give the nibbles of rlp(index)."""
    return nibbles_of(strict_rlp.encode(strict_rlp.from_int(index)))


def walk(root: bytes, index: int, nodes: Sequence[bytes]) -> bytes:
    """Follow the path of an index from the root and give the value at its end; raise BadProof as `trie.follow` does."""
    return follow(root, key_of(index), nodes)
