"""Failure: what is said when a command ends by an error, whichever process it ran in."""

from __future__ import annotations

import errno
import sqlite3
from typing import TYPE_CHECKING

from node.errors import Unavailable, Words, chinese_reason

if TYPE_CHECKING:
    from node.cli.output import Output


def tell_failure(error: BaseException, output: Output) -> None:
    """Say an error in words and remember its exit code."""
    output.refuse(_worded(error))
    output.record({"summary": {"refused": 1}})


def _worded(error: BaseException) -> BaseException:
    """Give words to errors of the operating system; our own have theirs."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if isinstance(error, sqlite3.Error) and code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        mend = Words("看看磁盘是否已满或有故障;之后再运行一次,会接着做完", "see whether the disk is full or broken, then run again: it goes on")
        return Unavailable(f"数据库写不下去:{error}", f"a database cannot be written: {error}", mend=mend)
    if isinstance(error, sqlite3.Error) and code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        mend = Words("用备份恢复节点目录:zhicang restore", "restore the home from a backup: zhicang restore")
        zh = f"节点目录里的数据库(journal.db 或 chain.db)已损坏:{error}"
        return Unavailable(zh, f"a database of the home (journal.db or chain.db) is damaged: {error}", mend=mend)
    if isinstance(error, OSError) and not hasattr(error, "words"):
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            mend = Words("腾出空间后再运行一次,会接着做完", "free some space and run again: it goes on where it stopped")
            return Unavailable("磁盘已满", "the disk is full", mend=mend, file=_text(error.filename))
        zh = f"系统拒绝:{chinese_reason(error)}"
        return Unavailable(zh, f"the system refused: {error.strerror or error}", file=_text(error.filename))
    return error


def _text(name: object) -> str | None:
    return None if name is None else str(name)
