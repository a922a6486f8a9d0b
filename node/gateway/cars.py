"""Answers of many blocks: a CAR with the blocks of the path, then those of the scope at its end, depth first.

Source: Trustless Gateway, CAR Responses; IPIP-402 (dag-scope, entity-bytes), IPIP-412 (order, dups). What identity
CIDs hold is in the block above them and in no CAR.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from node.gateway.answer_headers import saved_as
from node.gateway.ranges import EntityBytes
from node.gateway.refusal import bad
from node.gateway.sending import send
from storage.block_source import block_of
from storage.car import car_header, car_section
from storage.cid import DAG_CBOR, RAW
from storage.dag import NodeKind, read_node
from storage.errors import Damaged
from storage.traversal import content_of, file_blocks, folder_blocks, walk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from node.gateway.accept import Wanted
    from node.gateway.asked import Asked
    from node.gateway.content_path import ContentPath
    from storage.block_source import BlockSource
    from storage.cid import Cid
    from storage.traversal import Followed

SCOPES = ("block", "entity", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which blocks below the end of a path: it alone, what one file or folder is made of, or everything."""

    name: str
    bytes: EntityBytes | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Scope:
        """Read the parameters; raise Refusal 400."""
        part = EntityBytes.read(query["entity-bytes"]) if "entity-bytes" in query else None
        name = query.get("dag-scope", "all" if part is None else "entity")
        if name not in SCOPES:
            raise bad("dag-scope 应为 block、entity 或 all", "dag-scope must be block, entity or all")
        return cls(name=name, bytes=part if name == "entity" else None)


async def give_car(asked: Asked) -> web.StreamResponse:
    """Answer with a CAR; HEAD reads the path and nothing below."""
    scope = Scope.read(asked.path.query)
    if asked.end.inline is None:
        await asked.source.size(asked.end)  # what is not here is told before anything is sent
    etag = _etag(asked.path, scope, asked.wanted)
    headers = asked.caching(etag)
    if asked.knows(etag):
        return web.Response(status=304, headers=headers)
    headers |= saved_as(asked.path, str(asked.path.cid), asked.wanted.form)
    headers |= {
        "Accept-Ranges": "none",
        "Content-Type": asked.wanted.car_type,
        "X-Content-Type-Options": "nosniff",
        "X-Ipfs-Roots": asked.roots,
    }
    sections = _sections(asked.source, asked.followed, scope, dups=asked.wanted.dups)
    return await send(asked.request, headers, sections)


def _etag(path: ContentPath, scope: Scope, wanted: Wanted) -> str:
    """Name what would be sent: weak, as others send the same blocks in other bytes."""
    said = repr((path.segments, scope.name, str(scope.bytes), wanted.order, wanted.dups))
    return f'W/"{path.cid}.car.{scope.name}.{hashlib.sha256(said.encode()).hexdigest()[:16]}"'


async def _sections(source: BlockSource, followed: Followed, scope: Scope, *, dups: bool) -> AsyncIterator[bytes]:
    yield car_header(followed.end)
    for cid in followed.blocks[:-1]:
        if cid.inline is None:
            yield car_section(cid, await source.get(cid))
    async for cid, data in _below(source, followed.end, scope, dups=dups):
        if cid.inline is None:
            yield car_section(cid, data)


def _below(source: BlockSource, end: Cid, scope: Scope, *, dups: bool) -> AsyncIterator[tuple[Cid, bytes]]:
    if scope.name == "all":
        return walk(source, end, dups=dups)
    return _one(source, end) if scope.name == "block" else _once(_entity(source, end, scope.bytes), dups=dups)


async def _one(source: BlockSource, cid: Cid) -> AsyncIterator[tuple[Cid, bytes]]:
    yield cid, await block_of(source, cid)


async def _once(blocks: AsyncIterator[tuple[Cid, bytes]], *, dups: bool) -> AsyncIterator[tuple[Cid, bytes]]:
    """Leave out what came before; that is remembered by 8 bytes of each hash and never more than one entity has."""
    seen: set[bytes] = set()
    async for cid, data in blocks:
        if dups:
            yield cid, data
        elif (name := cid.digest[:8]) not in seen or not name:
            seen.add(name)
            yield cid, data


async def _entity(source: BlockSource, cid: Cid, part: EntityBytes | None) -> AsyncIterator[tuple[Cid, bytes]]:
    data = await block_of(source, cid)
    kind = _kind(cid, data)
    if kind in (NodeKind.FOLDER, NodeKind.SHARD):
        async for below, _ in folder_blocks(source, cid):
            yield below, await block_of(source, below)
    elif kind in (NodeKind.FILE, NodeKind.RAW):
        _, size, _ = content_of(cid, data)
        span = (part or EntityBytes(0, None)).span(size)
        async for below, block, _ in file_blocks(source, cid, span.first, span.end):
            yield below, block
    else:
        yield cid, data


def _kind(cid: Cid, data: bytes) -> NodeKind | None:
    """Say what a block is the top of, None for what is no UnixFS."""
    if cid.codec == RAW:
        return NodeKind.RAW
    if cid.codec == DAG_CBOR:
        return None
    try:
        return read_node(data).kind
    except Damaged:
        return None
