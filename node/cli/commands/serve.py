"""zhicang serve: the node as a process."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from typing import TYPE_CHECKING

from node.cli.answering import answer
from node.cli.main import command_of
from node.cli.parser import add_passphrase, chooser
from node.cli.session import home_of, mark_demonstration, passphrase_of
from node.errors import BadInput
from node.serving import serving
from node.settings import LARGEST_PORT, host_and_port

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.door.request import Request
    from node.door.voice import Voice
    from node.runtime import Writing
    from node.serving import Answer


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    parser.add_argument("--port", type=int, metavar="N", help=say("127.0.0.1 上的端口(缺省取设置 rpc_port,即 8545;0 为任选)", "port on 127.0.0.1 (default: the setting rpc_port, 8545; 0 takes a free one)"))
    parser.add_argument("--gateway", metavar="HOST:PORT", help=say("IPFS 网关的地址(缺省取设置 gateway,即不开;空字为不开)", "address of the IPFS gateway (default: the setting gateway, which is none; empty for none)"))
    add_passphrase(parser, language)


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Serve until SIGTERM or SIGINT."""
    home = home_of(arguments)
    home.identity()
    if arguments.port is not None and not 0 <= arguments.port <= LARGEST_PORT:
        raise BadInput("--port 应在 0—65535 之间", "--port must be from 0 to 65535", field="port")
    if arguments.gateway and host_and_port(arguments.gateway) is None:
        raise BadInput("--gateway 应为 主机:端口", "--gateway must be HOST:PORT", field="gateway")
    with home.locked():
        pass  # whose home is served already hears so before a passphrase; to serve it, it is locked anew
    asyncio.run(_serve(arguments, output, passphrase_of(arguments, output, home)))


async def _serve(arguments: argparse.Namespace, output: Output, passphrase: bytes) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    home = home_of(arguments)
    served = serving(
        home, passphrase, environment=os.environ, port=arguments.port, gateway=arguments.gateway, answer=_logged(output)
    )
    async with served as where:
        mark_demonstration(home.identity(), output)
        url = f"http://127.0.0.1:{where.port}"
        output.record({"rpc": url, "health": f"{url}/healthz", "gateway": where.gateway, "pid": os.getpid()})
        output.say(f"节点已启动:JSON-RPC {url},健康状况 {url}/healthz", f"serving: JSON-RPC {url}, health {url}/healthz")
        if where.gateway is not None:
            output.say(f"IPFS 网关 {where.gateway}/ipfs/", f"IPFS gateway {where.gateway}/ipfs/")
        await stop.wait()
        output.note("正在停止 ……", "stopping …")
    output.record({"summary": {"stopped": True}})


def _logged(output: Output) -> Answer:
    """Answer, and print a line for each act: which command, how it ended, how long it took."""

    async def logged(node: Writing, request: Request, voice: Voice) -> int:
        begun = time.monotonic()
        exit_code = await answer(node, request, voice)
        seconds, at = round(time.monotonic() - begun, 3), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        command = command_of(request.arguments)
        output.record({"act": command, "exit": exit_code, "seconds": seconds, "time": at})
        output.say(f"{at}  {command}  退出码 {exit_code}  {seconds} 秒", f"{at}  {command}  exit {exit_code}  {seconds} s")
        return exit_code

    return logged
