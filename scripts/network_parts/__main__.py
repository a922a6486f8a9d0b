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
from network_parts.json_rpc import Unanswered
from network_parts.network import Network, random_keys

from node.errors import ZhicangError

if TYPE_CHECKING:
    from collections.abc import Callable

    from network_parts.validator import Validator

CHAIN_ID = 2_023_000_010
NOT_AVAILABLE = 3
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
    act("mend", lambda asked: _network(asked).mend())
    vote = act("vote", _vote)
    vote.add_argument("act", choices=("add", "remove"))
    vote.add_argument("address", metavar="ADDRESS")
    act("status", _status)
    return parser


def _network(asked: argparse.Namespace) -> Network:
    """Open the network in the folder, or the one that the demonstration keeps in it."""
    inner: Path = asked.folder / "network"
    return Network.open(inner if inner.is_dir() else asked.folder)


def _chosen(asked: argparse.Namespace) -> tuple[Validator, ...]:
    network = _network(asked)
    return network.validators if asked.number is None else (network.validator(asked.number),)


def _found(asked: argparse.Namespace) -> None:
    if asked.folder.exists() and any(asked.folder.iterdir()):
        raise Missing(f"{asked.folder} is not empty")
    keys = random_keys(asked.validators, os.urandom)
    network = Network.found(asked.folder, node_keys=keys, chain_id=CHAIN_ID, timestamp=int(time.time()))
    print("\n".join(network.urls))


def _start(asked: argparse.Namespace) -> None:
    if asked.number is None:
        _network(asked).start()
    else:
        _network(asked).validator(asked.number).start()


def _stop(asked: argparse.Namespace) -> None:
    for validator in _chosen(asked):
        validator.ask_to_stop()
    for validator in _chosen(asked):
        validator.stop()


def _kill(asked: argparse.Namespace) -> None:
    for validator in _chosen(asked):
        validator.kill()


def _pause(asked: argparse.Namespace) -> None:
    for validator in _chosen(asked):
        validator.pause()


def _resume(asked: argparse.Namespace) -> None:
    for validator in _chosen(asked):
        validator.resume()


def _part(asked: argparse.Namespace) -> None:
    _network(asked).part(asked.numbers)


def _vote(asked: argparse.Namespace) -> None:
    height = _network(asked).vote(asked.address, add=asked.act == "add")
    print(f"decided by the header at height {height}")


def _status(asked: argparse.Namespace) -> None:
    network = _network(asked)
    for validator in network.validators:
        pid = validator.pid()
        state = "stopped" if pid is None else f"paused, pid {pid}" if validator.paused() else f"runs, pid {pid}"
        height = validator.height()
        reached = "no answer" if height is None else f"height {height}"
        print(f"{validator.number}  {validator.address}  {validator.url}  {state}, {reached}")
    if network.answering():
        print("seals:", " ".join(network.sealers_after(network.height())))


if __name__ == "__main__":
    sys.exit(main())
