"""Register so many resources, small text files, as `zhicang register` does: hold_resources.py HOME FOLDER COUNT."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from node.home import Home
from node.keys import read_passphrase_file
from node.records.metadata import Metadata
from node.registrar.outcome import Registered
from node.registrar.request import RegisterRequest
from node.runtime import open_for_writing

home, folder, count = Home(Path(sys.argv[1]).absolute()), Path(sys.argv[2]), int(sys.argv[3])


def sources() -> Iterator[RegisterRequest]:
    """Give the resources, each source made when it is asked for."""
    for i in range(count):
        source = folder / f"{i:06}.txt"
        source.write_text(f"bench {i}\n")
        yield RegisterRequest(source=source, metadata=Metadata(title=f"虚构资源 {i}", period=2026))


async def main() -> None:
    """Register them; leave at once when one is refused."""
    passphrase = read_passphrase_file(Path(os.environ["ZHICANG_PASSPHRASE_FILE"]))
    async with open_for_writing(home, passphrase, environment=os.environ) as node:
        async for outcome in node.registrar.register(sources(), stored=lambda: None):
            if not isinstance(outcome, Registered):
                sys.exit(f"not registered: {outcome}")


asyncio.run(main())
