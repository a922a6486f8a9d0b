"""Register made-up files one after another, each when the one before is final: register_singly.py HOME FOLDER COUNT.

Prints one JSON list: the seconds of each, from the request to its final record.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from node.home import Home
from node.keys import read_passphrase_file
from node.records.metadata import Metadata
from node.registrar.outcome import Registered
from node.registrar.request import RegisterRequest
from node.runtime import open_for_writing

home, folder, count = Home(Path(sys.argv[1]).absolute()), Path(sys.argv[2]), int(sys.argv[3])


async def main() -> list[float]:
    """Register them; give the seconds."""
    seconds = []
    passphrase = read_passphrase_file(home.path / "demo-passphrase")
    async with open_for_writing(home, passphrase, environment=os.environ) as node:
        await node.registrar.recover()
        for number in range(count):
            source = folder / f"{os.urandom(8).hex()}.txt"
            source.write_bytes(os.urandom(100))
            request = RegisterRequest(source=source, metadata=Metadata(title=f"{number}", period=2026))
            begun = time.monotonic()
            outcomes = [outcome async for outcome in node.registrar.register([request], stored=lambda: None)]
            seconds.append(time.monotonic() - begun)
            if not isinstance(outcomes[0], Registered):
                sys.exit(f"not registered: {outcomes[0]}")
    return seconds


print(json.dumps(asyncio.run(main())))
