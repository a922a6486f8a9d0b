"""Intake: one pass over a file that copies it and takes every digest, of the very bytes that are written.

A file of one chunk is read, hashed once and written; a larger one goes through the ring of buffers.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from storage.cid import RAW, Cid
from storage.durable import start_writing, write_all
from storage.ring import Ring
from storage.sm3 import sm3
from storage.source import changed, check_unchanged, identity_of, open_source, read
from storage.staged import LeafLog, PayloadFile
from storage.unixfs import CHUNK, Built

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.walk import Identity

_WRITE_BEHIND = 64 * CHUNK
"""Bytes after which the kernel is asked to begin writing."""
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
    with_sm3: bool = False,
) -> PayloadFile:
    """Read a file once; give its digests and blocks, and write a read-only copy unless ``target`` is None.

    Args:
        source: the file's path.
        target: where the copy goes; must not exist. It is not durable when this returns.
        path: the file's path inside its payload.
        expected: what the file was when it was found.
        spool: folder for the digests of files so large that they do not fit in memory.
        progress: is called with the bytes of each piece, after it was written.
        with_sm3: take the SM3 too.

    Raise UnreadableSource, SourceChanged, UnsafeName (no regular file); OSError is of the target.
    """
    reader = open_source(source)
    try:
        if identity_of(reader, source) != expected:
            raise changed(source)
        if expected.size <= CHUNK:
            file = _take_small(reader, source, target, path, expected.size, with_sm3=with_sm3)
            if progress is not None:
                progress(expected.size)
        else:
            file = _take_large(
                reader,
                source,
                target,
                path=path,
                size=expected.size,
                spool=spool,
                progress=progress,
                with_sm3=with_sm3,
            )
        check_unchanged(reader, source, expected)
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


def file_of(path: str, data: bytes, *, with_sm3: bool = False) -> PayloadFile:
    """Give the digests and blocks of a payload file of one chunk from its bytes."""
    digest = hashlib.sha256(data).digest()
    top = Built(Cid(RAW, digest), len(data), len(data))
    return PayloadFile(path, digest, top, None, sm3(data) if with_sm3 else b"")


def _take_small(
    reader: int, source: bytes, target: bytes | None, path: str, size: int, *, with_sm3: bool
) -> PayloadFile:
    data = read(reader, source, size + 1)
    while len(data) < size and (more := read(reader, source, size + 1 - len(data))):
        data += more
    _check_length(len(data), size, source)
    if target is not None:
        write_copy(target, data)
    return file_of(path, data, with_sm3=with_sm3)


def _take_large(
    reader: int,
    source: bytes,
    target: bytes | None,
    *,
    path: str,
    size: int,
    spool: Path | None,
    progress: Callable[[int], None] | None,
    with_sm3: bool,
) -> PayloadFile:
    writer = None if target is None else create_copy(target)
    log = LeafLog(spool)
    taken = 0
    try:
        with Ring(log, sm3=with_sm3) as ring:
            while taken <= size and (length := ring.fill(reader, source)):
                part = ring.hash_part(length)
                taken += length
                if writer is not None:
                    _write_part(writer, part, taken)
                if progress is not None:
                    progress(length)
            digest, top, second = ring.finish()
        _check_length(taken, size, source)
    except BaseException:
        log.close()
        raise
    finally:
        if writer is not None:
            os.close(writer)
    return PayloadFile(path, digest, top, log, second)


def _write_part(writer: int, part: memoryview, written: int) -> None:
    write_all(writer, part)
    if written % _WRITE_BEHIND == 0:
        start_writing(writer, written - _WRITE_BEHIND, _WRITE_BEHIND)


def _check_length(taken: int, size: int, source: bytes) -> None:
    if taken != size:
        raise changed(source)
