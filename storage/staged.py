"""What is known of a payload once it was read: its files, their blocks, its digests and CIDs."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from storage.sm3 import sm3
from storage.unixfs import CHUNK, Built, FileTree, build_folder, no_sink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from storage.cid import Cid

_KEPT_IN_MEMORY = 1 << 20
"""Bytes of leaf digests kept in memory, 32 GiB of content; what is more goes to a file without a name."""
_DIGEST_LENGTH = 32


class Kind(IntEnum):
    """What a content digest covers, as numbered on chain: the bytes of a file, or the canonical manifest of a tree."""

    FILE = 1
    TREE = 2


class LeafLog:
    """The digests of a large file's leaves, in order, in little memory whatever the file's size."""

    def __init__(self, folder: Path | None) -> None:
        place = None if folder is None else str(folder)
        self._file = tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY, dir=place)  # noqa: SIM115 - see close

    def append(self, digest: bytes) -> None:
        """Add the SHA-256 of the next leaf."""
        self._file.write(digest)

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(0)
        while digest := self._file.read(_DIGEST_LENGTH):
            yield digest

    def close(self) -> None:
        """Let go of the file, if one was needed."""
        self._file.close()

    def __del__(self) -> None:
        self._file.close()


class Leaf(NamedTuple):
    """One raw leaf of a file: its SHA-256, where it begins, its length in bytes."""

    digest: bytes
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class PayloadFile:
    """One file of a payload: relative POSIX path, SHA-256, top of its blocks, and its leaves when it has several.

    ``sm3`` is empty where it was not asked for.
    """

    path: str
    sha256: bytes
    top: Built
    log: LeafLog | None = None
    sm3: bytes = b""

    @property
    def size(self) -> int:
        """Bytes of content."""
        return self.top.size

    @property
    def cid(self) -> Cid:
        """The file's own CID."""
        return self.top.cid

    def leaves(self) -> Iterator[Leaf]:
        """Give the raw leaves in order."""
        if self.log is None:
            yield Leaf(self.sha256, 0, self.size)
            return
        for position, digest in enumerate(self.log):
            offset = position * CHUNK
            yield Leaf(digest, offset, min(CHUNK, self.size - offset))

    def nodes(self, sink: Callable[[bytes, bytes], None]) -> None:
        """Call ``sink`` with the SHA-256 and the bytes of each dag-pb node, made anew from the leaves."""
        if self.log is not None:
            tree = FileTree(sink)
            for leaf in self.leaves():
                tree.add(leaf.digest, leaf.length)
            tree.finish()


@dataclass(frozen=True, slots=True)
class Payload:
    """A whole payload: its files, sorted by the bytes of their paths."""

    files: tuple[PayloadFile, ...]

    @classmethod
    def of(cls, files: Iterable[PayloadFile]) -> Payload:
        """Put files together, in any order."""
        return cls(tuple(sorted(files, key=lambda file: file.path.encode())))

    @property
    def size(self) -> int:
        """Bytes of content."""
        return sum(file.size for file in self.files)

    @property
    def manifest(self) -> bytes:
        """The canonical manifest: `digest␠␠path` a line, UTF-8, sorted by the bytes of the path."""
        return "".join(f"{file.sha256.hex()}  {file.path}\n" for file in self.files).encode()

    @property
    def manifest_sm3(self) -> bytes:
        """The same with SM3; empty where that was not asked for."""
        if not all(file.sm3 for file in self.files):
            return b""
        return "".join(f"{file.sm3.hex()}  {file.path}\n" for file in self.files).encode()

    def content_sm3(self, kind: Kind) -> bytes:
        """Give the SM3 of the content: of the one file's bytes, or of the SM3 manifest; empty where not asked for."""
        if kind is Kind.FILE:
            return self.files[0].sm3
        manifest = self.manifest_sm3
        return sm3(manifest) if manifest else b""

    def folders(self, sink: Callable[[bytes, bytes], None] = no_sink) -> Built:
        """Give the top of the folder that holds the files.

        ``sink`` is called with the SHA-256 and the bytes of each folder's node.
        """
        return build_folder(((file.path, file.top) for file in self.files), sink)

    def content_digest(self, kind: Kind) -> bytes:
        """Give the content digest: of the one file's bytes, or of the manifest."""
        return self.files[0].sha256 if kind is Kind.FILE else hashlib.sha256(self.manifest).digest()

    def cid(self, kind: Kind) -> Cid:
        """Give the CID: of the one file, or of the folder."""
        return self.files[0].cid if kind is Kind.FILE else self.folders().cid

    def close(self) -> None:
        """Let go of what the files hold."""
        for file in self.files:
            if file.log is not None:
                file.log.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A payload that lies in the staging folder, complete, hashed, not yet durable and without an object id."""

    kind: Kind
    payload: Payload
    manifest: bytes
    content_digest: bytes
    cid: Cid
    size: int
    ignored: tuple[str, ...]
    place: bytes

    @property
    def content_sm3(self) -> bytes:
        """SM3 of the content; empty where it was not asked for."""
        return self.payload.content_sm3(self.kind)

    @property
    def files(self) -> tuple[PayloadFile, ...]:
        """The payload's files, sorted by the bytes of their paths."""
        return self.payload.files
