"""The same requests to kubo's gateway and to ours, over the same DAGs: status, bytes, and the headers that must be."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import random
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import aiohttp
import pytest
import yarl

from node.gateway.answering import Gateway
from node.gateway.connections import listening
from storage.car import read_header, read_section
from storage.cid import Cid
from storage.errors import UnknownBlock
from storage.kubo import KuboApi
from storage.kubo_blocks import KuboBlocks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from network_parts.kubo import Kubo

RAW, CAR = "application/vnd.ipld.raw", "application/vnd.ipld.car"
SAME = (
    "Content-Type", "Cache-Control", "X-Content-Type-Options", "Accept-Ranges", "X-Ipfs-Path", "X-Ipfs-Roots",
    "Content-Range", "Content-Disposition",
)  # fmt: skip
SIZE = 5 * 256 + 2


def content(seed: str, size: int) -> bytes:
    return b"".join(hashlib.sha256(f"{seed}:{i}".encode()).digest() for i in range(-(-size // 32)))[:size]


class Taken(KuboBlocks):
    """Kubo's own blocks as our gateway wants them, so that both have the same."""

    async def size(self, cid: Cid) -> int:
        if not await self.has(cid):
            raise UnknownBlock("没有", "not here")
        return len(await self.get(cid))


@dataclass(frozen=True, kw_only=True)
class Dags:
    """Roots that kubo made, and everything that can be asked below them."""

    tree: str
    old: str
    sharded: str
    cbor: str
    multi: str
    single: str


@pytest.fixture(scope="module")
def dags(kubo: Kubo, tmp_path_factory: pytest.TempPathFactory) -> Dags:
    folder: Path = tmp_path_factory.mktemp("dags") / "tree"
    for name, data in {
        "sub/ascii.txt": b"hello application/vnd.ipld.raw\n", "sub/copy.txt": b"hello application/vnd.ipld.raw\n",
        "multi.bin": content("multi", SIZE), "web/index.html": b"<b>page</b>", "wide name.txt": b"x",
    }.items():  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    wide = folder.parent / "sharded"
    wide.mkdir()
    for i in range(3000):
        (wide / f"{i:04d}{'x' * 60}").write_bytes(b"%d" % (i % 3))

    def add(path: Path, *options: str) -> str:
        return kubo.run("add", "-r", "-Q", "--pin=false", *options, str(path)).decode().strip()

    tree = add(folder, "--chunker=size-256")
    multi = add(folder / "multi.bin", "--chunker=size-256")
    single = kubo.run("resolve", f"/ipfs/{tree}/sub/ascii.txt").decode().strip().rpartition("/")[2]
    linked = {"files": {"single": {"/": single}, "list": [1, {"/": tree}]}, "n": 7}
    cbor = kubo.run("dag", "put", "--store-codec=dag-cbor", given=json.dumps(linked).encode()).decode().strip()
    old = add(folder, "--cid-version=0", "--raw-leaves=false")
    return Dags(tree=tree, old=old, sharded=add(wide), cbor=cbor, multi=multi, single=single)


@dataclass(frozen=True, kw_only=True)
class Got:
    status: int
    headers: dict[str, str]
    body: bytes
    broken: bool


class Both:
    """Asks kubo's gateway and ours the same."""

    def __init__(self, session: aiohttp.ClientSession, ours: str, theirs: str) -> None:
        self._session, self._urls = session, (ours, theirs)

    async def __call__(self, path: str, headers: dict[str, str], method: str = "GET") -> tuple[Got, Got]:
        ours, theirs = await asyncio.gather(*(self._ask(url + path, headers, method) for url in self._urls))
        return ours, theirs

    async def _ask(self, url: str, headers: dict[str, str], method: str) -> Got:
        whole = yarl.URL(url, encoded=True)
        async with self._session.request(method, whole, headers=headers, allow_redirects=False) as response:
            try:
                body, broken = await response.read(), False
            except aiohttp.ClientPayloadError:
                body, broken = b"", True
            return Got(status=response.status, headers=dict(response.headers), body=body, broken=broken)


@pytest.fixture
async def both(kubo: Kubo) -> AsyncIterator[Both]:
    place = socket.create_server(("127.0.0.1", 0))
    place.setblocking(False)
    async with (
        KuboApi(kubo.url) as api,
        listening(Gateway(Taken(api), public=True), place),
        aiohttp.ClientSession(skip_auto_headers=["Accept", "User-Agent", "Accept-Encoding"]) as session,
    ):
        yield Both(session, f"http://127.0.0.1:{place.getsockname()[1]}", kubo.gateway)


def car_of(body: bytes) -> tuple[list[Cid], list[Cid]]:
    file, cids = io.BytesIO(body), []
    roots = read_header(file, "answer")
    while (section := read_section(file, "answer")) is not None:
        assert hashlib.sha256(section[1]).digest() == section[0].digest
        cids.append(section[0])
    return roots, cids


