"""The command line of scripts/network."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from network_parts.demo_command import demo
from network_parts.engines import Missing
from network_parts.ipfs_command import ipfs
from network_parts.json_rpc import Unanswered
from network_parts.network import Network, random_keys
from network_parts.process import wait_until
from network_parts.swarm import Swarm

from node.errors import ZhicangError
from node.receipts.seals import quorum

if TYPE_CHECKING:
    from collections.abc import Callable

    from network_parts.process import Daemon

CHAIN_ID = 2_023_000_010
NOT_AVAILABLE = 3
STARTING = 60.0
USAGE = """A QBFT network of several validators on 127.0.0.1, for tests and demonstrations. The engine is GoQuorum,
which is at the end of its life; the production target is Besu QBFT, whose headers and seals are the same.

  scripts/network demo DIR [--json]               a whole consortium to try: validators, registry, anchor
  scripts/network found DIR [--validators N]      write a bare network: keys, first header, peers
  scripts/network start|stop DIR [N]              start or stop all validators, or one
  scripts/network kill|pause|resume DIR [N]       SIGKILL, SIGSTOP, SIGCONT
  scripts/network part DIR N…                     cut these validators off from the others
  scripts/network mend DIR                        connect all again
  scripts/network vote DIR add|remove ADDRESS     let the running validators vote one in or out
  scripts/network status DIR                      who runs, how high, who seals

  scripts/network ipfs DIR [--nodes N]            a private IPFS swarm of N kubo; start, stop, kill, pause, resume
                                                  and status take it as well
