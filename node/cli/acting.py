"""Acting: how a command that writes comes by the node's writing parts.

A writing command is a coroutine function `act(node, arguments, output)` of its own module, and `run` hands it to
`perform`. A module that can refuse its input before anybody is asked for a passphrase says so in `prepare(arguments)`,
which may also leave on `arguments` what the act will need.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from node.cli.session import home_of, passphrase_of
from node.door.caller import call
from node.door.place import door_of
from node.door.request import Request
from node.errors import Unavailable
from node.home import NETWORK
from node.runtime import Writing, open_for_drafting, open_for_writing
from node.version import VERSION

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.home import Home

Act = Callable[[Any, "argparse.Namespace", "Output"], Coroutine[Any, Any, None]]
"""What a writing command does with an open node: a `Writing`, or a `Desk` where it needs no keys."""


def perform(
    arguments: argparse.Namespace,
    output: Output,
    act: Act,
    *,
    keys: bool = True,
    carried: dict[str, Any] | None = None,
) -> None:
    """Carry out an act: by the process that serves the home, else here.

    Here: prepare it, ask for the passphrase, own the home, finish what was left open, act. Through the door of a
    serving process: the command goes there as it was typed, is prepared and done there, and needs no passphrase.

    Args:
        arguments: of the command; `act` finds in `arguments.carried` what the next one gives.
        output: where everything is said.
        act: a coroutine function of the command's module, named `act` or `act_…`.
        keys: false for an act that signs and sends nothing: nobody is asked for a passphrase, and it gets a `Desk`.
        carried: what this process made itself for the act, as JSON: signatures by keys that never leave it.

    Raises:
        BadInput: the home is missing, or `prepare` refuses the input.
        Unavailable: another process owns the home and does not serve, or the passphrase is wrong.
    """
    home = home_of(arguments)
    home.identity()
    arguments.carried = carried or {}
    if done_by_the_server(home, arguments, output, act):
        return
    prepare(arguments, act)
    if not keys:
        with open_for_drafting(home) as desk:
            desk.registrar.tidy()
            asyncio.run(act(desk, arguments, output))
        return
    passphrase = passphrase_of(arguments, output, home)
    asyncio.run(_own_and_act(home, passphrase, arguments, output, act))


def done_by_the_server(home: Home, arguments: argparse.Namespace, output: Output, act: Act) -> bool:
    """Have an act carried out by the process that serves the home; tell whether there is one."""
    door = door_of(home)
    if door is None:
        return False
    request = Request(
        version=VERSION,
        act=act.__name__,
        arguments=arguments.typed,
        folder=str(Path.cwd()),
        language=output.language,
        terminal=output.stderr.isatty(),
        carried=arguments.carried,
    )

    def hear(name: str, text: str) -> None:
        print(text, end="", file=output.stdout if name == "out" else output.stderr, flush=True)

    try:
        exit_code = call(door, request, hear=hear)
    except KeyboardInterrupt:
        output.note("已离开;节点服务会继续把它办完", "left; the serving process goes on with it")
        exit_code = Unavailable.exit_code
    if exit_code is not None:
        output.fail(exit_code)
    return exit_code is not None


def prepare(arguments: argparse.Namespace, act: Act) -> None:
    """Let the act's module look at its input, where it wants to."""
    look = getattr(sys.modules[act.__module__], "prepare", None)
    if look is not None:
        look(arguments)


async def recover_and_act(node: Writing, arguments: argparse.Namespace, output: Output, act: Act) -> None:
    """Finish what an earlier run left open, then act: in this order, whoever holds the home."""
    if node.identity.chain == NETWORK:
        node.engine.silence.tell = lambda height, seconds: tell_silence(height, seconds, output)
    resumed = await node.registrar.recover()
    if resumed:
        output.note(f"已续办上次未完的 {len(resumed)} 笔交易", f"finished {len(resumed)} transaction(s) of an earlier run")
    await act(node, arguments, output)


def tell_silence(height: int | None, seconds: int, output: Output) -> None:
    """Say that a network makes no headers, and that nobody has to stay for it; at 0 seconds, that it goes on."""
    if not seconds:
        output.note(f"网络又出新的区块头了(高度 {height}),继续", f"the network makes headers again (height {height})")
        return
    zh = f"停在高度 {height}" if height is not None else "没有验证节点应答"
    en = f"it has stood at height {height} for {seconds} s"
    if height is None:
        en = f"no validator has answered for {seconds} s"
    output.note(
        f"网络没有出新的区块头:{zh}已 {seconds} 秒;已存下的不会丢,可以结束本命令,以后运行时自动续办;现在继续等待",
        f"the network makes no headers: {en}; what is stored is safe, "
        "you may end this command and a later one finishes it; still waiting",
    )


async def _own_and_act(
    home: Home, passphrase: bytes, arguments: argparse.Namespace, output: Output, act: Act
) -> None:
    async with open_for_writing(home, passphrase, environment=os.environ) as node:
        await recover_and_act(node, arguments, output, act)
