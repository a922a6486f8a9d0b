"""The Merkle tree over the units of a batch: its root, the proof of one unit, and what a proof comes to.

Source: OpenZeppelin "standard-v1" (@openzeppelin/merkle-tree, MerkleProof.sol) with leaf encoding ["bytes32"]: a leaf
is keccak(keccak(unit digest)), leaves are sorted, the tree is a complete binary tree in an array with the leaves last
and in reverse, and a node hashes its two children in ascending order. So it proves membership, not position.
"""

from __future__ import annotations

from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

from node.errors import BadInput
from node.receipts.keccak import keccak

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class UnitTree:
    """The tree over unit digests (SHA-256 of the canonical lines, 32 bytes each) in the order of their list.

    Raises:
        BadInput: there is no unit, or two are the same; ``row`` counts from 1 and names the second.
    """

    def __init__(self, digests: Iterable[bytes]) -> None:
        leaves = [keccak(keccak(digest)) for digest in digests]
        self._nodes = _nodes(leaves)
        self._leaves = leaves
        self._places: dict[bytes, int] | None = None

    @property
    def root(self) -> bytes:
        """The root that stands on chain (32 bytes)."""
        return self._nodes[0]

    def proof(self, position: int) -> tuple[bytes, ...]:
        """Give the sibling hashes from the leaf of a list position (from 0) up to the root."""
        if self._places is None:
            first = len(self._leaves) - 1
            self._places = {leaf: place for place, leaf in enumerate(self._nodes[first:], start=first)}
        place = self._places[self._leaves[position]]
        siblings: list[bytes] = []
        while place > 0:
            siblings.append(self._nodes[place + 1 if place % 2 else place - 1])
            place = (place - 1) // 2
        return tuple(siblings)


def root_of(digests: Iterable[bytes]) -> bytes:
    """Give the root over unit digests; raise BadInput as UnitTree does."""
    return UnitTree(digests).root


def process_proof(digest: bytes, proof: Sequence[bytes]) -> bytes:
    """Give the root that a unit digest and its proof come to."""
    node = keccak(keccak(digest))
    for sibling in proof:
        node = keccak(node + sibling if node < sibling else sibling + node)
    return node


def _nodes(leaves: list[bytes]) -> list[bytes]:
    if not leaves:
        raise BadInput("一批中没有知识单元", "a batch without units")
    if len(set(leaves)) != len(leaves):
        raise _duplicate(leaves)
    nodes = [b""] * (len(leaves) - 1) + sorted(leaves, reverse=True)
    for place in range(len(leaves) - 2, -1, -1):
        left, right = nodes[2 * place + 1], nodes[2 * place + 2]
        nodes[place] = keccak(left + right if left < right else right + left)
    return nodes


def _duplicate(leaves: list[bytes]) -> BadInput:
    pairs = sorted(enumerate(leaves, start=1), key=itemgetter(1))
    first, second = next(
        (one[0], other[0]) for one, other in pairwise(pairs) if one[1] == other[1]
    )
    zh, en = f"第 {first} 条与第 {second} 条知识单元完全相同", f"units {first} and {second} are the same"
    return BadInput(zh, en, row=second)
