"""Walking a source: which of its files are payload, which are ignored, and what cannot be stored at all.

The same walk serves storing and verifying, so both see the same files.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from storage.errors import UnreadableSource, UnsafeName, Words, chinese_reason
from storage.names import check_collisions, decode_name

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_IGNORED = frozenset({"Thumbs.db", ".DS_Store"})
_OWNER_FILE = "~$"
"""What office programs put before the name of a document that is open."""


class Identity(NamedTuple):
    """What tells whether a file changed between two looks: device, inode, bytes, modification time in ns."""

    device: int
    inode: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Identity:
        """Take it from a stat."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A payload file of a folder: its relative POSIX path and what it was when found."""

    path: str
    identity: Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """A folder's payload, sorted by the bytes of the paths, and the paths that were ignored."""

    files: tuple[FoundFile, ...]
    ignored: tuple[str, ...]


def look_at(source: Path) -> os.stat_result:
    """Stat a source itself; raise UnreadableSource, or UnsafeName unless it is a regular file or a folder."""
    try:
        status = os.lstat(source)
    except (OSError, ValueError) as error:
        raise unreadable(source, error) from error
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        raise _special(str(source), symlink=stat.S_ISLNK(status.st_mode))
    return status


def walk(folder: Path, left_out: Collection[str] = ()) -> Walked:
    """Find the payload of a folder.

    ``left_out`` are relative POSIX paths of files that are no payload. `Thumbs.db`, `.DS_Store` and `~$*` never are.
    Raise UnreadableSource, and UnsafeName for symlinks, special files, empty folders and names that cannot be kept.
    """
    files: list[FoundFile] = []
    ignored: list[str] = []
    waiting: list[str] = [""]
    base = os.fsencode(folder)
    while waiting:
        parent = waiting.pop()
        entries = _list(base, parent, folder)
        names: list[str] = []
        for entry in entries:
            shown = str(folder / parent / os.fsdecode(entry.name))
            if _is_ignored(entry, parent, left_out):
                ignored.append(_join(parent, entry.name.decode()))
                continue
            name = decode_name(entry.name, shown)
            names.append(name)
            path = _join(parent, name)
            if entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            elif entry.is_file(follow_symlinks=False):
                files.append(FoundFile(path, _identity(entry, shown)))
            else:
                raise _special(shown, symlink=entry.is_symlink())
        if not names:
            raise _empty(folder / parent)
        check_collisions(names, str(folder / parent))
    files.sort(key=lambda file: file.path.encode())
    return Walked(files=tuple(files), ignored=tuple(sorted(ignored)))


def unreadable(source: object, error: Exception) -> UnreadableSource:
    """Give the error that tells why a source cannot be read."""
    reason = (isinstance(error, OSError) and error.strerror) or str(error)
    chinese = chinese_reason(error) if isinstance(error, OSError) else reason
    mend = Words("检查路径、权限和介质", "check the path, the permissions and the medium")
    zh, en = f"读不了:{chinese}", f"cannot be read: {reason}"
    return UnreadableSource(zh, en, mend=mend, file=str(source))


def _list(base: bytes, parent: str, folder: Path) -> list[os.DirEntry[bytes]]:
    try:
        with os.scandir(os.path.join(base, parent.encode()) if parent else base) as entries:  # noqa: PTH118 - bytes
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise unreadable(folder / parent, error) from error


def _identity(entry: os.DirEntry[bytes], shown: str) -> Identity:
    try:
        return Identity.of(entry.stat(follow_symlinks=False))
    except OSError as error:
        raise unreadable(shown, error) from error


def _is_ignored(entry: os.DirEntry[bytes], parent: str, left_out: Collection[str]) -> bool:
    try:
        name = entry.name.decode()
    except UnicodeDecodeError:
        return False
    if not is_never_payload(name) and _join(parent, name) not in left_out:
        return False
    return entry.is_file(follow_symlinks=False)


def is_never_payload(name: str) -> bool:
    """Tell whether a file of this name (without folders) is left out everywhere."""
    return name in _IGNORED or name.startswith(_OWNER_FILE)


def _join(parent: str, name: str) -> str:
    return f"{parent}/{name}" if parent else name


def _special(shown: str, *, symlink: bool) -> UnsafeName:
    if symlink:
        mend = Words("请换成它指向的文件本身", "put the file itself in its place")
        return UnsafeName("不接受符号链接", "symbolic links are refused", mend=mend, file=shown)
    mend = Words("只接受普通文件和文件夹", "only regular files and folders are accepted")
    return UnsafeName("不是普通文件", "not a regular file", mend=mend, file=shown)


def _empty(folder: Path) -> UnsafeName:
    mend = Words("删去空文件夹,或放入文件", "remove the empty folder or put something into it")
    return UnsafeName("空文件夹", "an empty folder", mend=mend, file=str(folder))
