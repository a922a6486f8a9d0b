"""Going through a DAG, one block at a time: all of it, one entity of it, the blocks of a range, the end of a path.

Memory is bounded whatever the DAG is: it may be deep, it may repeat itself for ever, it may lie about sizes. What goes
too deep or fans out too far is DagTooLarge; a node that contradicts another is Damaged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from storage.block_source import block_of
from storage.cbor_links import cbor_links, read_cbor
from storage.cid import DAG_CBOR, RAW, Cid
from storage.dag import Node, NodeKind, links_of, malformed_node, read_node
from storage.errors import DagTooLarge, Damaged, UnknownPath
from storage.hamt import LEVELS, PREFIX, place_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from storage.block_source import BlockSource
    from storage.unixfs import Link

DEEPEST = 1024
"""Blocks above each other."""
MOST_PENDING = 1_000_000
"""Links that wait for their turn while one branch is followed."""


def children_of(cid: Cid, data: bytes) -> list[Cid]:
    """Give what a block links to, in order; raise Damaged when it is not of its codec."""
    if cid.codec == RAW:
        return []
    if cid.codec == DAG_CBOR:
        return cbor_links(read_cbor(data))
    return [link.cid for link in links_of(data)]


async def walk(source: BlockSource, root: Cid, *, dups: bool = False) -> AsyncIterator[tuple[Cid, bytes]]:
    """Give the blocks of a DAG, depth first, each once or, with ``dups``, as often as it is linked to."""
    seen: set[tuple[int, bytes | None]] = set()
    waiting: list[Iterator[Cid]] = [iter([root])]
    pending = [1]
    while waiting:
        cid = next(waiting[-1], None)
        if cid is None:
            waiting.pop()
            pending.pop()
            continue
        if not dups:
            if (name := (cid.codec, cid.digest or cid.inline)) in seen:
                continue
            seen.add(name)
        data = await block_of(source, cid)
        yield cid, data
        if below := children_of(cid, data):
            waiting.append(iter(below))
            pending.append(len(below))
            _check_bounds(len(waiting), sum(pending))


def content_of(cid: Cid, data: bytes) -> tuple[bytes, int, list[tuple[Cid, int]]]:
    """Give a file block's own bytes, the bytes that it claims in all, and its children with what it claims for each.

    Raise Damaged when it is no block of a file.
    """
    if cid.codec == RAW:
        return data, len(data), []
    node = read_node(data) if cid.codec != DAG_CBOR else None
    if node is None or not node.is_file:
        raise malformed_node()
    below = [(link.cid, size) for link, size in zip(node.links, node.sizes, strict=True)]
    return node.data, len(node.data) + sum(node.sizes), below


async def file_blocks(
    source: BlockSource, root: Cid, first: int, end: int
) -> AsyncIterator[tuple[Cid, bytes, memoryview]]:
    """Give the blocks of a file that the bytes first … end - 1 need, in order, each with those of its own bytes.

    Raise Damaged where a block has not the size that its parent claims, or the root is no file.
    """
    waiting: list[tuple[Cid, int | None, int, int]] = [(root, None, 0, 0)]
    while waiting:
        cid, claimed, offset, depth = waiting.pop()
        data = await block_of(source, cid)
        own, size, below = content_of(cid, data)
        if claimed is not None and size != claimed:
            raise _contradiction(cid)
        yield cid, data, memoryview(own)[max(0, first - offset) : max(0, end - offset)]
        place = offset + len(own)
        needed: list[tuple[Cid, int | None, int, int]] = []
        for child, length in below:
            if max(first, place) < min(end, place + length):
                needed.append((child, length, place, depth + 1))
            place += length
        waiting += reversed(needed)
        _check_bounds(depth, len(waiting))


async def entries(source: BlockSource, folder: Cid) -> AsyncIterator[Link]:
    """Give the entries of a folder, sharded or not; raise Damaged when it is none."""
    async for _, node in folder_blocks(source, folder):
        for link in node.entries():
            if node.kind is NodeKind.FOLDER or link.name:
                yield link


async def folder_blocks(source: BlockSource, folder: Cid) -> AsyncIterator[tuple[Cid, Node]]:
    """Give the blocks that a folder's list of entries is made of; raise Damaged when it is no folder."""
    waiting = [(folder, 0)]
    seen: set[Cid] = set()
    while waiting:
        cid, level = waiting.pop()
        if cid in seen:  # what lies in a shard has its place by the hash of its name: no two places hold the same
            raise malformed_node()
        seen.add(cid)
        node = await node_of(source, cid)
        below = node.entries()
        if level and node.kind is not NodeKind.SHARD:
            raise malformed_node()
        yield cid, node
        if node.kind is NodeKind.SHARD:
            deeper = [(link.cid, level + 1) for link in below if not link.name]
            if deeper and level + 1 == LEVELS:
                raise malformed_node()
            waiting += reversed(deeper)
            _check_bounds(0, len(waiting))


