"""The staging folder: payloads on their way in, each in the shape of the object that it will become.

A crash leaves folders here that nobody knows of; `sweep` removes them at the writer's next start.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from storage.cid import RAW, Cid
from storage.errors import DirectoryTooLarge, EmptyFile, SourceChanged, Words, told_of
from storage.intake import take_in
from storage.lines import take_in_lines
from storage.names import decode_name
from storage.staged import Kind, Payload, PayloadFile, Staged
from storage.unixfs import Built, build_folder
from storage.walk import Identity, Walked, look_at, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

_NO_CID = Cid(RAW, bytes(32))


class Staging:
    """A staging folder; owned by the one writer, made when it is first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._count = itertools.count()

    def take(
        self, source: Path, *, left_out: Collection[str], progress: Callable[[int], None] | None
    ) -> Staged:
        """Copy and hash a file or folder; raise BadSource or DiskFull, with nothing left behind."""
        status = look_at(source)
        if stat.S_ISDIR(status.st_mode):
            return self._take_tree(source, left_out, progress)
        name = decode_name(os.fsencode(source.name), str(source))
        if status.st_size == 0:
            raise _empty(str(source))
        with self._place(str(source)) as (place, payload):
            file = take_in(
                os.fsencode(source),
                b"%b/%b" % (payload, name.encode()),
                path=name,
                expected=Identity.of(status),
                spool=self._path,
                progress=progress,
            )
            return _staged(Kind.FILE, [file], place, ())

    def take_lines(self, lines: Iterable[bytes], *, name: str, each: Callable[[bytes], None]) -> Staged:
        """Write lines as one payload file; raise EmptyFile or DiskFull, with nothing left behind."""
        with self._place(name) as (place, payload):
            file = take_in_lines(lines, b"%b/%b" % (payload, name.encode()), path=name, each=each, spool=self._path)
            if file.size == 0:
                raise _empty(name)
            return _staged(Kind.FILE, [file], place, ())

    def discard(self, staged: Staged) -> None:
        """Remove a staged payload."""
        staged.payload.close()
        shutil.rmtree(staged.place, ignore_errors=True)

    def take_back(self, path: Path) -> None:
        """Move an object that nobody relies on out of the root, and remove it; raise OSError."""
        place = self._new()
        path.rename(place / "removed")
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
        _refuse_large_folders(walked, source)
        files: list[PayloadFile] = []
        with self._place(str(source)) as (place, payload):
            made = {""}
            for found in walked.files:
                _make_parents(payload, found.path, made)
                relative = found.path.encode()
                files.append(
                    take_in(
                        b"%b/%b" % (os.fsencode(source), relative),
                        b"%b/%b" % (payload, relative),
                        path=found.path,
                        expected=found.identity,
                        spool=self._path,
                        progress=progress,
                    )
                )
            if walk(source, left_out) != walked:
                raise _changed(str(source))
            return _staged(Kind.TREE, files, place, walked.ignored)

    @contextmanager
    def _place(self, shown: str) -> Iterator[tuple[Path, bytes]]:
        """Make a place with its payload folder; remove it when anything goes wrong inside."""
        with told_of(shown):
            place = self._new()
            try:
                path = os.fsencode(place)
                for folder in (b"/v1", b"/v1/content", b"/v1/content/payload"):
                    os.mkdir(path + folder)  # noqa: PTH102 - bytes
                yield place, path + b"/v1/content/payload"
            except BaseException:
                shutil.rmtree(place, ignore_errors=True)
                raise

    def _new(self) -> Path:
        while True:
            place = self._path / f"{os.getpid()}-{next(self._count)}"
            try:
                place.mkdir()
            except FileExistsError:
                continue  # of an earlier process that had this process's number
            except FileNotFoundError:
                self._path.mkdir(mode=0o700, exist_ok=True)
                continue
            return place


def _staged(kind: Kind, files: list[PayloadFile], place: Path, ignored: tuple[str, ...]) -> Staged:
    payload = Payload.of(files)
    manifest = payload.manifest
    return Staged(
        kind=kind,
        payload=payload,
        manifest=manifest,
        content_digest=files[0].sha256 if kind is Kind.FILE else hashlib.sha256(manifest).digest(),
        cid=payload.cid(kind),
        size=payload.folder.size,
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
        os.mkdir(b"%b/%b" % (payload, folder.encode()))  # noqa: PTH102 - bytes
        made.add(folder)


def _refuse_large_folders(walked: Walked, source: Path) -> None:
    """Raise DirectoryTooLarge before anything is copied; sizes are not known fully yet, so the building asks again."""
    try:
        build_folder((file.path, Built(_NO_CID, file.identity.size, file.identity.size)) for file in walked.files)
    except DirectoryTooLarge as error:
        error.file = str(source / (error.file or ""))
        raise


def _empty(shown: str) -> EmptyFile:
    mend = Words("检查来源,多半是复制时出错", "check where it came from; a copy has probably failed")
    return EmptyFile(f"空文件:{shown}", f"empty file: {shown}", mend=mend, file=shown)


def _changed(shown: str) -> SourceChanged:
    mend = Words("等写入结束后重做", "do it again when nothing writes to it any more")
    zh, en = f"读取期间文件夹有变动:{shown}", f"the folder changed while it was read: {shown}"
    return SourceChanged(zh, en, mend=mend, file=shown)
