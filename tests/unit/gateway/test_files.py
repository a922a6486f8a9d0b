"""Files and folders as they are: content, ranges, media types, names, redirects and lists; Path Gateway."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from gateway_shelf import CHUNK, content

from node.gateway import connections, sending
from node.gateway.content_path import read_target
from node.gateway.media_types import media_type
from node.gateway.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from gateway_shelf import Asking

DATA = content("file", 5 * CHUNK + 7)


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        ("bytes=0-0", 0, 1), ("bytes=250-260", 250, 261), ("bytes=512-", 512, len(DATA)),
        ("bytes=0-9999", 0, len(DATA)),
        ("bytes=-7", len(DATA) - 7, len(DATA)), ("bytes=1287-2000", None, None),
    ],
)  # fmt: skip
async def test_a_range_reads_what_it_needs(ask: Asking, asked: str, first: int | None, end: int | None) -> None:
    cid = ask.shelf.file(DATA)
    got = await ask(f"/ipfs/{cid}", Range=asked)
    if first is None or end is None:
        assert (got.status, got.headers["Content-Range"]) == (416, f"bytes */{len(DATA)}")
        return
    assert (got.status, got.body) == (206, DATA[first:end])
    assert got.headers["Content-Range"] == f"bytes {first}-{end - 1}/{len(DATA)}"
    assert got.headers["Etag"] == f'"{cid}"'


async def test_a_file_comes_with_all_its_headers(ask: Asking) -> None:
    cid = ask.shelf.file(DATA)
    folder = ask.shelf.folder({"第 1 页.tif": cid})
    path = f"/ipfs/{folder}/%E7%AC%AC%201%20%E9%A1%B5.tif"
    got = await ask(path)
    expected = {
        "Content-Type": "image/tiff", "Content-Length": str(len(DATA)), "Etag": f'"{cid}"', "Accept-Ranges": "bytes",
        "X-Ipfs-Path": path, "X-Ipfs-Roots": f"{folder},{cid}", "X-Content-Type-Options": "nosniff",
        "Cache-Control": "public, max-age=29030400, immutable", "Content-Security-Policy": "sandbox",
    }  # fmt: skip
    assert {name: got.headers[name] for name in expected} == expected
    assert got.body == DATA
    assert "Content-Disposition" not in got.headers
    head = await ask(path, method="HEAD")
    assert {**head.headers, "Date": ""} == {**got.headers, "Date": ""}
    assert (await ask(path, If_None_Match=f'W/"{cid}"')).status == 304
    named = (await ask(f"{path}?filename=%E6%B5%8B.pdf")).headers
    assert named["Content-Disposition"] == "inline; filename=\"_.pdf\"; filename*=UTF-8''%E6%B5%8B.pdf"
    assert named["Content-Type"] == "application/pdf"
    saved = (await ask(f"{path}?download=true")).headers["Content-Disposition"]
    assert saved.startswith('attachment; filename="_ 1 _.tif"')
    assert (await ask(f"{path}/")).body == DATA


async def test_a_folder_is_entered_by_a_slash_and_shown_as_a_list_or_its_page(ask: Asking) -> None:
    shelf = ask.shelf
    page = shelf.file(b"<b>page</b>")
    web = shelf.folder({"index.html": page})
    names = ["<script>.txt", "a b", "javascript:x", "第一页", "%41"]
    root = shelf.folder({"ą": shelf.folder({"ę": web}), **dict.fromkeys(names, page)})
    got = await ask(f"/ipfs/{root}/%C4%85/%C4%99?x=1")
    assert (got.status, got.headers["Location"]) == (301, f"/ipfs/{root}/%C4%85/%C4%99/?x=1")
    assert (await ask(f"/ipfs/{root}")).headers["Location"] == f"/ipfs/{root}/"
    got = await ask(f"/ipfs/{root}/%C4%85/%C4%99/")
    assert (got.body, got.headers["Etag"]) == (b"<b>page</b>", f'"{web}"')
    assert got.headers["Content-Type"] == "text/html; charset=utf-8"
    assert (await ask(f"/ipfs/{root}/%C4%85/%C4%99/", If_None_Match=f'"{web}"')).status == 304
    for folder in (root, shelf.shards(dict.fromkeys(names, page))):
        got = await ask(f"/ipfs/{folder}/")
        text = got.body.decode()
        assert "Index of" in text
        assert "<script>" not in text
        assert '<a href="./javascript%3Ax">' in text
        assert '<a href="./%2541">%41</a>' in text
        assert "index.html" not in text
        assert got.headers["Etag"].startswith('"DirIndex-')
        assert "immutable" not in got.headers["Cache-Control"]
        for known in (got.headers["Etag"], f'W/"{folder}"'):
            assert (await ask(f"/ipfs/{folder}/", If_None_Match=known)).status == 304
    assert (await ask(f"/ipfs/{root}/a%20b")).body == b"<b>page</b>"
    assert (await ask(f"/ipfs/{root}/%2541")).body == b"<b>page</b>"
    assert (await ask(f"/ipfs/{root}/nothing")).status == 404
    empty = shelf.folder({})
    assert (await ask(f"/ipfs/{empty}/")).status == 200


async def test_a_file_that_lacks_blocks_breaks_off(ask: Asking) -> None:
    cid = ask.shelf.file(DATA)
    del ask.shelf.blocks[ask.shelf.file(DATA[4 * CHUNK : 5 * CHUNK])]
    assert (await ask(f"/ipfs/{cid}")).broken
    assert (await ask(f"/ipfs/{cid}", Range="bytes=0-99")).body == DATA[:100]
    ask.shelf.blocks.pop(ask.shelf.file(DATA[:CHUNK]))
    assert (await ask(f"/ipfs/{cid}")).status == 404


@pytest.mark.parametrize(
    ("name", "beginning", "found"),
    [
        ("", b"", "text/plain; charset=utf-8"), ("", "数字".encode()[:-1], "text/plain; charset=utf-8"),
        ("", b"\0\1", "application/octet-stream"), ("", b"%PDF-1.7", "application/pdf"),
        ("x.svg", b"<svg/>", "image/svg+xml; charset=utf-8"),
        ("x.txt", b"\xff\xfe", "text/plain"), ("x.tar.gz", b"", "application/gzip"),
        ("x.unknown", b"II*\0", "image/tiff"),
        ("x.htm", b"<p>", "text/html; charset=utf-8"), ("", b"RIFF\0\0\0\0WAVEfmt ", "audio/x-wav"),
    ],
)  # fmt: skip
def test_media_types(name: str, beginning: bytes, found: str) -> None:
    assert media_type(name, beginning) == found


async def test_connections_are_bounded(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    cid = ask.shelf.file(b"x")
    assert (await ask(f"/ipfs/{cid}")).status == 200
    monkeypatch.setattr(connections, "MOST", 0)
    async with ask.session.get(f"{ask.url}/ipfs/{cid}", headers={"Connection": "close"}) as kept:
        assert kept.status == 200  # the connection that is there stays
    async with ask.session.get(f"{ask.url}/ipfs/{cid}") as refused:
        assert (refused.status, refused.headers["Retry-After"]) == (503, "10")


@asynccontextmanager
async def raw_client(ask: Asking, sent: bytes) -> AsyncIterator[asyncio.StreamReader]:
    """Send bytes as no client of HTTP would, with little room for what comes back."""
    host, _, port = ask.url.removeprefix("http://").partition(":")
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect((host, int(port)))
    reader, writer = await asyncio.open_connection(sock=client, limit=1024)
    writer.write(sent)
    try:
        yield reader
    finally:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()


@pytest.mark.parametrize("query", [b"filename=%FF", b"filename=\xff", b"\xff", b"x=\xed\xa0\x80", b"download=true&%C3"])
async def test_parameters_that_are_no_utf8_are_refused(ask: Asking, query: bytes) -> None:
    cid = ask.shelf.folder({"a": ask.shelf.file(DATA)})
    for below in (b"", b"/a"):
        target = f"/ipfs/{cid}".encode() + below + b"?" + query
        async with raw_client(ask, b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n") as reader:
            assert b" 400 " in await reader.readline()


def test_a_target_with_half_a_surrogate_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        read_target("/ipfs/bafkqaaa?filename=\udcff")
    assert caught.value.status == 400


@pytest.mark.parametrize("chunk", [1 << 12, 1 << 20])
async def test_a_client_that_drips_loses_its_place(ask: Asking, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 0.5)
    cid = ask.shelf.file(content("long", 1 << 20) * 12, chunk=chunk, width=174)
    async with raw_client(ask, f"GET /ipfs/{cid} HTTP/1.1\r\nHost: x\r\n\r\n".encode()) as reader:
        for _ in range(80):
            await reader.readexactly(4096)
            await asyncio.sleep(0.02)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(11 << 20)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IDLE", 0.3)
    monkeypatch.setattr(connections, "MOST", 1)


@pytest.mark.usefixtures("impatient")
async def test_a_client_that_takes_nothing_is_hung_up_on(ask: Asking) -> None:
    cid = ask.shelf.file(content("block", 1 << 18), chunk=1 << 18)
    asked = f"GET /ipfs/{cid}?format=raw HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    async with raw_client(ask, asked * 100):
        await asyncio.sleep(1.5)
        assert (await ask(f"/ipfs/{cid}?format=raw")).status == 200, "it holds the only place"
