"""The trie over the transactions, or the transaction receipts, of one header: its root, the path to one, and the walk.

Source: Ethereum yellow paper, appendices C and D: a Merkle-Patricia trie keyed by rlp(index). Encodings of indexes are
prefix-free, so no value ever stands in a branch. `OrderedTrie` serves those who make proofs, `walk` those who check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.receipts import strict_rlp
from node.receipts.errors import BadProof
from node.receipts.keccak import keccak

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.receipts.strict_rlp import Item

_HASH_LENGTH = 32
_BRANCH, _SHORT = 17, 2
_LEAF_FLAG = 2
Nibbles = tuple[int, ...]


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
            step = _descend(strict_rlp.decode(nodes[-1]), key)
            if isinstance(step, bytes):
                return tuple(nodes)
            wanted, key = step

    def _node(self, entries: list[tuple[Nibbles, bytes]], depth: int) -> Item:
        first = entries[0][0]
        if len(entries) == 1:
            return [_pack(first[depth:], leaf=True), entries[0][1]]
        shared = depth
        while all(key[shared] == first[shared] for key, _ in entries):
            shared += 1
        if shared > depth:
            return [_pack(first[depth:shared], leaf=False), self._reference(self._node(entries, shared))]
        branch: list[Item] = []
        for nibble in range(16):
            below = [entry for entry in entries if entry[0][depth] == nibble]
            branch.append(self._reference(self._node(below, depth + 1)) if below else b"")
        return [*branch, b""]

    def _reference(self, node: Item) -> Item:
        body = strict_rlp.encode(node)
        if len(body) < _HASH_LENGTH:
            return node
        self._bodies[keccak(body)] = body
        return keccak(body)


def root_of(values: Sequence[bytes]) -> bytes:
    """Give the root hash over encoded values."""
    return OrderedTrie(values).root


def key_of(index: int) -> Nibbles:
    """Give the nibbles of rlp(index)."""
    return tuple(int(digit, 16) for digit in strict_rlp.encode(strict_rlp.from_int(index)).hex())


def walk(root: bytes, index: int, nodes: Sequence[bytes]) -> bytes:
    """Follow a path from the root and give the value at its end.

    Raises:
        BadProof: a node does not hash to what its parent names, is not canonical or leads elsewhere; or a node is
            missing at the end, or superfluous.
    """
    key, wanted = key_of(index), root
    for position, node in enumerate(nodes):
        if keccak(node) != wanted:
            zh = f"第 {position + 1} 个节点的摘要与上级不符"
            raise _bad(zh, f"node {position + 1} is not the one that its parent names")
        if position and len(node) < _HASH_LENGTH:
            raise _bad("短节点应嵌在上级之内", "a short node must travel inside its parent")
        step = _descend(strict_rlp.decode(node), key)
        if isinstance(step, bytes):
            if position + 1 != len(nodes):
                raise _bad("路径之后有多余的节点", "superfluous nodes after the end of the path")
            return step
        wanted, key = step
    raise _bad("路径不完整", "the path ends too early")


def _descend(node: Item, key: Nibbles) -> bytes | tuple[bytes, Nibbles]:
    """Go down through a node and those embedded in it; give the value, or the next node's hash and the key's rest."""
    while True:
        if not isinstance(node, list) or len(node) not in {_SHORT, _BRANCH}:
            raise _bad("不是树节点", "not a trie node")
        if len(node) == _BRANCH:
            if not key:
                raise _bad("路径停在分支上", "the path stops at a branch")
            child, key = node[key[0]], key[1:]
        else:
            nibbles, leaf = _unpack(node[0])
            if key[: len(nibbles)] != nibbles or (leaf and len(key) != len(nibbles)):
                raise _bad("路径通向别的序号", "the path leads to another index")
            child, key = node[1], key[len(nibbles) :]
            if leaf:
                return _value(child)
        if isinstance(child, bytes):
            if len(child) != _HASH_LENGTH:
                raise _bad("此序号下没有值", "there is no value under this index")
            return child, key
        if len(strict_rlp.encode(child)) >= _HASH_LENGTH:
            raise _bad("嵌入的节点过长", "an embedded node is too long")
        node = child


def _value(item: Item) -> bytes:
    if not isinstance(item, bytes) or not item:
        raise _bad("叶节点没有值", "a leaf without a value")
    return item


def _pack(nibbles: Nibbles, *, leaf: bool) -> bytes:
    """Give the hex-prefix encoding (yellow paper, appendix C)."""
    flag = _LEAF_FLAG if leaf else 0
    padded = (flag + 1, *nibbles) if len(nibbles) % 2 else (flag, 0, *nibbles)
    return bytes(16 * high + low for high, low in zip(padded[::2], padded[1::2], strict=True))


def _unpack(item: Item) -> tuple[Nibbles, bool]:
    """Read the hex-prefix encoding strictly; give the nibbles and whether the node is a leaf."""
    nibbles = tuple(int(digit, 16) for digit in item.hex()) if isinstance(item, bytes) else ()
    leaf = bool(nibbles) and nibbles[0] >= _LEAF_FLAG
    rest = nibbles[1:] if nibbles and nibbles[0] % 2 else nibbles[2:]
    if not isinstance(item, bytes) or _pack(rest, leaf=leaf) != item or not (leaf or rest):
        raise _bad("节点前缀不是规范形式", "a node's prefix is not canonical")
    return rest, leaf


def _bad(zh: str, en: str) -> BadProof:
    return BadProof(f"树路径不成立:{zh}", f"the trie path does not hold: {en}")
