"""Intake: one pass over a file that copies it and takes every digest, of the very bytes that are written.

A file of one chunk is read, hashed once and written. A larger one passes through a ring of buffers: this thread reads
and writes, a second hashes the whole, a third the leaves; hashing lets go of the interpreter's lock.
"""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Self

from storage.cid import RAW, Cid
from storage.durable import start_writing, write_all
from storage.errors import SourceChanged, UnsafeName, Words
from storage.staged import LeafLog, PayloadFile
from storage.unixfs import CHUNK, Built, FileTree
from storage.walk import Identity, unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_BUFFERS = 8
_WRITE_BEHIND = 16 * CHUNK
"""Bytes after which the kernel is asked to begin writing."""
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
"""Not blocking, so that a FIFO put in a file's place cannot hold the node up; regular files do not mind."""
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_READ_ONLY = 0o444


def take_in(
    source: bytes,
    target: bytes | None,
    *,
    path: str,
    expected: Identity,
    spool: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> PayloadFile:
    """Read a file once; give its digests and blocks, and write a read-only copy unless ``target`` is None.

    Args:
        source: the file's path.
        target: where the copy goes; must not exist. It is not durable when this returns.
        path: the file's path inside its payload.
        expected: what the file was when it was found.
        spool: folder for the digests of files so large that they do not fit in memory.
        progress: is called with the bytes of each piece, after it was written.

    Raise UnreadableSource, SourceChanged, UnsafeName (no regular file); OSError is of the target.
    """
    reader = _open(source)
    try:
        if _identity(reader, source) != expected:
            raise _changed(source)
        if expected.size <= CHUNK:
            file = _take_small(reader, source, target, path, expected.size)
            if progress is not None:
                progress(expected.size)
        else:
            file = _take_large(
                reader, source, target, path=path, size=expected.size, spool=spool, progress=progress
            )
        _check_unchanged(reader, source, expected)
    finally:
        os.close(reader)
    return file


def create_copy(target: bytes) -> int:
    """Open a new read-only file for writing; raise OSError when it is there."""
    return os.open(target, _CREATE, _READ_ONLY)


def write_copy(target: bytes, data: bytes) -> None:
    """Write a small read-only file that must not exist; raise OSError."""
    writer = os.open(target, _CREATE, _READ_ONLY)
    try:
        written = os.write(writer, data)
        if written < len(data):
            write_all(writer, memoryview(data)[written:])
    finally:
        os.close(writer)


def file_of(path: str, data: bytes) -> PayloadFile:
    """Give the digests and blocks of a payload file of one chunk from its bytes."""
    digest = hashlib.sha256(data).digest()
    return PayloadFile(path, digest, Built(Cid(RAW, digest), len(data), len(data)))


def _take_small(reader: int, source: bytes, target: bytes | None, path: str, size: int) -> PayloadFile:
    data = _read(reader, source, size + 1)
    while len(data) < size and (more := _read(reader, source, size + 1 - len(data))):
        data += more
    _check_length(len(data), size, source)
    if target is not None:
        write_copy(target, data)
    return file_of(path, data)


def _take_large(
    reader: int,
    source: bytes,
    target: bytes | None,
    *,
    path: str,
    size: int,
    spool: Path | None,
    progress: Callable[[int], None] | None,
) -> PayloadFile:
    writer = None if target is None else create_copy(target)
    log = LeafLog(spool)
    taken = 0
    try:
        with _Ring(log) as ring:
            while taken <= size and (length := ring.fill(reader, source)):
                part = ring.hash_part(length)
                taken += length
                if writer is not None:
                    _write_part(writer, part, taken)
                if progress is not None:
                    progress(length)
            digest, top = ring.finish()
        _check_length(taken, size, source)
    except BaseException:
        log.close()
        raise
    finally:
        if writer is not None:
            os.close(writer)
    return PayloadFile(path, digest, top, log)


def _write_part(writer: int, part: memoryview, written: int) -> None:
    write_all(writer, part)
    if written % _WRITE_BEHIND == 0:
        start_writing(writer, written - _WRITE_BEHIND, _WRITE_BEHIND)


def _check_length(taken: int, size: int, source: bytes) -> None:
    if taken != size:
        raise _changed(source)


class _Ring:
    """Buffers that go round: filled and written here, hashed whole, hashed as a leaf, and back.

    The two threads only hash; the log and the tree belong to the thread that owns the ring.
    """

    def __init__(self, log: LeafLog) -> None:
        self._log = log
        self._tree = FileTree()
        self._whole = hashlib.sha256()
        self._free = [memoryview(bytearray(CHUNK)) for _ in range(_BUFFERS)]
        self._current = self._free[-1]
        self._for_whole: SimpleQueue[tuple[memoryview, int] | None] = SimpleQueue()
        self._for_leaves: SimpleQueue[tuple[memoryview, int] | None] = SimpleQueue()
        self._hashed: SimpleQueue[tuple[memoryview, int, bytes] | None] = SimpleQueue()
        self._threads = (Thread(target=self._hash_whole), Thread(target=self._hash_leaves))

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._for_whole.put(None)
        for thread in self._threads:
            thread.join()

    def fill(self, reader: int, source: bytes) -> int:
        """Read up to a chunk into a free buffer; give its length, 0 at the end."""
        if not self._free:
            self._collect()
        self._current = self._free.pop()
        filled = 0
        while filled < CHUNK and (length := _read_into(reader, source, self._current[filled:])):
            filled += length
        return filled

    def hash_part(self, length: int) -> memoryview:
        """Send the filled buffer to be hashed; give its bytes, valid until the next `fill`."""
        self._for_whole.put((self._current, length))
        return self._current[:length]

    def finish(self) -> tuple[bytes, Built]:
        """Give the SHA-256 of the whole and the top of the tree."""
        self._for_whole.put(None)
        while self._collect():
            pass
        return self._whole.digest(), self._tree.finish()

    def _collect(self) -> bool:
        hashed = self._hashed.get()
        if hashed is None:
            return False
        buffer, length, digest = hashed
        self._log.append(digest)
        self._tree.add(digest, length)
        self._free.append(buffer)
        return True

    def _hash_whole(self) -> None:
        while (part := self._for_whole.get()) is not None:
            self._whole.update(part[0][: part[1]])
            self._for_leaves.put(part)
        self._for_leaves.put(None)

    def _hash_leaves(self) -> None:
        while (part := self._for_leaves.get()) is not None:
            self._hashed.put((*part, hashlib.sha256(part[0][: part[1]]).digest()))
        self._hashed.put(None)


@contextmanager
def opened(source: bytes) -> Iterator[int]:
    """Open a regular file for reading, following no symlink; raise UnreadableSource or UnsafeName."""
    reader = _open(source)
    try:
        _identity(reader, source)
        yield reader
    finally:
        os.close(reader)


def _open(source: bytes) -> int:
    try:
        return os.open(source, _READ)
    except OSError as error:
        raise unreadable(os.fsdecode(source), error) from error


def _identity(reader: int, source: bytes) -> Identity:
    status = os.fstat(reader)
    if not stat.S_ISREG(status.st_mode):
        shown = os.fsdecode(source)
        raise UnsafeName(f"不是普通文件:{shown}", f"not a regular file: {shown}", file=shown)
    return Identity.of(status)


def _check_unchanged(reader: int, source: bytes, expected: Identity) -> None:
    """Look again, through the descriptor and by the path: the file is neither altered nor replaced."""
    if Identity.of(os.fstat(reader)) == expected:
        with suppress(OSError):
            if Identity.of(os.lstat(source)) == expected:
                return
    raise _changed(source)


def _read(reader: int, source: bytes, length: int) -> bytes:
    try:
        return os.read(reader, length)
    except OSError as error:
        raise unreadable(os.fsdecode(source), error) from error


def _read_into(reader: int, source: bytes, buffer: memoryview) -> int:
    try:
        return os.readv(reader, [buffer])
    except OSError as error:
        raise unreadable(os.fsdecode(source), error) from error


def _changed(source: bytes) -> SourceChanged:
    shown = os.fsdecode(source)
    mend = Words("等写入结束后重做", "do it again when nothing writes to it any more")
    return SourceChanged(f"读取期间文件有变动:{shown}", f"the file changed while it was read: {shown}",
                         mend=mend, file=shown)  # fmt: skip
