"""Building a folder whole or not at all: it gets its name when everything in it is durable.

It is made as `.NAME.PURPOSE-…` beside the place that it is to have, and renamed at the end. A failure removes it; a
kill leaves it with a lock that nobody holds: by that `sweep_unfinished` tells it from one that is being made now.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from node.errors import BadInput, Words
from storage.durable import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LOCK_NAME = "lock"


@contextmanager
def building(path: Path, purpose: str, *, random_bytes: Callable[[int], bytes]) -> Iterator[Path]:
    """Give a new hidden folder (0700) to fill; name it `path` at the end. Raise BadInput when that is taken."""
    refuse_taken(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.parent / f".{path.name}.{purpose}-{random_bytes(4).hex()}"
    hidden.mkdir(mode=0o700)
    descriptor = os.open(hidden / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield hidden
        sync_folder(hidden)
        hidden.rename(path)
        sync_folder(path.parent)
    except BaseException:
        shutil.rmtree(hidden, ignore_errors=True)
        raise
    finally:
        os.close(descriptor)


def refuse_taken(path: Path) -> None:
    """Raise BadInput unless a path is free, or an empty folder."""
    if path.is_symlink() or (path.exists() and (not path.is_dir() or any(path.iterdir()))):
        mend = Words("换一个目录;已有的目录不会被覆盖", "name another folder; what exists is never overwritten")
        raise BadInput("已存在且不是空目录", "it exists and is not empty", mend=mend, file=str(path))


def sweep_unfinished(path: Path, purpose: str) -> list[Path]:
    """Remove what killed processes left of building `path`; give what was removed.

    Safe: such a folder never had its name, so no key in it ever signed anything that anybody has seen.
    """
    prefix = f".{path.name}.{purpose}-"
    if not path.parent.is_dir():
        return []
    left = [entry for entry in path.parent.iterdir() if entry.name.startswith(prefix)]
    return [entry for entry in sorted(left) if _is_left(entry) and _remove(entry)]


def _is_left(entry: Path) -> bool:
    """Tell whether a folder is ours and nobody is building it."""
    if entry.is_symlink() or not entry.is_dir() or entry.stat().st_uid != os.getuid():
        return False
    try:
        descriptor = os.open(entry / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)


def _remove(entry: Path) -> bool:
    shutil.rmtree(entry, ignore_errors=True)
    return not entry.exists()
