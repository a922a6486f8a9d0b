"""Fill a home by the product's own path: hold_many.py HOME FOLDER RESOURCES UNITS.

Resources are small text files, registered as `zhicang register` does; units come in files of at most 100,000, and
belong to the resources in turn. Twenty units, however many are held, have the tag and the word that are looked for.
Prints one JSON object: the seconds of each, and what a reader may ask for.
"""

import asyncio
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from node.home import Home
from node.importers.unit_source import UnitSource
from node.keys import read_passphrase_file
from node.records.metadata import Metadata
from node.registrar.outcome import Refused, Registered
from node.registrar.request import RegisterRequest
from node.registrar.unit_file import UnitRequest
from node.runtime import Writing, open_for_writing

PLANTED = 20
FILE = 100_000
TEXTS = (
    "虚构条目,只用于测速,不代表任何资源。",
    "也不出自任何作品;其中没有人名与地名。",
    "本条的摘要与别条的大同小异。",
)

home, folder = Home(Path(sys.argv[1]).absolute()), Path(sys.argv[2])
resources, units = int(sys.argv[3]), int(sys.argv[4])


def sources() -> Iterator[RegisterRequest]:
    """Give the resources, each source made when it is asked for."""
    for i in range(resources):
        source = folder / f"{i:06}.txt"
        source.write_text(f"bench {i}\n")
        yield RegisterRequest(source=source, metadata=Metadata(title=f"虚构资源 {i}", period=2026))


def unit(i: int, numbers: list[str]) -> dict[str, object]:
    """Give a unit of about 365 bytes, its identifier in no order."""
    planted = i % (units // PLANTED) == 0
    return {
        "unit_id": f"{i * 0x9E3779B97F4A7C15 % 2**64:016x}", "resource_id": numbers[i % len(numbers)], "level": "段",
        "title": f"条目{i}{'驊騮' if planted else ''}", "abstract": TEXTS[i % 3] + TEXTS[i * 7 % 3],
        "tags": [f"标签{i % 1000}"] + (["希见"] if planted else []),
    }  # fmt: skip


async def main() -> dict[str, object]:
    """Register everything; give what it took."""
    passphrase = read_passphrase_file(Path(os.environ["ZHICANG_PASSPHRASE_FILE"]))
    async with open_for_writing(home, passphrase, environment=os.environ) as node:
        begun = time.monotonic()
        numbers = []
        async for outcome in node.registrar.register(sources(), stored=lambda: None):
            if not isinstance(outcome, Registered):
                sys.exit(f"not registered: {outcome}")
            numbers.append(outcome.row.number)
        between = time.monotonic()
        numbers.sort()
        await _units(node, numbers)
        ended = time.monotonic()
    last = PLANTED // 2 * (units // PLANTED)
    return {
        "resources_s": round(between - begun, 1), "units_s": round(ended - between, 1),
        "number": numbers[len(numbers) // 2], "unit": unit(last, numbers)["unit_id"],
        "unit_of": numbers[last % len(numbers)],
        "digest": hashlib.sha256(f"bench {resources // 2}\n".encode()).hexdigest(),
    }  # fmt: skip


async def _units(node: Writing, numbers: list[str]) -> None:
    path = folder / "units.jsonl"
    for first in range(0, units, FILE):
        with path.open("w") as stream:
            for i in range(first, min(first + FILE, units)):
                stream.write(json.dumps(unit(i, numbers), ensure_ascii=False) + "\n")
        async for outcome in node.registrar.register_units(UnitRequest(source=UnitSource(path), period=2026)):
            if isinstance(outcome, Refused):
                sys.exit(f"not registered: {outcome}")
    path.unlink()


print(json.dumps(asyncio.run(main())))
