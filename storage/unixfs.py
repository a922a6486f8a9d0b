"""UnixFS by the profile unixfs-v1-2025: which blocks a file or folder is made of, and so its CID.

Source: IPIP-499 (profile: CIDv1, raw leaves of 1 MiB, balanced tree of 1024 links), the dag-pb and UnixFS
specifications. A file of at most 1 MiB is one raw block, so its CID is its SHA-256. Nothing here reads or writes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.cid import DAG_PB, RAW, Cid
from storage.hamt import build_shards
from storage.protobuf import field_of, link_of, varint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CHUNK = 1 << 20
WIDTH = 1024
LARGEST_FOLDER_BLOCK = 262_144
_FOLDER = b"\x08\x01"
_FILE = b"\x08\x02"


@dataclass(frozen=True, slots=True)
class Link:
    """A named child of a folder: its CID and the bytes of all blocks under it."""

    name: str
    cid: Cid
    dag_size: int


@dataclass(frozen=True, slots=True)
class Built:
    """The top of a file or folder: its CID, the bytes of its content, the bytes of all its blocks."""

    cid: Cid
    size: int
    dag_size: int


def no_sink(digest: bytes, data: bytes) -> None:
    """Take a dag-pb node and drop it."""


class FileTree:
    """Builds a file's nodes out of its leaves, in order; holds at most 1024 links a level.

    Args:
        sink: is called with the SHA-256 and the bytes of each dag-pb node, children before parents.
        width: links a node; 1024 by the profile.
    """

    def __init__(self, sink: Callable[[bytes, bytes], None] = no_sink, *, width: int = WIDTH) -> None:
        self._sink = sink
        self._width = width
        self._levels: list[list[Built]] = [[]]

    def add(self, digest: bytes, size: int) -> None:
        """Take the next leaf: its SHA-256 and its length, 1 MiB for all but the last."""
        self._push(0, Built(Cid(RAW, digest), size, size))

    def finish(self) -> Built:
        """Give the top of the file; an empty file has one leaf of no bytes."""
        if self._levels == [[]]:
            self.add(hashlib.sha256().digest(), 0)
        level = 0
        while level < len(self._levels) - 1 or len(self._levels[level]) != 1:
            if self._levels[level]:
                self._close(level)
            level += 1
        return self._levels[level][0]

    def _push(self, level: int, child: Built) -> None:
        if level == len(self._levels):
            self._levels.append([])
        self._levels[level].append(child)
        if len(self._levels[level]) == self._width:
            self._close(level)

    def _close(self, level: int) -> None:
        children, self._levels[level] = self._levels[level], []
        size = sum(child.size for child in children)
        sizes = b"".join(b"\x20" + varint(child.size) for child in children)
        links = b"".join(link_of("", child.cid, child.dag_size) for child in children)
        data = links + field_of(0x0A, _FILE + b"\x18" + varint(size) + sizes)
        digest = hashlib.sha256(data).digest()
        self._sink(digest, data)
        dag_size = len(data) + sum(child.dag_size for child in children)
        self._push(level + 1, Built(Cid(DAG_PB, digest), size, dag_size))


def encode_folder(links: Iterable[Link]) -> bytes:
    """Give the block of a folder that is not sharded; links are sorted by the bytes of their names."""
    ordered = sorted(links, key=lambda link: link.name.encode())
    return b"".join(link_of(link.name, link.cid, link.dag_size) for link in ordered) + field_of(0x0A, _FOLDER)


def build_folder(files: Iterable[tuple[str, Built]], sink: Callable[[bytes, bytes], None] = no_sink) -> Built:
    """Give the top of a folder from its files (relative POSIX path, top of the file), in any order.

    ``sink`` is called with the SHA-256 and the bytes of each folder's nodes, children before parents. A folder whose
    block would pass 262,144 bytes is sharded, as IPFS does.
    """
    folders: dict[str, list[Link]] = {"": []}
    sizes: dict[str, int] = {"": 0}
    for path, top in files:
        parent, _, name = path.rpartition("/")
        _enter(parent, folders, sizes)
        folders[parent].append(Link(name, top.cid, top.dag_size))
        sizes[parent] += top.size
    top = Built(Cid(DAG_PB, bytes(32)), 0, 0)
    for path in sorted(folders, key=lambda path: -path.count("/") - bool(path)):
        cid, dag_size = _write_folder(folders[path], sink)
        top = Built(cid, sizes[path], dag_size)
        if path:
            parent, _, name = path.rpartition("/")
            folders[parent].append(Link(name, top.cid, top.dag_size))
            sizes[parent] += top.size
    return top


def _enter(path: str, folders: dict[str, list[Link]], sizes: dict[str, int]) -> None:
    while path not in folders:
        folders[path], sizes[path] = [], 0
        path = path.rpartition("/")[0]


def _write_folder(links: list[Link], sink: Callable[[bytes, bytes], None]) -> tuple[Cid, int]:
    data = encode_folder(links)
    if len(data) > LARGEST_FOLDER_BLOCK:
        return build_shards(links, sink)
    digest = hashlib.sha256(data).digest()
    sink(digest, data)
    return Cid(DAG_PB, digest), len(data) + sum(link.dag_size for link in links)
