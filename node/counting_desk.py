"""The counting desk: gathers what counting goes by, from a chain and from papers, as of a height or a day's end."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from typing import TYPE_CHECKING, Any

from contracts import events
from contracts.records import UnitsCommitted
from node.counting.chain_facts import ChainEvent
from node.errors import Doubtful, Unavailable
from node.records.beijing import BEIJING
from node.registrar.unit_list import LIST_NAME
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from node.chain.engine import Engine
    from node.runtime import Reading

_WANTED = (
    events.REGISTERED, events.AMENDED, events.SUPERSEDED, events.WITHDRAWN, events.UNITS_COMMITTED, events.ATTESTED,
)  # fmt: skip
BAG_MANIFEST = "manifest-sha256.txt"
SPAN = 50_000
"""Heights asked for at a time."""


async def events_up_to(engine: Engine, *, registry: bytes, height: int) -> list[ChainEvent]:
    """Give the registry's events that counting goes by, by the engine's word, in the order of the chain."""
    found: list[ChainEvent] = []
    topics = ["0x" + topic.hex() for topic in _WANTED]
    for first in range(0, height + 1, SPAN):
        last = min(first + SPAN - 1, height)
        logs = await engine.logs(address=registry, topics=[topics], first=first, last=last)
        found += [await _event(engine, log) for log in logs]
    return sorted(found, key=lambda event: (event.height, event.log_index))


async def _event(engine: Engine, log: dict[str, Any]) -> ChainEvent:
    event = events.decode_log([_bytes(topic) for topic in log["topics"]], _bytes(log["data"]))
    height, calldata = _number(log["blockNumber"]), b""
    if isinstance(event, UnitsCommitted):
        block = await engine.block(height)
        wanted = _bytes(log["transactionHash"])
        transaction = next((tx for tx in block["transactions"] if _bytes(tx["hash"]) == wanted), None)
        if transaction is None:
            zh, en = f"高度 {height} 里没有事件所称的交易", f"height {height} has no transaction of that event"
            raise Doubtful(zh, en)
        calldata = _bytes(transaction["input"])
    return ChainEvent(height, _number(log["logIndex"]), event, calldata)


async def last_before(engine: Engine, day: dt.date) -> int:
    """Give the height of the last header before 24:00 Beijing time of a day; raise Unavailable when there is none."""
    end = int(dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), BEIJING).timestamp())
    low, high = 0, await engine.height()
    if await time_of(engine, 0) >= end:
        raise Unavailable(f"链在 {day} 还没有开始", f"the chain had not begun on {day}")
    while low < high:
        middle = (low + high + 1) // 2
        if await time_of(engine, middle) < end:
            low = middle
        else:
            high = middle - 1
    return low


async def time_of(engine: Engine, height: int) -> int:
    """Give the time of a header in UTC seconds, as its proposer asserts."""
    return _number((await engine.block(height))["timestamp"])


def home_papers(node: Reading) -> Callable[[bytes], bytes | None]:
    """Give the lists and manifests that a home keeps, by their SHA-256."""
    lists = {batch.list_digest: batch.object_id for batch in node.journal.units.batches()}

    def paper(digest: bytes) -> bytes | None:
        try:
            if digest in lists:
                with node.root.open_payload(lists[digest], LIST_NAME) as stream:
                    return _if_it_is(digest, stream.read())
            for row in node.journal.resources.all_versions():
                if row.content_digest == digest:
                    return _if_it_is(digest, node.root.manifest(row.payload_id))
        except StorageError:
            return None
        return None

    return paper


def folder_papers(folder: Path) -> Callable[[bytes], bytes | None]:
    """Give the files of a folder by their SHA-256, whatever they are called; a bag gives its payload's manifest too.

    A manifest on chain names the files of a resource as the institution had them; in a bag each lies below ``data/``.
    """
    paths: dict[bytes, Path] = {}
    bags: dict[bytes, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as stream:
                paths[hashlib.file_digest(stream, "sha256").digest()] = path
            if path.name == BAG_MANIFEST:
                bags[hashlib.sha256(_without_data(path.read_bytes())).digest()] = path

    def paper(digest: bytes) -> bytes | None:
        if digest in paths:
            return _if_it_is(digest, paths[digest].read_bytes())
        return _if_it_is(digest, _without_data(bags[digest].read_bytes())) if digest in bags else None

    return paper


def _without_data(manifest: bytes) -> bytes:
    """Give the manifest of a bag with its paths as the resource has them; taking one prefix off keeps their order."""
    return re.sub(rb"^([0-9a-f]{64}  )data/", rb"\1", manifest, flags=re.MULTILINE)


def _if_it_is(digest: bytes, data: bytes) -> bytes | None:
    return data if hashlib.sha256(data).digest() == digest else None


def _bytes(text: Any) -> bytes:
    return bytes.fromhex(text.removeprefix("0x")) if isinstance(text, str) else bytes(text)


def _number(text: Any) -> int:
    return int(text, 16) if isinstance(text, str) else int(text)
