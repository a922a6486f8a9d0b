"""zhicang serve: the node as a process."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

from node.cli.parser import add_passphrase, chooser
from node.cli.session import home_of, mark_demonstration, passphrase_of
from node.errors import BadInput
from node.serving import serving
from node.settings import LARGEST_PORT

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("--port", type=int, metavar="N", help=say("127.0.0.1 上的端口(缺省取设置 rpc_port,即 8545;0 为任选)", "port on 127.0.0.1 (default: the setting rpc_port, 8545; 0 takes a free one)"))
    add_passphrase(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Serve until SIGTERM or SIGINT."""
    home = home_of(arguments)
    home.identity()
    if arguments.port is not None and not 0 <= arguments.port <= LARGEST_PORT:
        raise BadInput("--port 应在 0—65535 之间", "--port must be from 0 to 65535", field="port")
    asyncio.run(_serve(arguments, output, passphrase_of(arguments, output, home)))


async def _serve(arguments: argparse.Namespace, output: Output, passphrase: bytes) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    home = home_of(arguments)
    async with serving(home, passphrase, environment=os.environ, port=arguments.port) as port:
        mark_demonstration(home.identity(), output)
        url = f"http://127.0.0.1:{port}"
        output.record({"rpc": url, "health": f"{url}/healthz", "pid": os.getpid()})
        output.say(f"节点已启动:JSON-RPC {url},健康状况 {url}/healthz", f"serving: JSON-RPC {url}, health {url}/healthz")
        await stop.wait()
        output.note("正在停止 ……", "stopping …")
    output.record({"summary": {"stopped": True}})