"""


def main() -> int:
    """Do what the command line asks for; give the exit code."""
    asked = _parser().parse_args()
    try:
        asked.run(asked)
    except (Missing, Unanswered, ZhicangError) as error:
        print(f"network: {error}", file=sys.stderr)
        return NOT_AVAILABLE
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/network", description=USAGE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    acts = parser.add_subparsers(required=True, metavar="ACT")

    def act(name: str, run: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        one = acts.add_parser(name)
        one.add_argument("folder", type=Path, metavar="DIR")
        one.set_defaults(run=run)
        return one

    act("demo", demo).add_argument("--json", action="store_true")
    act("found", _found).add_argument("--validators", type=int, default=4, metavar="N")
    for name, run in (("start", _start), ("stop", _stop), ("kill", _kill), ("pause", _pause), ("resume", _resume)):
        act(name, run).add_argument("number", type=int, nargs="?", metavar="N")
    act("part", _part).add_argument("numbers", type=int, nargs="+", metavar="N")
    act("mend", _mend)
    vote = act("vote", _vote)
    vote.add_argument("act", choices=("add", "remove"))
    vote.add_argument("address", metavar="ADDRESS")
    act("status", _status)
    act("ipfs", ipfs).add_argument("--nodes", type=int, default=3, metavar="N")
    return parser


def _network(asked: argparse.Namespace) -> Network:
    """Open the network in the folder, or the one that the demonstration keeps in it."""
    inner: Path = asked.folder / "network"
    return Network.open(inner if inner.is_dir() else asked.folder)


def _opened(asked: argparse.Namespace) -> Network | Swarm:
    return Swarm.open(asked.folder) if (asked.folder / "swarm.json").exists() else _network(asked)


def _chosen(asked: argparse.Namespace) -> tuple[Daemon, ...]:
    members: tuple[Daemon, ...] = _opened(asked).members
    chosen = tuple(one for one in members if asked.number in (None, one.number))
    if not chosen:
        raise Missing(f"there is no number {asked.number}; they are 1 to {len(members)}")
    return chosen


def _found(asked: argparse.Namespace) -> None:
    if asked.folder.exists() and any(asked.folder.iterdir()):
        raise Missing(f"{asked.folder} is not empty")
    keys = random_keys(asked.validators, os.urandom)
    network = Network.found(asked.folder, node_keys=keys, chain_id=CHAIN_ID, timestamp=int(time.time()))
    print("\n".join(network.urls))


def _start(asked: argparse.Namespace) -> None:
    network, chosen = _opened(asked), _chosen(asked)
    if paused := [str(one.number) for one in chosen if one.paused()]:
        raise Missing(f"paused: number {', '.join(paused)}; let it go on with scripts/network resume")
    running = {one.number for one in chosen if one.pid() is not None}
    if asked.number is None:
        network.start()
    else:
        (one,) = chosen
        one.start()
        wait_until(one.answers, limit=STARTING, what=f"it does not answer; see {one.log}")
    for one in chosen:
        _say(one, "本已在运行 / ran already" if one.number in running else "已启动 / started")
    _say_who_runs(network)


def _stop(asked: argparse.Namespace) -> None:
    chosen = [one for one in _chosen(asked) if one.pid() is not None]
    _do(asked, lambda one: one.ask_to_stop(), "已停止 / stopped")
    for one in chosen:
        one.stop()


def _kill(asked: argparse.Namespace) -> None:
    _do(asked, lambda one: one.kill(), "已杀掉 / killed")
    _say_who_runs(_opened(asked))


def _pause(asked: argparse.Namespace) -> None:
    _do(asked, lambda one: one.pause(), "已暂停 / paused")
    _say_who_runs(_opened(asked))


def _resume(asked: argparse.Namespace) -> None:
    _do(asked, lambda one: one.resume(), "继续运行 / goes on")
    _say_who_runs(_opened(asked))


def _do(asked: argparse.Namespace, act: Callable[[Daemon], None], done: str) -> None:
    """Do something to the chosen ones that run, and say of each what was done."""
    for one in _chosen(asked):
        runs = one.pid() is not None
        act(one)
        _say(one, done if runs else "没有在运行 / does not run")


def _say(one: Daemon, what: str) -> None:
    print(f"{one.number}  {one.url}  {what}")


def _say_who_runs(network: Network | Swarm) -> None:
    """Say how many run, and of validators whether they are enough."""
    running = sum(one.pid() is not None and not one.paused() for one in network.members)
    if isinstance(network, Swarm):
        print(f"运行 / run: {running}/{len(network.members)}")
        return
    wanted = quorum(len(network.validators))
    enough = running >= wanted
    zh, en = ("足以出区块头", "enough to make headers") if enough else ("网络停顿", "the network stands still")
    print(f"运行 {running}/{len(network.validators)},至少要 {wanted}:{zh} / {running} run, {wanted} are needed: {en}")


def _part(asked: argparse.Namespace) -> None:
    _network(asked).part(asked.numbers)
    cut = " ".join(map(str, asked.numbers))
    print(f"{cut}  已与其余断开 / cut off from the others, until scripts/network mend")


def _mend(asked: argparse.Namespace) -> None:
    _network(asked).mend()
    print("已全部重新连接 / all are connected again")


def _vote(asked: argparse.Namespace) -> None:
    height = _network(asked).vote(asked.address, add=asked.act == "add")
    print(f"decided by the header at height {height}")


def _status(asked: argparse.Namespace) -> None:
    network = _opened(asked)
    if isinstance(network, Swarm):
        for one in network.members:
            peers = f", {len(one.peers())} peers" if one.answers() else ""
            _say(one, _state(one) + peers)
        return
    for validator in network.validators:
        height = validator.height()
        reached = "no answer" if height is None else f"height {height}"
        print(f"{validator.number}  {validator.address}  {validator.url}  {_state(validator)}, {reached}")
    if network.answering():
        print("seals:", " ".join(network.sealers_after(network.height())))


def _state(one: Daemon) -> str:
    pid = one.pid()
    return "stopped" if pid is None else f"paused, pid {pid}" if one.paused() else f"runs, pid {pid}"


if __name__ == "__main__":
    sys.exit(main())
