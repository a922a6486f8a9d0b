"""The processes of the gateway: an address that is taken, a home that is not there."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from node.errors import Unavailable
from node.gateway import processes
from node.gateway.processes import gateway_processes
from node.home import Home
from node.visibility.rule import Caller


async def test_an_address_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Unavailable, match="not available"):
        async with gateway_processes(Home(tmp_path), taken.getsockname(), Caller.PUBLIC):
            pass


async def test_a_gateway_that_does_not_start_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = free.getsockname()
    before = children()
    with pytest.raises(Unavailable, match="did not start"):
        async with gateway_processes(Home(tmp_path / "nothing"), address, Caller.PUBLIC):
            pass
    assert children() == before
    socket.create_server(address).close()


def children() -> set[str]:
    """Give the processes that this one has started, by any of its threads, and that are still there."""
    return {each for task in Path("/proc/self/task").iterdir() for each in (task / "children").read_text().split()}


async def test_a_process_is_tried_again_until_the_machine_has_room(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(processes, "_AGAIN", 0.01)
    failures = iter([OSError(11, "Resource temporarily unavailable"), Unavailable("没有启动", "did not start")])
    begun = asyncio.Event()

    async def started(*_: object) -> asyncio.subprocess.Process:
        if (failure := next(failures, None)) is not None:
            raise failure
        begun.set()
        return await asyncio.create_subprocess_exec("sleep", "60", stdin=asyncio.subprocess.PIPE)

    monkeypatch.setattr(processes, "_started", started)
    dead = await asyncio.create_subprocess_exec("true", stdin=asyncio.subprocess.PIPE)
    with socket.create_server(("127.0.0.1", 0)) as place:
        keeper = asyncio.create_task(processes._keep(dead, "", place))  # noqa: SLF001 - the machine has no room only here
        async with asyncio.timeout(20):
            await begun.wait()
        assert not keeper.done()
        monkeypatch.setattr(processes, "_PATIENCE", 0.1)
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
    assert "Resource temporarily unavailable" in caplog.text
    assert "did not start" in caplog.text
