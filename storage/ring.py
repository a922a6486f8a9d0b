"""The ring of buffers that a large file passes through, so that hashing costs no time of its own.

The thread that owns the ring reads and writes, a second one hashes the whole, a third the leaves, and a fourth takes
the SM3 where that is wanted; hashing lets go of the interpreter's lock. Memory is the buffers, whatever the size.
"""

from __future__ import annotations

import hashlib
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Self

from storage.sm3 import new_sm3
from storage.source import read_into
from storage.unixfs import CHUNK, Built, FileTree

if TYPE_CHECKING:
    from storage.staged import LeafLog

_BUFFERS = 8


class Ring:
    """Buffers that go round: filled and written here, hashed whole, hashed as a leaf, and back.

    The other threads only hash; the log and the tree belong to the thread that owns the ring.
    """

    def __init__(self, log: LeafLog, *, sm3: bool = False) -> None:
        self._log = log
        self._tree = FileTree()
        self._whole = hashlib.sha256()
        self._free: list[memoryview] = []
        self._made = 0
        self._current = memoryview(b"")
        self._for_whole: SimpleQueue[tuple[memoryview, int] | None] = SimpleQueue()
        self._for_leaves: SimpleQueue[tuple[memoryview, int] | None] = SimpleQueue()
        self._hashed: SimpleQueue[tuple[memoryview, int, bytes] | None] = SimpleQueue()
        self._for_sm3: SimpleQueue[tuple[memoryview, int, bytes] | None] = SimpleQueue()
        self._sm3 = new_sm3() if sm3 else None
        self._threads = [Thread(target=self._hash_whole), Thread(target=self._hash_leaves)]
        if sm3:
            self._threads.append(Thread(target=self._hash_sm3))

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
            self._find_free()
        self._current = self._free.pop()
        filled = 0
        while filled < CHUNK and (length := read_into(reader, source, self._current[filled:])):
            filled += length
        return filled

    def hash_part(self, length: int) -> memoryview:
        """Send the filled buffer to be hashed; give its bytes, valid until the next `fill`."""
        self._for_whole.put((self._current, length))
        return self._current[:length]

    def finish(self) -> tuple[bytes, Built, bytes]:
        """Give the SHA-256 of the whole, the top of the tree, and the SM3 of the whole or b""."""
        self._for_whole.put(None)
        while self._collect():
            pass
        return self._whole.digest(), self._tree.finish(), b"" if self._sm3 is None else self._sm3.digest()

    def _find_free(self) -> None:
        """Take a buffer back, or make one more while there may be: a file of two chunks needs no eight."""
        if self._made < _BUFFERS and self._hashed.empty():
            self._free.append(memoryview(bytearray(CHUNK)))
            self._made += 1
        else:
            self._collect()

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
        done = self._hashed if self._sm3 is None else self._for_sm3
        while (part := self._for_leaves.get()) is not None:
            done.put((*part, hashlib.sha256(part[0][: part[1]]).digest()))
        done.put(None)

    def _hash_sm3(self) -> None:
        while (part := self._for_sm3.get()) is not None:
            if self._sm3 is not None:
                self._sm3.update(part[0][: part[1]])
            self._hashed.put(part)
        self._hashed.put(None)
