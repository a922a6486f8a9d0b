"""The voice of an act that was asked for through the door: its text goes to the client, from any thread."""

from __future__ import annotations

import asyncio
import contextlib
import io
from typing import TYPE_CHECKING

from node.door import frames

if TYPE_CHECKING:
    from typing import Any

MOST_UNREAD = 16 << 20
"""Bytes that a client may leave unread; with more it counts as gone."""


class Voice:
    """Sends frames to one client; never waits for it, and outlives it."""

    def __init__(self, writer: asyncio.StreamWriter, *, terminal: bool) -> None:
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self.out = _Stream(self, "out", terminal=False)
        self.err = _Stream(self, "err", terminal=terminal)

    def waits(self, language: str) -> None:
        """Tell the client that another act is under way."""
        zh, en = "节点正在办另一件事,请稍候 ……", "the node is busy with another act; waiting …"
        print(zh if language == "zh" else en, file=self.err, flush=True)

    async def end(self, exit_code: int) -> None:
        """Send the exit code, the last frame, and wait until everything was read, or will never be."""
        self.send({"exit": exit_code})
        await asyncio.sleep(0)  # frames are written by the loop in their order; this comes behind them
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    def send(self, value: dict[str, Any]) -> None:
        """Send a frame, from any thread."""
        self._loop.call_soon_threadsafe(self._write, frames.encode(value))

    def _write(self, frame: bytes) -> None:
        transport = self._writer.transport
        if transport.is_closing():
            return
        transport.write(frame)
        if transport.get_write_buffer_size() > MOST_UNREAD:
            transport.abort()


class _Stream(io.TextIOBase):
    """A text stream that becomes frames when it is flushed, as every line of a command is."""

    def __init__(self, voice: Voice, name: str, *, terminal: bool) -> None:
        super().__init__()
        self._voice = voice
        self._name = name
        self._terminal = terminal
        self._unsent = ""

    def write(self, text: str) -> int:
        """Take a text."""
        self._unsent += text
        return len(text)

    def flush(self) -> None:
        """Send what was taken, in pieces that fit frames."""
        text, self._unsent = self._unsent, ""
        for start in range(0, len(text), frames.PIECE):
            self._voice.send({self._name: text[start : start + frames.PIECE]})

    def isatty(self) -> bool:
        """Tell whether the client's own stream is a terminal."""
        return self._terminal
