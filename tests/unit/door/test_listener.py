"""The listener: a client that does not read, one too many, and one that dawdles hold up nobody."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import node.door.listener
from node.door import frames
from node.door.listener import MOST_CLIENTS, Listener
from node.door.request import Request
from node.door.voice import MOST_UNREAD, Voice

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

REQUEST = Request(version="1", act="act", arguments=["register"], folder="/", language="en", terminal=False)


def listening(path: Path) -> socket.socket:
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(path))
    door.listen()
    return door


async def test_a_client_that_does_not_read_is_dropped_and_its_act_goes_to_its_end(tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def answer(_: Request, voice: Voice) -> int:
        for _ in range(2 * MOST_UNREAD // frames.PIECE):
            print("x" * frames.PIECE, file=voice.out, flush=True)
            await asyncio.sleep(0)
        ended.set()
        return 0

    listener = Listener(listening(tmp_path / "door"), answer=answer)
    await listener.start()
    _, writer = await asyncio.open_unix_connection(str(tmp_path / "door"), limit=1)
    writer.write(frames.encode(REQUEST.to_json()))
    await asyncio.wait_for(ended.wait(), 30)
    reader, other = await asyncio.open_unix_connection(str(tmp_path / "door"), limit=4 * MOST_UNREAD)
    ended.clear()
    other.write(frames.encode(REQUEST.to_json()))
    heard = await asyncio.wait_for(reader.read(), 30)
    assert heard.endswith(frames.encode({"exit": 0}))
    writer.close()
    other.close()
    await listener.stop(grace=1)


async def test_one_client_too_many_and_one_that_dawdles_are_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node.door.listener, "PATIENCE", 1.0)

    async def answer(_: Request, __: Voice) -> int:
        return 7

    listener = Listener(listening(tmp_path / "door"), answer=answer)
    await listener.start()
    idle = [await asyncio.open_unix_connection(str(tmp_path / "door")) for _ in range(MOST_CLIENTS + 1)]
    assert await asyncio.wait_for(idle[-1][0].read(), 0.9) == b""
    for reader, _ in idle:
        assert await asyncio.wait_for(reader.read(), 10) == b""
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "door"))
    writer.write(frames.encode(REQUEST.to_json()))
    assert await asyncio.wait_for(reader.read(), 10) == frames.encode({"exit": 7})
    for _, each in [*idle, (reader, writer)]:
        each.close()
    await listener.stop(grace=1)
