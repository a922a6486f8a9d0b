"""Moving an existing home onto a network, as `join` does it: what is under way is finished on its own chain first."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

from node.cli.session import passphrase_of
from node.cli.steps import Steps
from node.errors import BadInput, Doubtful, Words
from node.home import EMBEDDED
from node.joining.beginning import OWN_KEY
from node.joining.existing_home import Moved, join_existing
from node.joining.new_home import Network, given_keys
from node.runtime import open_for_writing

if TYPE_CHECKING:
    import argparse

    from eth_keys.datatypes import PrivateKey

    from node.cli.output import Output
    from node.home import Home


STEPS = {"receipts": Words("原链凭证", "earlier receipts"), "register": Words("登记", "register")}


def move(home: Home, network: Network, arguments: argparse.Namespace, output: Output) -> Moved:
    """Take a home that is there to the network, or go on with that where a run before this one was ended."""
    if arguments.keystores is None:
        zh, en = f"{home.path} 已是节点目录", f"{home.path} is a home already"
        raise BadInput(zh, en, mend=OWN_KEY, field="keystores")
    passphrase = passphrase_of(arguments, output, home)
    keys = given_keys(arguments.keystores, passphrase)
    with Steps(output, STEPS) as watcher:
        return asyncio.run(_finish_and_move(home, network, keys, passphrase, watcher))


def tell_moved(moved: Moved, output: Output) -> None:
    """Say what became of the records that the home had."""
    output.say(f"原有登记已在网络上重新登记 {moved.final} 项", f"registered anew on the network: {moved.final}")
    if moved.waiting:
        output.say(f"另有 {moved.waiting} 项待审(网络上为两人制):用 submit 导出、approve 批准、send 发送", f"{moved.waiting} wait for a reviewer, as the network asks: submit, approve, send")
    if moved.refused:
        mend = Words("zhicang list --review 列出退回的和理由", "zhicang list --review shows what came back, and why")
        output.refuse(Doubtful(f"网络退回 {moved.refused} 项", f"the network refused {moved.refused}", mend=mend))


async def _finish_and_move(
    home: Home, network: Network, keys: dict[str, PrivateKey], passphrase: bytes, watcher: Steps
) -> Moved:
    if not home.joining.exists() and home.identity().chain == EMBEDDED:
        async with open_for_writing(home, passphrase, environment=os.environ) as node:
            await node.registrar.recover()
    return await join_existing(
        home, network, keys, passphrase=passphrase, environment=os.environ, clock=time.time, watcher=watcher
    )
