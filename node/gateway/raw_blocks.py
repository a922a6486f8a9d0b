"""Answers of one block: its bytes as they are, or a range of them; their hash is the CID.

Source: Trustless Gateway, Block Responses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from node.gateway.accept import RAW_TYPE
from node.gateway.answer_headers import saved_as
from node.gateway.ranges import Span, asked_range
from node.gateway.refusal import not_found
from node.gateway.sending import PIECE, send
from storage.block_source import block_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from node.gateway.asked import Asked


async def give_block(asked: Asked) -> web.StreamResponse:
    """Answer with the block at the end of a path; HEAD reads nothing of it."""
    if asked.followed.inside:
        raise not_found()
    cid = asked.end
    etag = f'"{asked.end_name}.raw"'
    headers = asked.caching(etag)
    data: bytes | None = None
    if asked.is_head or "If-None-Match" in asked.request.headers:
        size = await asked.source.size(cid) if cid.inline is None else len(cid.inline)
        if asked.knows(etag):
            return web.Response(status=304, headers=headers)
    else:
        data = await block_of(asked.source, cid)
        size = len(data)
    headers |= saved_as(asked.path, asked.end_name, asked.wanted.form)
    headers |= {
        "Accept-Ranges": "bytes",
        "Content-Type": RAW_TYPE,
        "X-Content-Type-Options": "nosniff",
        "X-Ipfs-Roots": asked.roots,
    }
    span = asked_range(asked.range_header(etag), size)
    if span is not None:
        headers["Content-Range"] = f"bytes {span.first}-{span.end - 1}/{size}"
    status = 200 if span is None else 206
    span = span or Span(0, size)
    if data is not None and size <= PIECE:  # head and block leave in one piece
        return web.Response(status=status, headers=headers, body=data[span.first : span.end])
    return await send(asked.request, headers, _part(asked, data, span), status=status, size=span.end - span.first)


async def _part(asked: Asked, data: bytes | None, span: Span) -> AsyncIterator[memoryview]:
    whole = await block_of(asked.source, asked.end) if data is None else data
    yield memoryview(whole)[span.first : span.end]
