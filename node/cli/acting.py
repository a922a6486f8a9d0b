"""Acting: how a command that writes comes by the node's writing parts.

A writing command is a coroutine function `act(node, arguments, output)` of its own module, and `run` hands it to
`perform`. A module that can refuse its input before anybody is asked for a passphrase says so in `prepare(arguments)`,
which may also leave on `arguments` what the act will need.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from node.cli.session import home_of, passphrase_of
from node.runtime import Writing, open_for_writing

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.home import Home

Act = Callable[[Writing, "argparse.Namespace", "Output"], Awaitable[None]]
"""What a writing command does with an open node."""


def perform(arguments: argparse.Namespace, output: Output, act: Act) -> None:
    """Carry out an act: prepare it, ask for the passphrase, own the home, finish what was left open, act.

    Raises:
        BadInput: the home is missing, or `prepare` refuses the input.
        Unavailable: another process owns the home, or the passphrase is wrong.
    """
    home = home_of(arguments)
    home.identity()
    prepare(arguments, act)
    passphrase = passphrase_of(arguments, output, home)
    asyncio.run(_own_and_act(home, passphrase, arguments, output, act))


def prepare(arguments: argparse.Namespace, act: Act) -> None:
    """Let the act's module look at its input, where it wants to."""
    look = getattr(sys.modules[act.__module__], "prepare", None)
    if look is not None:
        look(arguments)


async def recover_and_act(node: Writing, arguments: argparse.Namespace, output: Output, act: Act) -> None:
    """Finish what an earlier run left open, then act: in this order, whoever holds the home."""
    resumed = await node.registrar.recover()
    if resumed:
        output.note(f"已续办上次未完的 {len(resumed)} 笔交易", f"finished {len(resumed)} transaction(s) of an earlier run")
    await act(node, arguments, output)


async def _own_and_act(
    home: Home, passphrase: bytes, arguments: argparse.Namespace, output: Output, act: Act
) -> None:
    async with open_for_writing(home, passphrase, environment=os.environ) as node:
        await recover_and_act(node, arguments, output, act)
