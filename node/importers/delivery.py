"""A delivery 交付: the files that were brought, in a folder, a BagIt bag, or a ZIP of either.

Opening a delivery reads names and sizes, never payload. What cannot be kept is collected, not raised, because a
pre-check tells everything at once; a ZIP or a bag that must not be touched at all is refused.
"""

from __future__ import annotations

import lzma
import os
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

from node.errors import BadInput, Words
from storage.errors import UnsafeName
from storage.names import check_collisions, decode_name
from storage.walk import is_never_payload

if TYPE_CHECKING:
    from collections.abc import Collection

DATA = "data/"
"""Where the payload of a bag lies."""
UNREADABLE = (
    OSError, EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip
"""What reading a file raises, on a disk that fails or in a ZIP that is damaged."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a delivery, to be opened in whatever process: its size, its place, and the ZIP that it lies in."""

    size: int
    place: str
    archive: str | None = None

    def open(self) -> IO[bytes]:
        """Open it for reading; this and reading on raise one of `UNREADABLE`."""
        if self.archive is None:
            return Path(self.place).open("rb")
        return _archive(self.archive).open(self.place)


    def whole(self, name: str) -> bytes:
        """Read all of a file that is known to be small, such as a list; raise BadInput that names it."""
        try:
            with self.open() as stream:
                return stream.read()
        except UNREADABLE as error:
            zh, en = "读不了:介质出错或压缩数据损坏", f"cannot be read: {error}"
            raise BadInput(zh, en, mend=Words("请重新复制", "copy it again"), file=name) from error


@lru_cache(maxsize=1)
def _archive(path: str) -> zipfile.ZipFile:
    """Keep a ZIP open: its directory is read once, not once a member. It may be read from several threads."""
    return zipfile.ZipFile(path)


forget_archive = _archive.cache_clear
"""Close the ZIP that is kept open: the file of that name may be another one by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that cannot be kept: its path, which rule of the pre-check it breaks, and the storage's own words."""

    path: str
    rule: str
    error: UnsafeName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What was brought: the files by relative POSIX path in the order of their bytes, and what is said of them.

    ``listed`` are digests that came with the delivery itself (a bag's manifests), as path → algorithm → hexadecimal.
    """

    place: Path
    kind: str
    files: dict[str, Entry]
    ignored: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    listed: dict[str, dict[str, str]] = field(default_factory=dict)

    def folders(self) -> set[str]:
        """Give every folder that holds a file at some depth."""
        found: set[str] = set()
        for parent in {path.rpartition("/")[0] for path in self.files}:
            folder = parent
            while folder and folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return found

    def entries(self) -> dict[str, int]:
        """Give the files and folders of the top level, each with how many files it is."""
        found: dict[str, int] = {}
        for path in self.files:
            top = path.partition("/")[0]
            found[top] = found.get(top, 0) + 1
        return found


def open_folder(folder: Path, *, only: Collection[str] | None = None) -> Delivery:
    """Open a folder; with `only`, those entries of its top level alone. Raise OSError when it cannot be listed."""
    files: dict[str, Entry] = {}
    ignored: list[str] = []
    faults: list[Fault] = []
    waiting = [""]
    while waiting:
        parent = waiting.pop()
        try:
            with os.scandir(folder / parent if parent else folder) as listing:
                found = [entry for entry in listing if parent or only is None or entry.name in only]
        except OSError:
            if not parent:
                raise
            faults.append(Fault(path=parent, rule="unreadable"))
            continue
        if not found and parent:
            faults.append(Fault(path=parent, rule="folder-empty"))
        for entry in found:
            path = f"{parent}/{entry.name}" if parent else entry.name
            if is_never_payload(entry.name) and entry.is_file(follow_symlinks=False):
                ignored.append(path)
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            elif entry.is_file(follow_symlinks=False):
                files[path] = Entry(entry.stat(follow_symlinks=False).st_size, entry.path)
            else:
                faults.append(Fault(path=path, rule="symlink" if entry.is_symlink() else "special-file"))
        faults += name_faults(parent, [entry.name for entry in found])
    return Delivery(
        place=folder,
        kind="folder",
        files=dict(sorted(files.items(), key=lambda item: os.fsencode(item[0]))),
        ignored=tuple(sorted(ignored)),
        faults=tuple(sorted(faults, key=lambda fault: os.fsencode(fault.path))),
    )


def name_faults(folder: str, names: list[str]) -> list[Fault]:
    """Find among the names of one folder those that cannot be kept, and those that collide."""
    faults: list[Fault] = []
    kept: list[str] = []
    for name in sorted(names):
        path = f"{folder}/{name}" if folder else name
        try:
            kept.append(decode_name(os.fsencode(name), path))
        except UnsafeName as error:
            faults.append(Fault(path=path, rule="name-unsafe", error=error))
    while kept:
        try:
            check_collisions(kept, folder)
            break
        except UnsafeName as error:
            path = error.file or ""
            faults.append(Fault(path=path, rule="name-collides", error=error))
            kept.remove(path.rpartition("/")[2])
    return faults


def origin_of(delivery: Delivery, path: str) -> str:
    """Give where people have a resource of a delivery, as the journal names it; ``path`` "." is all of it."""
    place = str(delivery.place.absolute())
    inside = "" if path == "." else f"/{path}"
    return place + ("/" + DATA.rstrip("/") if delivery.kind == "bag" and delivery.place.is_dir() else "") + inside
