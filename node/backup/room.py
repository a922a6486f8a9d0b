"""Room: that the disk on which a backup or a restored home is made is full, in words that say what is left of it."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from node.errors import Unavailable, Words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
"""What SQLite says of a full disk; the second where the file that its processes share finds no room."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def needing_room(place: Path) -> Iterator[None]:
    """Fill a place that gets its name at the end; raise Unavailable when its disk is full and nothing of it is left."""
    mend = Words("腾出空间或换一个磁盘,再运行一次", "free some space or take another disk, then run it again")
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        zh, en = "磁盘已满;没有留下做了一半的东西", "the disk is full; nothing half done is left"
        raise Unavailable(zh, en, mend=mend, file=str(place)) from error
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF not in NO_ROOM:
            raise
        zh, en = "磁盘已满或有故障;没有留下做了一半的东西", "the disk is full or broken; nothing half done is left"
        raise Unavailable(zh, en, mend=mend, file=str(place)) from error
