"""Sharded folders (HAMT): the nodes of a folder whose single block would pass 262,144 bytes.

Source: the UnixFS specification, HAMTShard. 256 children a node; a name's place is the first 64 bits of its
murmur3-x64-128, one byte a level, the most significant first. A child's link is named by two hexadecimal digits,
followed by the name when it is an entry and by nothing when it is a deeper node.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import mmh3

from storage.cid import DAG_PB, Cid
from storage.errors import UnsafeName
from storage.protobuf import field_of, link_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from storage.unixfs import Link

FANOUT = 256
LEVELS = 8
"""Bytes of the hash: names that agree in all of them have no place beside each other."""
PREFIX = 2
"""Hexadecimal digits before a name."""
_TAIL = b"\x28\x22\x30\x80\x02"
"""hashType murmur3-x64-64 (0x22), fanout 256."""


@dataclass(slots=True)
class _Node:
    children: dict[int, _Node | tuple[bytes, Link]] = field(default_factory=dict)


def place_of(name: str) -> bytes:
    """Give the eight bytes that lead to a name, first level first."""
    return mmh3.mmh3_x64_128_digest(name.encode())[:LEVELS][::-1]


def build_shards(links: Iterable[Link], sink: Callable[[bytes, bytes], None]) -> tuple[Cid, int]:
    """Give the CID of a sharded folder and the bytes of all blocks under it; ``sink`` gets each node, children first.

    Raise UnsafeName when two names have the same 64-bit hash (by no accident).
    """
    top = _Node()
    for link in links:
        _insert(top, place_of(link.name), link)
    return _write(top, sink)


def _insert(top: _Node, place: bytes, link: Link) -> None:
    node = top
    for level in range(LEVELS):
        found = node.children.get(place[level])
        if found is None:
            node.children[place[level]] = (place, link)
            return
        if not isinstance(found, _Node):
            if level + 1 == LEVELS:
                break
            deeper = _Node({found[0][level + 1]: found})
            node.children[place[level]] = found = deeper
        node = found
    zh, en = "与同一文件夹中另一个名称的散列相同,无法分片存放", "its hash equals that of another name in this folder"
    raise UnsafeName(zh, en, file=link.name)


def _write(node: _Node, sink: Callable[[bytes, bytes], None]) -> tuple[Cid, int]:
    """Write a node after its children; the depth is at most LEVELS."""
    links: list[bytes] = []
    bits = dag_size = 0
    for position, child in sorted(node.children.items()):
        bits |= 1 << position
        prefix = f"{position:02X}"
        if isinstance(child, _Node):
            cid, size = _write(child, sink)
            links.append(link_of(prefix, cid, size))
        else:
            size = child[1].dag_size
            links.append(link_of(prefix + child[1].name, child[1].cid, size))
        dag_size += size
    bitfield = bits.to_bytes((bits.bit_length() + 7) // 8, "big")
    data = b"".join(links) + field_of(0x0A, b"\x08\x05" + field_of(0x12, bitfield) + _TAIL)
    digest = hashlib.sha256(data).digest()
    sink(digest, data)
    return Cid(DAG_PB, digest), len(data) + dag_size
