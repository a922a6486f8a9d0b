"""A process that replays until it is killed: reads the origin from its input, says each height that it begins at."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from node.chain.replay.fetch import blocks_of
from node.chain.replay.replay import Replay, Watch
from node.chain.replay.rules import Origin, Rules
from node.chain.replay.work import Work


async def main(url: str, state: str) -> None:
    given = json.loads(sys.stdin.read())
    origin = Origin(
        chain_id=given["chain_id"],
        genesis_hash=bytes.fromhex(given["genesis_hash"]),
        validators=tuple(map(bytes.fromhex, given["validators"])),
        registry=bytes.fromhex(given["registry"]),
        registry_code_hash=bytes.fromhex(given["registry_code_hash"]),
    )

    def say(*given: object) -> None:
        print(*given, flush=True)  # noqa: T201 - what the test reads

    watch = Watch(begin=say, step=lambda: None, slow=say, turned=say)
    work = Work.open(Path(state), origin=origin, rules=Rules())
    async with blocks_of(url) as blocks:
        reached = await Replay(origin=origin, rules=Rules(), work=work, watch=watch).run([blocks])
    say("reached", reached.height, reached.state_root.hex())


asyncio.run(main(*sys.argv[1:]))
