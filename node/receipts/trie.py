"""Paths in Merkle-Patricia tries: from a root down to the value under a key, each node in its one form.

Source: Ethereum yellow paper, appendices C and D. A key is a sequence of nibbles; in the tries of a header none is the
beginning of another, so no value ever stands in a branch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.receipts import strict_rlp
from node.receipts.errors import BadProof
from node.receipts.keccak import keccak

if TYPE_CHECKING:
    from collections.abc import Sequence

    from node.receipts.strict_rlp import Item

HASH_LENGTH = 32
_BRANCH, _SHORT = 17, 2
_LEAF_FLAG = 2
Nibbles = tuple[int, ...]


def nibbles_of(key: bytes) -> Nibbles:
    """Give the nibbles of a key, high ones first."""
    return tuple(int(digit, 16) for digit in key.hex())


def follow(root: bytes, key: Nibbles, nodes: Sequence[bytes]) -> bytes:
    """Follow a path from the root and give the value at its end.

    Raises:
        BadProof: a node does not hash to what its parent names, is not canonical or leads elsewhere; or a node is
            missing at the end, or superfluous.
    """
    wanted = root
    for position, node in enumerate(nodes):
        if keccak(node) != wanted:
            zh = f"第 {position + 1} 个节点的摘要与上级不符"
            raise _bad(zh, f"node {position + 1} is not the one that its parent names")
        if position and len(node) < HASH_LENGTH:
            raise _bad("短节点应嵌在上级之内", "a short node must travel inside its parent")
        step = descend(strict_rlp.decode(node), key)
        if isinstance(step, bytes):
            if position + 1 != len(nodes):
                raise _bad("路径之后有多余的节点", "superfluous nodes after the end of the path")
            return step
        wanted, key = step
    raise _bad("路径不完整", "the path ends too early")


def descend(node: Item, key: Nibbles) -> bytes | tuple[bytes, Nibbles]:
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
                raise _bad("路径通向别的键", "the path leads to another key")
            child, key = node[1], key[len(nibbles) :]
            if leaf:
                return _value(child)
        if isinstance(child, bytes):
            if len(child) != HASH_LENGTH:
                raise _bad("此键下没有值", "there is no value under this key")
            return child, key
        if len(strict_rlp.encode(child)) >= HASH_LENGTH:
            raise _bad("嵌入的节点过长", "an embedded node is too long")
        node = child


def _value(item: Item) -> bytes:
    if not isinstance(item, bytes) or not item:
        raise _bad("叶节点没有值", "a leaf without a value")
    return item


def pack(nibbles: Nibbles, *, leaf: bool) -> bytes:
    """Give the hex-prefix encoding (yellow paper, appendix C)."""
    flag = _LEAF_FLAG if leaf else 0
    padded = (flag + 1, *nibbles) if len(nibbles) % 2 else (flag, 0, *nibbles)
    return bytes(16 * high + low for high, low in zip(padded[::2], padded[1::2], strict=True))


def _unpack(item: Item) -> tuple[Nibbles, bool]:
    """Read the hex-prefix encoding strictly; give the nibbles and whether the node is a leaf."""
    nibbles = nibbles_of(item) if isinstance(item, bytes) else ()
    leaf = bool(nibbles) and nibbles[0] >= _LEAF_FLAG
    rest = nibbles[1:] if nibbles and nibbles[0] % 2 else nibbles[2:]
    if not isinstance(item, bytes) or pack(rest, leaf=leaf) != item or not (leaf or rest):
        raise _bad("节点前缀不是规范形式", "a node's prefix is not canonical")
    return rest, leaf


def _bad(zh: str, en: str) -> BadProof:
    return BadProof(f"树路径不成立:{zh}", f"the trie path does not hold: {en}")
