"""The staging folder: payloads on their way in, each in the shape of the object that it will become.

A crash leaves folders here that nobody knows of; `sweep` removes them at the writer's next start.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from storage.ahead import ahead
from storage.errors import EmptyFile, SourceChanged, Words, from_os, told_of
from storage.intake import take_in
from storage.lines import take_in_lines
from storage.names import check_name, decode_name
from storage.staged import Kind, Payload, PayloadFile, Staged
from storage.walk import Identity, look_at, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from storage.walk import FoundFile

_PAYLOAD = b"/v1/content/payload/"
_WORTH_A_THREAD = 64 << 10
"""Bytes a file from which on taking two at once gains more than handing them to threads costs."""


class Staging:
    """A staging folder; owned by the one writer, made when it is first needed."""

    def __init__(self, path: Path, *, sm3: bool = False) -> None:
        self._path = path
        self._sm3 = sm3
        self._prefix = b"%b/%d-" % (os.fsencode(path), os.getpid())
        self._count = itertools.count()

    def take(self, source: Path, *, left_out: Collection[str], progress: Callable[[int], None] | None) -> Staged:
        """Copy and hash a file or folder; raise BadSource or DiskFull, with nothing left behind."""
        status = look_at(source)
        if stat.S_ISDIR(status.st_mode):
            return self._take_tree(source, left_out, progress)
        name = decode_name(os.fsencode(source.name), str(source))
        if status.st_size == 0:
            raise _empty(str(source))

        def copy(payload: bytes) -> list[PayloadFile]:
            target = payload + name.encode()
            identity = Identity.of(status)
            return [self._take_in(os.fsencode(source), target, name, identity, progress)]

        return self._fill(str(source), Kind.FILE, copy)

    def is_worth_a_thread(self, source: Path) -> bool:
        """Tell whether taking a source takes so long that a thread of its own is cheap: a large file, or a folder."""
        try:
            status = source.lstat()
        except (OSError, ValueError):
            return False
        return not stat.S_ISREG(status.st_mode) or status.st_size >= _WORTH_A_THREAD

    def take_lines(self, lines: Iterable[bytes], *, name: str, each: Callable[[bytes], None]) -> Staged:
        """Write lines as one payload file; raise EmptyFile or DiskFull, with nothing left behind."""
        check_name(name, name)

        def write(payload: bytes) -> list[PayloadFile]:
            target = payload + name.encode()
            file = take_in_lines(lines, target, path=name, each=each, spool=self._path, with_sm3=self._sm3)
            if file.size == 0:
                raise _empty(name)
            return [file]

        return self._fill(name, Kind.FILE, write)

    def file_of(self, staged: Staged, name: str) -> Path:
        """Give where a payload file of what is staged lies."""
        return Path(os.fsdecode(staged.place + _PAYLOAD)) / name

    def discard(self, staged: Staged) -> None:
        """Remove a staged payload."""
        staged.payload.close()
        shutil.rmtree(staged.place, ignore_errors=True)

    def clear(self, place: bytes) -> None:
        """Remove what is left of a folder made here; b"" is none."""
        if place:
            shutil.rmtree(place, ignore_errors=True)

    def take_back(self, path: bytes) -> None:
        """Move an object that nobody relies on out of the root, and remove it; raise OSError."""
        place = self.new()
        os.rename(path, place + b"/removed")  # noqa: PTH104 - bytes
        shutil.rmtree(place)

    def sweep(self) -> int:
        """Remove everything that lies here; give how many payloads that was."""
        with told_of(str(self._path)):
            self._path.mkdir(mode=0o700, exist_ok=True)
            leftovers = list(self._path.iterdir())
            for leftover in leftovers:
                if leftover.is_dir() and not leftover.is_symlink():
                    shutil.rmtree(leftover)
                else:
                    leftover.unlink()
        return len(leftovers)

    def _take_tree(self, source: Path, left_out: Collection[str], progress: Callable[[int], None] | None) -> Staged:
        walked = walk(source, left_out)
        base = os.fsencode(source) + b"/"

        def copy(payload: bytes) -> list[PayloadFile]:
            made = {""}
            for found in walked.files:
                _make_parents(payload, found.path, made)

            def take(found: FoundFile) -> PayloadFile:
                name = found.path.encode()
                return self._take_in(base + name, payload + name, found.path, found.identity, progress)

            size = sum(found.identity.size for found in walked.files)
            if self._sm3 and size >= _WORTH_A_THREAD * len(walked.files):
                done = ahead(take, walked.files, undo=lambda _: None)
                files = [future.result() for _, future in done]
            else:
                files = [take(found) for found in walked.files]
            if walk(source, left_out) != walked:
                raise _changed(str(source))
            return files

        return self._fill(str(source), Kind.TREE, copy, walked.ignored)

    def _fill(
        self, shown: str, kind: Kind, fill: Callable[[bytes], list[PayloadFile]], ignored: tuple[str, ...] = ()
    ) -> Staged:
        """Make a place, have its payload folder filled, and remove it again when anything goes wrong."""
        place = b""
        try:
            place = self.new()
            for folder in (b"/v1", b"/v1/content", _PAYLOAD):
                os.mkdir(place + folder)  # noqa: PTH102 - bytes
            payload = Payload.of(fill(place + _PAYLOAD))
            return _staged(kind, payload, place, ignored)
        except BaseException as error:
            if place:
                shutil.rmtree(place, ignore_errors=True)
            if isinstance(error, OSError):
                raise from_os(error, shown) from error
            raise

    def _take_in(
        self, source: bytes, target: bytes, path: str, identity: Identity, progress: Callable[[int], None] | None
    ) -> PayloadFile:
        return take_in(
            source, target, path=path, expected=identity, spool=self._path, progress=progress, with_sm3=self._sm3
        )

    def new(self) -> bytes:
        """Make an empty folder here."""
        while True:
            place = self._prefix + b"%d" % next(self._count)
            try:
                os.mkdir(place)  # noqa: PTH102 - bytes
            except FileExistsError:
                continue  # of an earlier process that had this process's number
            except FileNotFoundError:
                self._path.mkdir(mode=0o700, exist_ok=True)
                continue
            return place


def _staged(kind: Kind, payload: Payload, place: bytes, ignored: tuple[str, ...]) -> Staged:
    manifest = payload.manifest
    return Staged(
        kind=kind,
        payload=payload,
        manifest=manifest,
        content_digest=payload.files[0].sha256 if kind is Kind.FILE else hashlib.sha256(manifest).digest(),
        cid=payload.cid(kind),
        size=payload.size,
        ignored=ignored,
        place=place,
    )


def _make_parents(payload: bytes, path: str, made: set[str]) -> None:
    missing: list[str] = []
    parent = path.rpartition("/")[0]
    while parent not in made:
        missing.append(parent)
        parent = parent.rpartition("/")[0]
    for folder in reversed(missing):
        os.mkdir(payload + folder.encode())  # noqa: PTH102 - bytes
        made.add(folder)


def _empty(shown: str) -> EmptyFile:
    mend = Words("检查来源,多半是复制时出错", "check where it came from; a copy has probably failed")
    return EmptyFile("空文件", "an empty file", mend=mend, file=shown)


def _changed(shown: str) -> SourceChanged:
    mend = Words("等写入结束后重做", "do it again when nothing writes to it any more")
    zh, en = "读取期间文件夹有变动", "the folder changed while it was read"
    return SourceChanged(zh, en, mend=mend, file=shown)
