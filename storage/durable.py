"""Durability: making files, folders and whole file systems survive a power cut.

Nothing may be acknowledged before one of these returned. A write error that the kernel met in the background is
reported by the next sync, once, to descriptors that were open before it; so a long-lived owner keeps one open.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.sync_file_range.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)
_START_WRITING = 2
"""SYNC_FILE_RANGE_WRITE of sync_file_range(2)."""


def sync_folder(path: Path) -> None:
    """Sync a folder, so that the names in it last; raise OSError when it cannot be made durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file_system(descriptor: int) -> None:
    """Sync everything written to the file system of a descriptor (syncfs(2)); raise OSError when any of it failed."""
    if _LIBC.syncfs(descriptor) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def start_writing(descriptor: int, offset: int, length: int) -> None:
    """Ask the kernel to begin writing a range of a file now, so that the sync at the end has less to do.

    It is no promise of durability and its failure is none of our failures: the sync decides.
    """
    _LIBC.sync_file_range(descriptor, offset, length, _START_WRITING)


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Write every byte, however often the kernel takes only some."""
    written = os.write(descriptor, data)
    while written < len(data):
        written += os.write(descriptor, memoryview(data)[written:])


def write_durably(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a small file, durable when this returns, in place of what was there; raise OSError.

    A crash leaves the old file or the new one, and perhaps a ``.partial`` beside it that the next writing replaces.
    """
    with written_durably(path, mode) as stream:
        stream.write(data)


@contextlib.contextmanager
def written_durably(path: Path, mode: int = 0o644) -> Iterator[BinaryIO]:
    """Give a stream to write a file piece by piece; durable, as by `write_durably`, when the block ended well."""
    partial = path.with_name(path.name + ".partial")
    with contextlib.suppress(FileNotFoundError):
        partial.unlink()
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(descriptor)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