def check(ours: Got, theirs: Got, asked: Any) -> None:
    """Hold one answer against the other; entity-bytes stands beside its scope, without which kubo passes it over."""
    assert ours.status == theirs.status, asked
    if ours.status >= 300:
        assert ours.headers.get("Location") == theirs.headers.get("Location"), asked
        return
    for name in SAME:
        if name == "X-Content-Type-Options" and name not in theirs.headers:
            continue  # ours says it of files, too
        if name == "Content-Disposition" and CAR in ours.headers["Content-Type"]:
            continue  # the specification says CID.car; kubo adds the end of a path
        said = ours.headers.get(name)
        said = unquote(said) if said and name == "X-Ipfs-Path" else said  # kubo writes it decoded
        assert said == theirs.headers.get(name), (asked, name)
    etags = [got.headers["Etag"] for got in (ours, theirs)]
    if CAR in ours.headers["Content-Type"]:
        assert etags[0].split(".car.")[0] == etags[1].split(".car.")[0], asked
        if theirs.body:
            assert car_of(ours.body) == car_of(theirs.body), asked
    else:
        assert etags[0] == etags[1], asked
        assert ours.body == theirs.body, asked
        assert ours.headers.get("Content-Length") == theirs.headers.get("Content-Length"), asked


def questions(dags: Dags) -> list[tuple[str, dict[str, str]]]:
    """Give requests drawn from everything that goes together, the same ones every time."""
    drawn = random.Random(1)
    paths = [
        dags.tree, f"{dags.tree}/sub", f"{dags.tree}/sub/ascii.txt", f"{dags.tree}/multi.bin", f"{dags.tree}/web/",
        f"{dags.tree}/web/index.html", f"{dags.tree}/wide%20name.txt", dags.old, f"{dags.old}/sub/copy.txt",
        f"{dags.sharded}/1234{'x' * 60}", dags.multi, dags.single, f"{dags.cbor}/files/single",
        f"{dags.cbor}/files/list/1/sub/ascii.txt", dags.cbor, "bafkqaaa",
        "bafkqaf3imvwgy3zaneqgc3janfxgy2lomvscay3jmqfa",
        "foo", str(Cid(0x55, hashlib.sha256(b"nowhere").digest())),
    ]  # fmt: skip
    accepts = [
        None, RAW, CAR, f"{CAR}; version=1", f"{CAR};order=dfs;dups=y", f"{CAR};order=unk", f"{CAR}; order=dfs; dups=n",
        "*/*", "text/html", f"{RAW}, */*",
    ]  # fmt: skip
    parameters = [
        "", "format=raw", "format=car", "format=car&dag-scope=block", "format=car&dag-scope=entity",
        "format=car&dag-scope=all", "format=car&dag-scope=entity&entity-bytes=0:*",
        "format=car&dag-scope=entity&entity-bytes=256:600", "format=car&dag-scope=entity&entity-bytes=-5:*",
        "format=car&dag-scope=entity&entity-bytes=-9999:-300", "format=car&dag-scope=foo",
        "format=car&entity-bytes=5:2", "format=car&car-dups=y", "format=car&car-order=dfs&car-version=1",
        "format=car&car-version=2", "format=raw&filename=ab.bin", "filename=x.pdf", "format=car&filename=c.car",
    ]  # fmt: skip
    ranges = [None, None, None, "bytes=0-4", "bytes=-5", "bytes=2-", "bytes=99999-", "bytes=1-2,4-5"]
    asked = []
    for _ in range(400):
        headers = {}
        if (accept := drawn.choice(accepts)) is not None:
            headers["Accept"] = accept
        if (part := drawn.choice(ranges)) is not None:
            headers["Range"] = part
        path, said = drawn.choice(paths), drawn.choice(parameters)
        asked.append((f"/ipfs/{path}{'?' if said else ''}{said}", headers))
    return asked


def differs_on_purpose(url: str, headers: dict[str, str], theirs: Got) -> bool:
    """Name where ours does what the specification says and kubo 0.43 does not."""
    here = theirs.headers.get("Content-Type", "")
    return (
        b"Gateway Error" in theirs.body  # a CAR whose root is not here MUST be 404
        or ("text/html" in here and b"<!DOCTYPE" in theirs.body)  # a folder's list looks as it looks
        or ("bafyrei" in url and headers.get("Accept") == "text/html" and "format=" not in url)  # kubo shows a page
    )


async def test_generated_requests_are_answered_alike(both: Both, dags: Dags) -> None:
    compared = 0
    for url, headers in questions(dags):
        ours, theirs = await both(url, headers)
        if not differs_on_purpose(url, headers, theirs):
            check(ours, theirs, (url, headers))
            compared += 1
        if ours.status == 200 and compared % 4 == 0:
            head, their_head = await both(url, headers, "HEAD")
            assert head.headers["Etag"] == ours.headers["Etag"]
            assert head.status == their_head.status
            known, they_know = await both(url, {**headers, "If-None-Match": ours.headers["Etag"]})
            assert known.status == 304
            assert they_know.status == (200 if CAR in ours.headers["Content-Type"] else 304)
    assert compared > 350
