"""Run zhicang so many days later, and kill it at a point of purging.

Usage: later_purge.py DAYS POINT COMMAND…
POINT is - where nothing is to be killed.
"""

import os
import sys
import time
from typing import Any

from node.cli import main as entry
from node.cli.commands import purge
from node.purging import desk

days, point = int(sys.argv[1]), sys.argv[2]


class Doomed(desk.PurgeDesk):
    """Ends the process at its point, as a kill does."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, crash_point=lambda name: os._exit(9) if name == point else None, **more)


purge.clock = lambda: time.time() + days * 86_400
purge.PurgeDesk = Doomed
sys.exit(entry.main(sys.argv[3:]))
