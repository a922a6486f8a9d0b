"""Fetch what a list names over connections that are kept: fetch_blocks.py HOST:PORT LIST CONNECTIONS."""

import selectors
import socket
import sys
from pathlib import Path

_BUFFER = bytearray(1 << 20)


class Fetching:
    """One connection and the answer that comes on it."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self._host = f"{host}:{port}".encode()
        self._head = b""
        self._left = -1

    def ask(self, path: bytes) -> None:
        """Send a request."""
        self._head, self._left = b"", -1
        self.socket.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: " + self._host + b"\r\n\r\n")

    def take(self) -> bool:
        """Take what has come; tell whether the answer is whole."""
        count = self.socket.recv_into(_BUFFER)
        if count == 0:
            sys.exit("the connection was closed")
        if self._left >= 0:
            self._left -= count
            return self._left == 0
        self._head += _BUFFER[:count]
        head, end, body = self._head.partition(b"\r\n\r\n")
        if end:
            status, *lines = head.lower().split(b"\r\n")
            if b" 200 " not in status:
                sys.exit(status.decode())
            length = next(line for line in lines if line.startswith(b"content-length:"))
            self._left = int(length.partition(b":")[2]) - len(body)
        return self._left == 0


def main() -> None:
    """Fetch everything."""
    host, _, port = sys.argv[1].rpartition(":")
    paths = iter(Path(sys.argv[2]).read_bytes().split())
    waiting = selectors.DefaultSelector()
    for _ in range(int(sys.argv[3])):
        fetching = Fetching(host, int(port))
        if path := next(paths, None):
            fetching.ask(path)
            waiting.register(fetching.socket, selectors.EVENT_READ, fetching)
    while waiting.get_map():
        for key, _ in waiting.select():
            if key.data.take():
                if path := next(paths, None):
                    key.data.ask(path)
                else:
                    waiting.unregister(key.fileobj)
                    key.data.socket.close()


main()