async def node_of(source: BlockSource, cid: Cid) -> Node:
    """Read a dag-pb node of UnixFS; raise Damaged when it is none."""
    if cid.codec in (RAW, DAG_CBOR):
        raise malformed_node()
    return read_node(await block_of(source, cid))


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Where a path led: the blocks from the root to its end, both included, and the one that stands for each segment.

    ``inside`` says that it ends in the middle of its last block, at what is no link of a dag-cbor block.
    """

    blocks: list[Cid]
    roots: list[Cid]
    inside: bool = False

    @property
    def end(self) -> Cid:
        """The block at the end."""
        return self.blocks[-1]


async def follow(source: BlockSource, root: Cid, path: Sequence[str]) -> Followed:
    """Go from a root to the end of a path; raise UnknownPath when it leads nowhere."""
    blocks, roots = [root], [root]
    inside: Any = None
    for segment in path:
        cid = blocks[-1]
        if cid.codec == DAG_CBOR:
            inside = _step(read_cbor(await block_of(source, cid)) if inside is None else inside, segment)
            if isinstance(inside, Cid):
                blocks.append(inside)
                inside = None
        elif cid.codec == RAW:
            raise UnknownPath(f"路径中没有 {segment[:80]}", f"the path has no {segment[:80]}", file=segment[:80])
        else:
            blocks += await _entry(source, cid, segment)
        roots.append(blocks[-1])
    return Followed(blocks=blocks, roots=roots, inside=inside is not None)


def _step(value: Any, segment: str) -> Any:
    found = None
    if isinstance(value, dict):
        found = value.get(segment)
    elif isinstance(value, list) and segment.isascii() and segment.isdecimal() and len(segment) <= 9:  # noqa: PLR2004
        found = value[int(segment)] if int(segment) < len(value) else None
    if found is None:
        raise UnknownPath(f"路径中没有 {segment[:80]}", f"the path has no {segment[:80]}", file=segment[:80])
    return found


async def _entry(source: BlockSource, folder: Cid, name: str) -> list[Cid]:
    """Give the blocks that lead from a folder to an entry, the folder's own left out."""
    passed: list[Cid] = []
    node, level, place = await node_of(source, folder), 0, place_of(name)
    if node.kind not in (NodeKind.FOLDER, NodeKind.SHARD):
        raise UnknownPath(f"路径中没有 {name[:80]}", f"the path has no {name[:80]}", file=name[:80])
    while node.kind is NodeKind.SHARD:
        prefix = f"{place[level]:02X}"
        link = next((link for link in node.links if link.name in (prefix, prefix + name)), None)
        if link is None:
            break
        passed.append(link.cid)
        if len(link.name) > PREFIX:
            return passed
        node, level = await node_of(source, link.cid), level + 1
        if node.kind is not NodeKind.SHARD or level == LEVELS:
            raise malformed_node()
    else:
        for link in node.links:
            if link.name == name:
                return [link.cid]
    raise UnknownPath(f"路径中没有 {name[:80]}", f"the path has no {name[:80]}", file=name[:80])


def _check_bounds(depth: int, pending: int) -> None:
    if depth > DEEPEST or pending > MOST_PENDING:
        zh = f"DAG 过深或过宽(超过 {DEEPEST} 层,或同时有 {MOST_PENDING} 个链接待取),不处理"
        en = f"the DAG is too deep or too wide (over {DEEPEST} levels, or {MOST_PENDING} links waiting at once)"
        raise DagTooLarge(zh, en)


def _contradiction(cid: Cid) -> Damaged:
    zh, en = f"数据块 {cid} 的长度与上级节点所称不符", f"block {cid} has not the size that its parent claims"
    return Damaged(zh, en)
