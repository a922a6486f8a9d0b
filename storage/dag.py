"""Reading dag-pb nodes: what a file, folder or sharded folder is made of.

Source: the dag-pb specification (PBNode, PBLink) and UnixFS (Data). Nodes of foreign profiles are read as well: leaves
and inner nodes with bytes of their own, links of other versions. The bytes were checked against their CID before.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from storage.cid import Cid
from storage.errors import Damaged, MalformedId
from storage.hamt import FANOUT, PREFIX
from storage.protobuf import fields_of
from storage.unixfs import Link

_MURMUR3 = 0x22


class NodeKind(IntEnum):
    """What a node is, as numbered by UnixFS."""

    RAW = 0
    FOLDER = 1
    FILE = 2
    METADATA = 3
    SYMLINK = 4
    SHARD = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One dag-pb node of UnixFS.

    Attributes:
        kind: what it is.
        links: its children in order.
        data: bytes of its own: content that comes before its children's, a link's target, a shard's bit field.
        size: bytes of content that it claims for itself and all below.
        sizes: what it claims for each child.
    """

    kind: NodeKind
    links: tuple[Link, ...]
    data: bytes = b""
    size: int = 0
    sizes: tuple[int, ...] = ()

    @property
    def is_file(self) -> bool:
        """Whether it has content: a file's top, inner node or leaf."""
        return self.kind in (NodeKind.FILE, NodeKind.RAW)

    def entries(self) -> list[Link]:
        """Give the entries of a folder or of this node of a sharded one; of deeper nodes the names are empty."""
        if self.kind is NodeKind.FOLDER:
            return list(self.links)
        if self.kind is not NodeKind.SHARD or any(len(link.name) < PREFIX for link in self.links):
            raise malformed_node()
        return [Link(link.name[PREFIX:], link.cid, link.dag_size) for link in self.links]


def links_of(data: bytes) -> list[Link]:
    """Give the links of any dag-pb node, UnixFS or not; raise Damaged when it is none."""
    return _parsed(data)[0]


def read_node(data: bytes) -> Node:
    """Read a node of UnixFS; raise Damaged when it is none, or contradicts itself."""
    links, inner = _parsed(data)
    if inner is None:
        raise malformed_node()
    numbers: dict[int, int] = {}
    sizes: list[int] = []
    content = b""
    try:
        for number, value in fields_of(inner):
            if number == 2 and isinstance(value, bytes):  # noqa: PLR2004 - Data.Data
                content = value
            elif number == 4 and isinstance(value, int):  # noqa: PLR2004 - Data.blocksizes
                sizes.append(value)
            elif isinstance(value, int):
                numbers[number] = value
        node = Node(
            kind=NodeKind(numbers[1]), links=tuple(links), data=content, size=numbers.get(3, 0), sizes=tuple(sizes)
        )
    except (KeyError, IndexError, ValueError) as error:
        raise malformed_node() from error
    _check(node, numbers)
    return node


def file_links(data: bytes) -> list[Link]:
    """Give the children of a file's node in order; raise Damaged when it is none."""
    node = read_node(data)
    if node.kind is not NodeKind.FILE:
        raise malformed_node()
    return list(node.links)


def malformed_node() -> Damaged:
    """Give the error for a block that is not what its place asks for."""
    return Damaged("数据块不是这类 UnixFS 节点", "the block is no UnixFS node of this kind")


def _check(node: Node, numbers: dict[int, int]) -> None:
    if node.is_file and (len(node.sizes) != len(node.links) or (node.links and node.size != _claimed(node))):
        raise malformed_node()
    if node.kind is NodeKind.SHARD and (numbers.get(5), numbers.get(6)) != (_MURMUR3, FANOUT):
        raise malformed_node()


def _claimed(node: Node) -> int:
    return len(node.data) + sum(node.sizes)


def _parsed(data: bytes) -> tuple[list[Link], bytes | None]:
    links: list[Link] = []
    inner: bytes | None = None
    try:
        for number, value in fields_of(data):
            if number == 2 and isinstance(value, bytes):  # noqa: PLR2004 - PBNode.Links
                links.append(_link(value))
            elif number == 1 and isinstance(value, bytes) and inner is None:
                inner = value
            else:
                raise malformed_node()
    except (KeyError, IndexError, ValueError, TypeError, MalformedId) as error:
        raise malformed_node() from error
    return links, inner


def _link(data: bytes) -> Link:
    parts = dict(fields_of(data))
    cid, name, dag_size = parts[1], parts.get(2, b""), parts.get(3, 0)
    if not isinstance(cid, bytes) or not isinstance(name, bytes) or not isinstance(dag_size, int):
        raise TypeError(data)
    return Link(name.decode(), Cid.from_foreign(cid), dag_size)
