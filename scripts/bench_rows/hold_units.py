"""Register units of the resources that a home has, as `zhicang units register` does: hold_units.py HOME FOLDER COUNT.

They come in files of at most 100,000 and belong to the resources in turn. Twenty of them, however many they are, have
the tag and the word that are looked for. Prints a JSON object with what a reader may ask for.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from node.home import Home
from node.importers.unit_source import UnitSource
from node.keys import read_passphrase_file
from node.registrar.outcome import Refused
from node.registrar.unit_file import UnitRequest
from node.runtime import open_for_writing

PLANTED, FILE = 20, 100_000
TEXTS = (
    "虚构条目,只用于测速,不代表任何资源。",
    "也不出自任何作品;其中没有人名与地名。",
    "本条的摘要与别条的大同小异。",
)
home, path, count = Home(Path(sys.argv[1]).absolute()), Path(sys.argv[2]) / "units.jsonl", int(sys.argv[3])


def unit(i: int, numbers: list[str]) -> dict[str, object]:
    """Give a unit of about 365 bytes, its identifier in no order."""
    planted = i % (count // PLANTED) == 0
    return {
        "unit_id": f"{i * 0x9E3779B97F4A7C15 % 2**64:016x}", "resource_id": numbers[i % len(numbers)], "level": "段",
        "title": f"条目{i}{'驊騮' if planted else ''}", "abstract": TEXTS[i % 3] + TEXTS[i * 7 % 3],
        "tags": [f"标签{i % 1000}"] + (["希见"] if planted else []),
    }  # fmt: skip


async def main() -> dict[str, object]:
    """Register them; leave at once when a batch is refused."""
    passphrase = read_passphrase_file(Path(os.environ["ZHICANG_PASSPHRASE_FILE"]))
    async with open_for_writing(home, passphrase, environment=os.environ) as node:
        numbers = [row.number for row in node.journal.resources.all()]
        for first in range(0, count, FILE):
            with path.open("w") as stream:
                for i in range(first, min(first + FILE, count)):
                    stream.write(json.dumps(unit(i, numbers), ensure_ascii=False) + "\n")
            async for outcome in node.registrar.register_units(UnitRequest(source=UnitSource(path), period=2026)):
                if isinstance(outcome, Refused):
                    sys.exit(f"not registered: {outcome}")
        path.unlink()
        middle = node.journal.resources.by_number(numbers[len(numbers) // 2])
    last = PLANTED // 2 * (count // PLANTED)
    digest = "" if middle is None else middle.content_digest.hex()
    return {
        "number": numbers[len(numbers) // 2], "digest": digest,
        "unit": unit(last, numbers)["unit_id"], "unit_of": numbers[last % len(numbers)],
    }  # fmt: skip


print(json.dumps(asyncio.run(main())))
