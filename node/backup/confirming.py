"""Confirming a restored home: what is known elsewhere must be in its history, else it is an older copy.

On its embedded chain: the newest header hash or receipt that anybody has (and, when it is opened, this machine's
watermark). On a network the chain itself says what this institution has registered: all of it must be in the journal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.events import REGISTERED, UNITS_COMMITTED, decode_log
from contracts.records import Registered
from node.chain.embedded import database
from node.chain.embedded.store import Store
from node.errors import BadInput, Doubtful, Words
from node.records.number import Number
from storage.durable import sync_folder

if TYPE_CHECKING:
    from node.chain.engine import Engine
    from node.home import Home
    from storage.journal import Journal

_DIGITS = 64
_MEND = Words(
    "换用更新的备份;这一份保持只读,可查可核可导出",
    "restore a newer backup; this one stays read-only: it can be read, verified and exported",
)


def read_hash(text: str) -> bytes:
    """Read a header hash as it was typed; raise BadInput."""
    digits = text.removeprefix("0x").lower()
    if len(digits) != _DIGITS or not all(digit in "0123456789abcdef" for digit in digits):
        zh, en = "区块哈希应为 64 位十六进制", "a header hash has 64 hex digits"
        raise BadInput(zh, en, field="head")
    return bytes.fromhex(digits)


def confirm_embedded(home: Home, block_hash: bytes) -> int:
    """See that a known header is in the embedded chain; give the head's height. Raise Doubtful: an older copy."""
    store = Store(database.open_snapshot(home.chain))
    try:
        head = store.head().height
        if not any(store.block_hash(height) == block_hash for height in range(head, -1, -1)):
            raise older(f"它止于区块高度 {head},没有那个区块头", f"it ends at height {head} without that header")
    finally:
        store.close()
    return head


async def confirm_on_network(engine: Engine, journal: Journal, *, registry: bytes, institution: str) -> int:
    """See that all that the institution has on the network is in the journal; give the height. Raise Doubtful."""
    await engine.confirm_finality()
    head = await engine.height()
    code = "0x" + institution.encode().hex().ljust(_DIGITS, "0")
    topics = [["0x" + REGISTERED.hex(), "0x" + UNITS_COMMITTED.hex()], code]
    unknown: list[str] = []
    lists = {batch.list_digest for batch in journal.units.batches()}
    for log in await engine.logs(address=registry, topics=topics, last=head):
        event = decode_log([bytes.fromhex(topic[2:]) for topic in log["topics"]], bytes.fromhex(log["data"][2:]))
        if isinstance(event, Registered):
            number = str(Number.from_chain(event.number))
            if journal.resources.by_number(number) is None:
                unknown.append(number)
        elif event.list_digest not in lists:  # type: ignore[union-attr]
            unknown.append("0x" + event.list_digest.hex())  # type: ignore[union-attr]
    if unknown:
        named = ", ".join(unknown[:3])
        zh, en = f"链上有它没有的 {len(unknown)} 项:{named}", f"the chain has {len(unknown)} that it has not: {named}"
        raise older(zh, en)
    return head


def older(zh: str, en: str) -> Doubtful:
    """Give the error that names an older copy."""
    return Doubtful(f"这是旧备份:{zh}", f"this is an older copy: {en}", mend=_MEND)


def mark_confirmed(home: Home) -> None:
    """Let a restored home write again; the caller holds its lock and has confirmed it."""
    home.restored.unlink(missing_ok=True)
    sync_folder(home.path)
