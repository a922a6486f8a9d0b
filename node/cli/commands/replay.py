"""zhicang replay: every header and transaction since the genesis, fetched and executed anew; no node is believed."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from node.chain.replay.difference import Difference
from node.chain.replay.fetch import Blocks, blocks_of
from node.chain.replay.rules import Engine, Origin, Rules
from node.cli.parser import chooser, given_path
from node.cli.replaying import Bars, difference_to_json, say_reached
from node.cli.session import home_of
from node.errors import BadInput, Unavailable
from node.home import EMBEDDED
from node.offline import read_anchor, whole_fingerprint
from node.own_anchor import trust_anchor
from node.settings import read_settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from node.chain.replay.reached import Reached
    from node.cli.output import Output
    from node.receipts.anchor import TrustAnchor

_LEAST = {"period": 0, "epoch": 1, "code_size_limit": 0}


def configure(parser: argparse.ArgumentParser, language: str) -> None:
    """Declare the options."""
    say = chooser(language)
    known = Rules()
    parser.add_argument("--rpc", metavar="URL[,URL…]", help=say("端点,依次试用(缺省重放 --home 的本机链)", "endpoints, tried in turn (default: the embedded chain of --home)"))
    parser.add_argument("--anchor", type=given_path, metavar="FILE", help=say("信任锚(有 --rpc 时必需)", "the trust anchor (required with --rpc)"))
    parser.add_argument("--fingerprint", type=whole_fingerprint, metavar="F", help=say("信任锚必须有的指纹", "the fingerprint that the anchor must have"))
    parser.add_argument("--state", type=given_path, metavar="FILE", help=say("进度文件,中断后由此续作(缺省在用户状态目录)", "where an interrupted replay goes on (default: in the user's state folder)"))
    parser.add_argument("--engine", choices=[engine.value for engine in Engine], default=known.engine.value, help=say(f"链上各验证节点所用的引擎,决定几处规则(缺省 {known.engine.value})", f"the engine that the validators run; a few rules are its own (default {known.engine.value})"))
    parser.add_argument("--period", type=int, default=known.period, metavar="S", help=say("创世文件的出块间隔(秒)", "block period of the genesis file, seconds"))
    parser.add_argument("--epoch", type=int, default=known.epoch, metavar="N", help=say("创世文件的投票周期(块)", "epoch length of the genesis file, headers"))
    parser.add_argument("--code-size-limit", type=int, default=known.code_size_limit, metavar="BYTES", help=say("创世文件的合约代码上限", "contract size limit of the genesis file"))
    parser.add_argument("--every-seal", action="store_true", help=say("空块的封签也逐枚核对", "check the seals of empty headers too"))


def run(arguments: argparse.Namespace, output: Output) -> None:
    """Replay, and say what was found."""
    for name, least in _LEAST.items():
        if getattr(arguments, name) < least:
            option = "--" + name.replace("_", "-")
            raise BadInput(f"{option} 不能小于 {least}", f"{option} cannot be below {least}", field=option)
    anchor = _anchor(arguments, output)
    begun = time.monotonic()
    try:
        reached = asyncio.run(_replay(arguments, anchor, output))
    except (Difference, Unavailable) as error:
        output.refuse(error)
        if isinstance(error, Difference):
            output.record({"difference": difference_to_json(error, output.language)})
        output.record({"summary": {"no" if isinstance(error, Difference) else "not_available": 1}})
        return
    say_reached(reached, anchor, time.monotonic() - begun, output)


def _anchor(arguments: argparse.Namespace, output: Output) -> TrustAnchor:
    if arguments.anchor is None and arguments.rpc is None:
        output.note("信任锚是节点自己的:核查者应自带", "the anchor is the node's own: an auditor brings one")
        anchor = trust_anchor(home_of(arguments))
    else:
        anchor = read_anchor(arguments.anchor)
    if arguments.fingerprint is not None and not anchor.founding.has_fingerprint(arguments.fingerprint):
        raise BadInput(f"信任锚的指纹是 {anchor.fingerprint}", f"the anchor's fingerprint is {anchor.fingerprint}", field="--fingerprint")
    return anchor


async def _replay(arguments: argparse.Namespace, anchor: TrustAnchor, output: Output) -> Reached:
    from node.chain.replay.replay import Replay, Watch
    from node.chain.replay.work import Work, state_name

    origin = Origin.of(anchor.founding)
    rules = Rules(
        engine=Engine(arguments.engine),
        period=arguments.period,
        epoch=arguments.epoch,
        code_size_limit=arguments.code_size_limit,
        every_seal=arguments.every_seal,
    )
    state: Path = arguments.state or _state_folder() / state_name(origin, rules)
    work = Work.open(state, origin=origin, rules=rules)
    try:
        async with AsyncExitStack() as stack:
            endpoints = [await stack.enter_async_context(one) for one in _endpoints(arguments)]
            bars = stack.enter_context(Bars(output))
            watch = Watch(begin=bars.begin, step=bars.step, slow=bars.slow, turned=bars.turned)
            return await Replay(origin=origin, rules=rules, work=work, watch=watch).run(endpoints)
    finally:
        work.close()


def _state_folder() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or str(Path(os.environ.get("HOME", "/")) / ".local" / "state")
    return Path(state) / "zhicang"


def _endpoints(arguments: argparse.Namespace) -> list[AbstractAsyncContextManager[Blocks]]:
    if arguments.rpc is not None:
        return [blocks_of(url.strip()) for url in arguments.rpc.split(",")]
    home = home_of(arguments)
    if home.identity().chain == EMBEDDED:
        return [_embedded(home.chain)]
    return [blocks_of(url) for url in read_settings(home.settings).rpc_urls]


@asynccontextmanager
async def _embedded(path: Path) -> AsyncIterator[Blocks]:
    from node.chain.embedded import EmbeddedChain

    async with EmbeddedChain.open(path) as chain:
        yield Blocks(chain.rpc.answer, name=str(path))
