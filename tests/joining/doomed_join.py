"""Moves a home onto a network until it comes to a step for the first time, and is killed there.

`doomed_join.py HOME URL[,URL…] ANCHOR KEYSTORES PASSPHRASE_FILE STEP`
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

from node.home import Home
from node.joining.existing_home import join_existing
from node.joining.new_home import Network, given_keys
from node.offline import read_anchor

if __name__ == "__main__":
    home, anchor, keystores, passphrase_file = (Path(sys.argv[place]) for place in (1, 3, 4, 5))
    passphrase = passphrase_file.read_bytes().rstrip(b"\n")

    def crash_point(step: str) -> None:
        if step == sys.argv[6]:
            os.kill(os.getpid(), signal.SIGKILL)

    network = Network(anchor=read_anchor(anchor), urls=tuple(sys.argv[2].split(",")))
    moving = join_existing(
        Home(home), network, given_keys(keystores, passphrase), passphrase=passphrase, environment=os.environ,
        clock=time.time, crash_point=crash_point, work_factor=2,
    )  # fmt: skip
    asyncio.run(moving)
