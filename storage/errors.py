"""The errors of storage, each told in Chinese and English, with the exit code that it ends a command with.

StorageError              3  the disk or the operating system refuses
├── DiskFull              3  no room, no quota, or a file larger than is allowed here
├── Unreachable           3  a kubo that does not answer, or answers with a failure of its own
│   ├── KuboSilent           it said nothing for longer than is allowed
│   ├── KuboFull             its disk is full
│   └── TokenRefused         it does not take the token
├── NotPrivate            3  a kubo that strangers could reach
├── RootMissing           3  no storage root or block index where one was expected
├── BadSource             2  what was given cannot be stored
│   ├── UnreadableSource     it cannot be opened or read
│   ├── SourceChanged        it changed while it was read
│   ├── UnsafeName           symlink, special file, empty folder, or a name that cannot be kept
│   ├── EmptyFile            an empty file alone
│   ├── TargetNotEmpty       a folder to be written that has something in it
│   ├── BadCar               a CAR that is malformed, lacks blocks or has some that do not belong to it
│   │   └── UncheckableBlock     a whole section with a CID of another codec or hash function
│   └── DagTooLarge          a DAG too deep, too wide or too large to be taken in
├── RootExists            2  a storage root is there already
├── MalformedId           2  text or bytes that are no CID or object id of ours
├── UnknownObject         2  no such object
├── UnknownBlock          2  no such block
├── UnknownPath           2  a path that leads nowhere in its DAG
└── Damaged               1  bytes that do not match their digest
"""

from __future__ import annotations

import errno
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


_REASONS = {
    errno.ENOENT: "没有这个文件或目录",
    errno.EACCES: "没有权限",
    errno.EPERM: "不允许",
    errno.ENOTDIR: "路径中有一段不是目录",
    errno.ENAMETOOLONG: "名称过长",
    errno.ELOOP: "符号链接过多",
    errno.EISDIR: "这是一个目录",
    errno.EIO: "读写设备出错",
    errno.EROFS: "文件系统只读",
}
"""The system's reasons in Chinese; others stay as the system says them."""


def chinese_reason(error: OSError) -> str:
    """Give the system's reason in Chinese, or as the system says it."""
    return _REASONS.get(error.errno or 0, error.strerror or str(error))


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Give the sentence in "zh" or "en"."""
        return self.zh if language == "zh" else self.en


class StorageError(Exception):
    """Something that storage cannot do, with words for its user.

    Args:
        zh: what is wrong, in Chinese.
        en: the same in English.
        mend: what the user can do about it.
        file: the file concerned, as the user named it.
        row: its row in a list, set by who knows the list.
        field: the field concerned, likewise.
    """

    code: ClassVar[str] = "storage"
    exit_code: ClassVar[int] = 3
    http_status: ClassVar[int] = 503

    def __init__(
        self,
        zh: str,
        en: str,
        *,
        mend: Words | None = None,
        file: str | None = None,
        row: int | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(en)
        self.words = Words(zh, en)
        self.mend = mend
        self.file = file
        self.row = row
        self.field = field


class DiskFull(StorageError):  # noqa: N818 - this and the others read as the fact they state
    """No room, no quota, or a file larger than is allowed here."""

    code = "disk-full"
    http_status = 507


class RootMissing(StorageError):  # noqa: N818
    """No storage root or block index where one was expected."""

    code = "storage-missing"


class BadSource(StorageError):  # noqa: N818
    """What was given cannot be stored."""

    code = "bad-source"
    exit_code = 2
    http_status = 400


class UnreadableSource(BadSource):
    """A source that cannot be opened or read."""

    code = "unreadable-source"


class SourceChanged(BadSource):
    """A source that changed while it was read."""

    code = "source-changed"
    http_status = 409


class UnsafeName(BadSource):
    """A symlink, special file or empty folder, or a name that cannot be kept for ever."""

    code = "unsafe-name"


class EmptyFile(BadSource):
    """An empty file alone; inside a folder it is accepted."""

    code = "empty-file"


class TargetNotEmpty(BadSource):
    """A folder to be written that has something in it."""

    code = "target-not-empty"
    http_status = 409


class BadCar(BadSource):
    """A CAR that is malformed, lacks blocks, or has some that do not belong to it."""

    code = "bad-car"


class UncheckableBlock(BadCar):
    """A whole section of a CAR whose CID has a codec or hash function that is not read here; the next can be read."""


class DagTooLarge(BadSource):
    """A DAG too deep, too wide or too large to be taken in."""

    code = "dag-too-large"


class Unreachable(StorageError):  # noqa: N818
    """A kubo that does not answer, or answers with a failure of its own."""

    code = "kubo-unreachable"


class KuboSilent(Unreachable):
    """A kubo that said nothing, or took nothing, for longer than is allowed."""

    code = "kubo-silent"


class KuboFull(Unreachable):
    """A kubo whose disk is full."""

    code = "kubo-disk-full"
    http_status = 507


class TokenRefused(Unreachable):
    """A kubo that does not take the token, or wants one."""

    code = "kubo-token"


class NotPrivate(StorageError):  # noqa: N818
    """A kubo that strangers could reach, or that would tell them what it holds."""

    code = "kubo-not-private"


class RootExists(StorageError):  # noqa: N818
    """A storage root that is there already."""

    code = "storage-exists"
    exit_code = 2
    http_status = 409


class MalformedId(StorageError):  # noqa: N818
    """Text or bytes that are no CID or object id of ours."""

    code = "malformed-id"
    exit_code = 2
    http_status = 400


class UnknownObject(StorageError):  # noqa: N818
    """An object that the storage root does not hold."""

    code = "unknown-object"
    exit_code = 2
    http_status = 404


class UnknownBlock(StorageError):  # noqa: N818
    """A block that the index does not know."""

    code = "unknown-block"
    exit_code = 2
    http_status = 404


class UnknownPath(StorageError):  # noqa: N818
    """A path that leads nowhere in its DAG."""

    code = "unknown-path"
    exit_code = 2
    http_status = 404


class Damaged(StorageError):  # noqa: N818
    """Bytes that do not match their digest; they are never given out."""

    code = "damaged"
    exit_code = 1
    http_status = 500


@contextmanager
def told_of(file: str) -> Iterator[None]:
    """Turn an OSError of the storage's own disk into a DiskFull or StorageError that names the file."""
    try:
        yield
    except OSError as error:
        raise from_os(error, file) from error


def from_os(error: OSError, file: str) -> StorageError:
    """Give the DiskFull or StorageError that tells an OSError of the storage's own disk."""
    if error.errno in _NO_ROOM:
        mend = Words("腾出空间或换更大的磁盘后重做", "make room or use a larger disk, then do it again")
        zh, en = f"磁盘空间不足,未存下 {file}", f"the disk is full; {file} was not stored"
        return DiskFull(zh, en, mend=mend, file=file)
    if error.errno == errno.EXDEV:
        mend = Words(
            "把节点目录里的 storage、staging、repairs 放到同一块磁盘,可用符号链接",
            "let storage, staging and repairs of the home lie on one disk; symbolic links will do",
        )
        zh, en = f"存储根与 staging 不在同一磁盘:{file}", f"storage root and staging are on different disks: {file}"
        return StorageError(zh, en, mend=mend, file=file)
    zh, en = f"存储出错({chinese_reason(error)}):{file}", f"storage failed ({error.strerror or error}): {file}"
    return StorageError(zh, en, file=file)
