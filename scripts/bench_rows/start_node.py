"""Start a node and end it: own the home, open key, chain and databases, finish what is open: start_node.py HOME."""

import asyncio
import os
import sys
from pathlib import Path

from node.home import Home
from node.keys import read_passphrase_file
from node.runtime import open_for_writing


async def main() -> None:
    """Start it and end it."""
    passphrase = read_passphrase_file(Path(os.environ["ZHICANG_PASSPHRASE_FILE"]))
    async with open_for_writing(Home(Path(sys.argv[1]).absolute()), passphrase, environment=os.environ) as node:
        await node.registrar.recover()


asyncio.run(main())
