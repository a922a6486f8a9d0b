"""Run a command to which something happens at the n-th arrival at a named step of its work.

`doomed.py STEP N ARGS…`: "step" kills it there with SIGKILL; "!step" raises an error there, as a full disk would;
"?step" stops it there until it gets SIGCONT.
"""

from __future__ import annotations

import functools
import os
import signal
import sys

import node.engines
import node.runtime
from node.cli.main import main


def doom(step: str, times: int) -> None:
    """Open every home with a crash point; the command itself is the one that users run."""
    wanted, left = step.lstrip("!?"), times

    def crash_point(reached: str) -> None:
        nonlocal left
        if reached != wanted:
            return
        left -= 1
        if left == 0 and step.startswith("!"):
            raise OSError(5, "broken on purpose")
        if left == 0:
            os.kill(os.getpid(), signal.SIGSTOP if step.startswith("?") else signal.SIGKILL)

    opened_by = {node.engines: ("sealing_chain",), node.runtime: ("writing_parts", "open_for_drafting")}
    for module, names in opened_by.items():
        for name in names:
            setattr(module, name, functools.partial(getattr(module, name), crash_point=crash_point))


if __name__ == "__main__":
    doom(sys.argv[1], int(sys.argv[2]))
    sys.exit(main(sys.argv[3:]))
