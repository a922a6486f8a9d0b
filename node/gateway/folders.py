"""A folder for a person: a list of links, streamed as the folder is read; and the way into it, with a slash.

Source: Path Gateway, "Use in directory URL normalization" and "Generated HTML with directory index".
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web

from node.gateway.answer_headers import WHILE
from node.gateway.sending import send
from storage.traversal import entries

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from node.gateway.asked import Asked
    from node.gateway.content_path import ContentPath
    from storage.block_source import BlockSource
    from storage.cid import Cid

MOST_LISTED = 10_000
"""Entries that a list shows; a CAR or the console shows them all."""
_FORM = 1
"""Rises with every change of the page, so that caches take the new one."""
_HEAD = """<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>Index of {title}</h1>
<ul>
"""


def redirect_into(asked: Asked) -> web.Response:
    """Send the caller on to the folder's own address, on which relative links stand."""
    url, _, more = asked.path.with_parameters("").partition("?")
    headers = {
        **asked.always, "Location": url + "/" + ("?" + more if more else ""), "X-Ipfs-Path": asked.path.url,
        "X-Ipfs-Roots": asked.roots,
    }  # fmt: skip
    return web.Response(status=301, headers=headers)


async def give_folder(asked: Asked) -> web.StreamResponse:
    """Answer with a folder's list of links."""
    folder = asked.end
    etag = f'"DirIndex-{_FORM}_CID-{asked.end_name}"'
    headers = asked.caching(etag, cache=WHILE)
    if asked.knows(etag, f'"{asked.end_name}"'):
        return web.Response(status=304, headers=headers)
    headers |= {
        "Content-Security-Policy": "default-src 'none'",
        "Content-Type": "text/html; charset=utf-8",
        "X-Content-Type-Options": "nosniff",
        "X-Ipfs-Roots": asked.roots,
    }
    return await send(asked.request, headers, _page(asked.source, folder, asked.path))


async def _page(source: BlockSource, folder: Cid, path: ContentPath) -> AsyncIterator[bytes]:
    title = html.escape("/ipfs/" + "/".join((path.text, *path.segments)))
    lines = [_HEAD.format(title=title)]
    if path.segments:
        lines.append('<li><a href="../">..</a></li>\n')
    shown = 0
    async for link in entries(source, folder):
        if shown == MOST_LISTED:
            lines.append("<li>…</li>\n")
            break
        shown += 1
        lines.append(f'<li><a href="./{quote(link.name, safe="")}">{html.escape(link.name)}</a></li>\n')
        if len(lines) > 1000:  # noqa: PLR2004 - some 100 KiB
            yield "".join(lines).encode()
            lines.clear()
    yield "".join([*lines, "</ul></body></html>\n"]).encode()
