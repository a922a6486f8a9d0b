"""What the tests of the gateway share: blocks in memory, and a client that reads what comes back."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import cbor2
import yarl

from storage.car import read_header, read_section
from storage.cid import DAG_CBOR, DAG_PB, RAW, Cid
from storage.errors import Damaged, UnknownBlock
from storage.hamt import build_shards
from storage.unixfs import FileTree, Link, encode_folder

CHUNK = 256


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Blocks in memory, made here by their rules; a source as the gateway wants one."""

    blocks: dict[Cid, bytes] = field(default_factory=dict)
    asked: list[Cid] = field(default_factory=list)

    async def get(self, cid: Cid) -> bytes:
        self.asked.append(cid)
        data = self.blocks.get(Cid(cid.codec, cid.digest))
        if data is None:
            raise UnknownBlock("没有", f"no block {cid}")
        if hashlib.sha256(data).digest() != cid.digest:
            raise Damaged("损坏", f"{cid} is damaged")
        return data

    async def has(self, cid: Cid) -> bool:
        return Cid(cid.codec, cid.digest) in self.blocks

    async def size(self, cid: Cid) -> int:
        if not await self.has(cid):
            raise UnknownBlock("没有", f"no block {cid}")
        return len(self.blocks[Cid(cid.codec, cid.digest)])

    def put(self, codec: int, data: bytes) -> Cid:
        cid = Cid(codec, hashlib.sha256(data).digest())
        self.blocks[cid] = data
        return cid

    def file(self, data: bytes, *, chunk: int = CHUNK, width: int = 4) -> Cid:
        """Put a file in leaves of a length; one that fits in one leaf is that leaf."""
        tree = FileTree(lambda digest, node: self.blocks.update({Cid(DAG_PB, digest): node}), width=width)
        for place in range(0, max(1, len(data)), chunk):
            leaf = self.put(RAW, data[place : place + chunk])
            tree.add(leaf.digest, len(data[place : place + chunk]))
        return tree.finish().cid

    def folder(self, entries: dict[str, Cid]) -> Cid:
        return self.put(DAG_PB, encode_folder(Link(name, cid, 1) for name, cid in entries.items()))

    def shards(self, entries: dict[str, Cid]) -> Cid:
        links = [Link(name, cid, 1) for name, cid in entries.items()]
        return build_shards(links, lambda digest, node: self.blocks.update({Cid(DAG_PB, digest): node}))[0]

    def cbor(self, value: Any) -> Cid:
        return self.put(DAG_CBOR, cbor2.dumps(value, default=None))


def link(cid: Cid) -> cbor2.CBORTag:
    return cbor2.CBORTag(42, b"\0" + cid.binary)


def content(seed: str, size: int) -> bytes:
    return b"".join(hashlib.sha256(f"{seed}:{i}".encode()).digest() for i in range(-(-size // 32)))[:size]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Any
    body: bytes
    broken: bool = False

    @property
    def car(self) -> list[Cid]:
        """The CIDs of a CAR's blocks in order, each block held against its CID."""
        file = io.BytesIO(self.body)
        read_header(file, "answer")
        cids = []
        while (section := read_section(file, "answer")) is not None:
            assert hashlib.sha256(section[1]).digest() == section[0].digest
            cids.append(section[0])
        return cids

    @property
    def root(self) -> Cid:
        return read_header(io.BytesIO(self.body), "answer")[0]


class Asking:
    """A client of one gateway."""

    def __init__(self, session: aiohttp.ClientSession, url: str, shelf: Shelf) -> None:
        self.session, self.url, self.shelf = session, url, shelf

    async def __call__(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        whole = yarl.URL(self.url + path, encoded=True)
        async with self.session.request(method, whole, headers=named, allow_redirects=False) as response:
            try:
                body = await response.read()
            except aiohttp.ClientPayloadError:
                return Answer(status=response.status, headers=response.headers, body=b"", broken=True)
            return Answer(status=response.status, headers=response.headers, body=body)
