"""The processes of the gateway: an address that is taken, a home that is not there."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from node.errors import Unavailable
from node.gateway.processes import gateway_processes
from node.home import Home
from node.visibility.rule import Caller

if TYPE_CHECKING:
    from pathlib import Path


async def test_an_address_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Unavailable, match="not available"):
        async with gateway_processes(Home(tmp_path), taken.getsockname(), Caller.PUBLIC):
            pass


async def test_a_gateway_that_does_not_start_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="did not start"):
        async with gateway_processes(Home(tmp_path / "nothing"), ("127.0.0.1", 0), Caller.PUBLIC):
            pass
