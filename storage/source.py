"""Reading one source file: opened without following a symlink, and the same before and after."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from storage.errors import SourceChanged, UnsafeName, Words
from storage.walk import Identity, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
"""Not blocking, so that a FIFO put in a file's place cannot hold the node up; regular files do not mind."""


@contextmanager
def opened(source: bytes) -> Iterator[int]:
    """Open a regular file for reading, following no symlink; raise UnreadableSource or UnsafeName."""
    reader = open_source(source)
    try:
        identity_of(reader, source)
        yield reader
    finally:
        os.close(reader)


def open_source(source: bytes) -> int:
    """Open what should be a regular file, following no symlink at its end; raise UnreadableSource."""
    try:
        return os.open(source, READ)
    except OSError as error:
        raise unreadable(os.fsdecode(source), error) from error


def identity_of(reader: int, source: bytes) -> Identity:
    """Give what an open file is; raise UnsafeName unless it is a regular file."""
    status = os.fstat(reader)
    if not stat.S_ISREG(status.st_mode):
        shown = os.fsdecode(source)
        raise UnsafeName("不是普通文件", "not a regular file", file=shown)
    return Identity.of(status)


def check_unchanged(reader: int, source: bytes, expected: Identity) -> None:
    """Look again, through the descriptor and by the path; raise SourceChanged if it is altered or replaced."""
    if Identity.of(os.fstat(reader)) == expected:
        with suppress(OSError):
            if Identity.of(os.lstat(source)) == expected:
                return
    raise changed(source)


def read(reader: int, source: bytes, length: int) -> bytes:
    """Read up to so many bytes; raise UnreadableSource."""
    try:
        return os.read(reader, length)
    except OSError as error:
        raise unreadable(os.fsdecode(source), error) from error


def read_into(reader: int, source: bytes, buffer: memoryview) -> int:
    """Read into a buffer; give how many bytes, 0 at the end; raise UnreadableSource."""
    try:
        return os.readv(reader, [buffer])
    except OSError as error:
        raise unreadable(os.fsdecode(source), error) from error


def changed(source: bytes) -> SourceChanged:
    """Give the error that tells of a file that changed while it was read."""
    shown = os.fsdecode(source)
    mend = Words("等写入结束后重做", "do it again when nothing writes to it any more")
    return SourceChanged("读取期间文件有变动", "the file changed while it was read",
                         mend=mend, file=shown)  # fmt: skip
