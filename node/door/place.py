"""Where the door is: a socket 0600 in a private folder, and the file in the home that names it.

Clients read the name from `HOME/socket`, which only the home's owner can write; so server and client need not agree on
an environment (a system service has no XDG_RUNTIME_DIR, a login shell has). Both go away when the server ends; after a
kill they stay, and nobody answers there: the next server removes them under the home's lock, a client takes the lock.
"""

from __future__ import annotations

import hashlib
import os
import socket
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from node.errors import Unavailable
from storage.durable import write_durably

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from node.home import Home

LONGEST_PATH = 107
"""Bytes of a socket's path: `sun_path` of unix(7) is 108, one of them the zero at the end."""
_DIGITS = 16


@contextmanager
def open_door(home: Home, environment: Mapping[str, str]) -> Iterator[socket.socket]:
    """Make the listening socket and name it in the home, which the caller has locked; raise Unavailable."""
    path = _folder(environment) / _name(home)
    if len(os.fsencode(path)) > LONGEST_PATH:
        zh, en = f"套接字路径超过 {LONGEST_PATH} 字节", f"the socket's path is longer than {LONGEST_PATH} bytes"
        raise Unavailable(zh, en, file=str(path))
    remove_stale(path)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(path))
        path.chmod(0o600)
        listening.listen()
        write_durably(home.socket, os.fsencode(path) + b"\n", mode=0o600)
        yield listening
    finally:
        listening.close()
        home.socket.unlink(missing_ok=True)
        path.unlink(missing_ok=True)


def remove_stale(path: Path) -> None:
    """Remove a socket that nobody answers any more; raise Unavailable when something else is there, or somebody."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode) or found.st_uid != os.getuid():
        zh, en = "套接字的位置上是别的东西", "something else lies where the socket is to be"
        raise Unavailable(zh, en, file=str(path))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except BlockingIOError:  # somebody listens, and has much to do
            pass
    raise Unavailable("另一个进程在此套接字上应答", "another process answers on this socket", file=str(path))


def door_of(home: Home) -> Path | None:
    """Give the socket that the home names, or None; a name that was copied along with another home is none."""
    try:
        named = home.socket.read_bytes().rstrip(b"\n")
    except FileNotFoundError:
        return None
    path = Path(os.fsdecode(named))
    return path if path.name == _name(home) else None


def _name(home: Home) -> str:
    return hashlib.sha256(os.fsencode(home.path.resolve())).hexdigest()[:_DIGITS] + ".sock"


def _folder(environment: Mapping[str, str]) -> Path:
    """Give a private folder for sockets: in the user's runtime directory, else in /tmp."""
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    for folder in (*([Path(runtime) / "zhicang"] if runtime else []), Path(f"/tmp/zhicang-{os.getuid()}")):  # noqa: S108 - made 0700, owner checked
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError:
            continue
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077:
            return folder
    raise Unavailable("找不到放套接字的私有目录", "there is no private folder for the socket")
