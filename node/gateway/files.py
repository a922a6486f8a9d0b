"""Answers of files as they are: content with ranges and a media type, a folder as a list of links.

Source: Path Gateway, Response Payload. A page out of a payload may run no script and reach nothing: all payloads have
one origin here, and none is ours.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from node.gateway.answer_headers import saved_as
from node.gateway.folders import give_folder, redirect_into
from node.gateway.media_types import media_type
from node.gateway.ranges import Span, asked_range
from node.gateway.refusal import Refusal, not_found
from node.gateway.sending import send
from storage.block_source import block_of
from storage.cid import DAG_CBOR, RAW
from storage.dag import NodeKind, read_node
from storage.errors import UnknownPath
from storage.traversal import content_of, file_blocks, follow

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from node.gateway.asked import Asked
    from storage.block_source import BlockSource
    from storage.cid import Cid

SANDBOX = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
_SNIFFED = 512
_INDEX = "index.html"


async def give_file(asked: Asked) -> web.StreamResponse:
    """Answer with what lies at the end of a path: a file, a folder, or a dag-cbor block as it is."""
    if asked.followed.inside:
        raise Refusal(HTTPStatus.NOT_IMPLEMENTED, "不提供数据块内部的值", "no values out of the inside of a block")
    if asked.end.codec == DAG_CBOR:
        return await _give_cbor(asked)
    kind, target = NodeKind.FILE, b""
    if asked.end.codec != RAW:
        node = read_node(await block_of(asked.source, asked.end))
        kind, target = node.kind, node.data
    if kind in (NodeKind.FILE, NodeKind.RAW):
        return await _give_content(asked, asked.end, name=asked.path.segments[-1] if asked.path.segments else "")
    if kind is NodeKind.SYMLINK:
        return await _send(asked, {"Content-Type": "inode/symlink"}, f'"{asked.end_name}"', len(target), data=target)
    if kind not in (NodeKind.FOLDER, NodeKind.SHARD):
        raise not_found()
    if not asked.path.slash:
        return redirect_into(asked)
    try:
        page = (await follow(asked.source, asked.end, (_INDEX,))).end
    except UnknownPath:
        return await give_folder(asked)
    return await _give_content(asked, page, name=_INDEX)


async def _give_content(asked: Asked, cid: Cid, *, name: str) -> web.StreamResponse:
    """Answer with a file's content, under the CID at the end of the path: its own, or its folder's."""
    _, size, _ = content_of(cid, await block_of(asked.source, cid))
    name = asked.path.query.get("filename") or name
    beginning = [bytes(own) async for _, _, own in file_blocks(asked.source, cid, 0, min(size, _SNIFFED))]
    more = {"Content-Type": media_type(name, b"".join(beginning))}
    more |= saved_as(asked.path, asked.end_name, asked.wanted.form)
    return await _send(asked, more, f'"{asked.end_name}"', size, cid=cid)


async def _give_cbor(asked: Asked) -> web.StreamResponse:
    data = await block_of(asked.source, asked.end)
    more = {
        "Content-Type": "application/vnd.ipld.dag-cbor",
        "Content-Disposition": f'attachment; filename="{asked.end_name}.cbor"',
    }
    return await _send(asked, more, f'"{asked.end_name}.dag-cbor"', len(data), data=data)


async def _send(
    asked: Asked, more: dict[str, str], etag: str, size: int, *, data: bytes = b"", cid: Cid | None = None
) -> web.StreamResponse:
    """Send what was asked for of some content: of a file by its CID, else of the bytes that are here."""
    headers = asked.caching(etag)
    if asked.knows(etag):
        return web.Response(status=304, headers=headers)
    headers |= more | SANDBOX | {"Accept-Ranges": "bytes", "X-Ipfs-Roots": asked.roots}
    span = asked_range(asked.range_header(etag), size)
    if span is not None:
        headers["Content-Range"] = f"bytes {span.first}-{span.end - 1}/{size}"
    status = 200 if span is None else 206
    span = span or Span(0, size)
    parts = _one(data[span.first : span.end]) if cid is None else _parts(asked.source, cid, span)
    return await send(asked.request, headers, parts, status=status, size=span.end - span.first)


async def _parts(source: BlockSource, cid: Cid, span: Span) -> AsyncIterator[memoryview]:
    async for _, _, own in file_blocks(source, cid, span.first, span.end):
        if own:
            yield own


async def _one(data: bytes) -> AsyncIterator[bytes]:
    yield data
