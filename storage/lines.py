"""Taking in a payload that is made here line by line, such as a list of units, in one pass and little memory."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from storage.durable import write_all
from storage.intake import create_copy
from storage.sm3 import new_sm3
from storage.staged import LeafLog, PayloadFile
from storage.unixfs import CHUNK, FileTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from storage.sm3 import Hasher


def take_in_lines(
    lines: Iterable[bytes],
    target: bytes,
    *,
    path: str,
    each: Callable[[bytes], None],
    spool: Path,
    with_sm3: bool = False,
) -> PayloadFile:
    r"""Write lines, each ended with "\n", as a read-only file; give its digests and blocks.

    ``lines`` hold no "\n" of their own; ``each`` gets the SHA-256 of every line without its end, in order. ``target``
    must not exist. OSError is of the target.
    """
    writer = create_copy(target)
    writing = _Writing(writer, LeafLog(spool), new_sm3() if with_sm3 else None)
    try:
        chunk = bytearray()
        for line in lines:
            each(hashlib.sha256(line).digest())
            chunk += line
            chunk += b"\n"
            while len(chunk) >= CHUNK:
                writing.write(bytes(chunk[:CHUNK]))
                del chunk[:CHUNK]
        if chunk:
            writing.write(bytes(chunk))
    except BaseException:
        writing.log.close()
        raise
    finally:
        os.close(writer)
    return writing.finish(path)


class _Writing:
    """A file that is being written leaf by leaf."""

    def __init__(self, writer: int, log: LeafLog, sm3: Hasher | None) -> None:
        self.log = log
        self._writer = writer
        self._whole = hashlib.sha256()
        self._sm3 = sm3
        self._tree = FileTree()
        self._leaves = 0

    def write(self, leaf: bytes) -> None:
        digest = hashlib.sha256(leaf).digest()
        self._whole.update(leaf)
        if self._sm3 is not None:
            self._sm3.update(leaf)
        self.log.append(digest)
        self._tree.add(digest, len(leaf))
        self._leaves += 1
        write_all(self._writer, leaf)

    def finish(self, path: str) -> PayloadFile:
        log = self.log if self._leaves > 1 else None
        second = b"" if self._sm3 is None else self._sm3.digest()
        return PayloadFile(path, self._whole.digest(), self._tree.finish(), log, second)
