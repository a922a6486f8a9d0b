"""The caller: hands a command to the process that owns the home and passes on what it answers, to the end."""

from __future__ import annotations

import os
import socket
import struct
from typing import TYPE_CHECKING

from node.door import frames
from node.errors import Unavailable, Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from node.door.request import Request

PATIENCE = 10.0
"""Seconds to connect and to hand over the request; the answer takes as long as the act."""


def call(path: Path, request: Request, *, hear: Callable[[str, str], None]) -> int | None:
    """Have a request carried out; give its exit code, or None when nobody is behind the door.

    ``hear`` is called with "out" or "err" and each text that the act says.

    Raises:
        Unavailable: the socket is another user's, or the server ended before it had answered to the end.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.settimeout(PATIENCE)
        try:
            door.connect(str(path))
            if peer_uid(door) != os.getuid():
                zh, en = "应答的进程属于另一个用户", "the process that answers is another user's"
                raise Unavailable(zh, en, file=str(path))
            door.sendall(frames.encode(request.to_json()))
            door.settimeout(None)
        except (ConnectionRefusedError, FileNotFoundError):
            return None
        except OSError as error:
            raise _unanswered(path) from error
        while "exit" not in (answer := _read(door, path)):
            for name, text in answer.items():
                hear(name, str(text))
        return int(answer["exit"])


def peer_uid(connection: socket.socket) -> int:
    """Give the user whose process is at the other end of a Unix socket (SO_PEERCRED)."""
    size = struct.calcsize("3i")
    _, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return int(uid)


def _read(door: socket.socket, path: Path) -> dict[str, Any]:
    try:
        length = frames.length_of(_exactly(door, frames.HEAD), most=frames.MOST_ANSWER)
        return frames.decode(_exactly(door, length))
    except (OSError, frames.BadFrameError) as error:
        raise _unanswered(path) from error


def _exactly(door: socket.socket, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        piece = door.recv(length - len(data))
        if not piece:
            raise ConnectionResetError("the server ended")
        data += piece
    return bytes(data)


def _unanswered(path: Path) -> Unavailable:
    mend = Words("再运行一次,会接着做完", "run again: it goes on where it stopped")
    zh, en = "节点服务在答完之前中断了", "the serving process ended before it had answered"
    return Unavailable(zh, en, mend=mend, file=str(path))
