"""Confirming a restored home: what is known elsewhere must be in its history, else it is an older copy.

On its embedded chain: the newest header hash or receipt that anybody has (and, when it is opened, this machine's
watermark). On a network the chain itself says what this institution has registered: all of it must be in the journal,
or the copy is reconciled with the chain, and what it has lost is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.records import UnitsCommitted
from node.chain.embedded import database
from node.chain.embedded.store import Store
from node.errors import BadInput, Doubtful, Words
from node.records.number import Number
from node.registrar.reconciling import Reconciled, Reconciling
from node.registrar.standing import Standing, standing, unknown_to
from storage.durable import sync_folder
from storage.proofs import ProofFolder

if TYPE_CHECKING:
    from collections.abc import Callable

    from node.chain.engine import Engine
    from node.home import Home
    from storage.journal import Journal

_DIGITS = 64
_MEND = Words(
    "换用更新的备份;这一份保持只读,可查可核可导出",
    "restore a newer backup; this one stays read-only: it can be read, verified and exported",
)

_RECONCILE = Words(
    "换用更新的备份;没有的话,zhicang restore --reconcile 列出缺了什么,之后可以写入",
    "restore a newer backup; where there is none, zhicang restore --reconcile names what is lost and lets it write on",
)


def read_hash(text: str) -> bytes:
    """Read a header hash as it was typed; raise BadInput."""
    digits = text.removeprefix("0x").lower()
    if len(digits) != _DIGITS or not all(digit in "0123456789abcdef" for digit in digits):
        zh, en = "区块头哈希应为 64 位十六进制", "a header hash has 64 hex digits"
        raise BadInput(zh, en, field="head")
    return bytes.fromhex(digits)


def confirm_embedded(home: Home, block_hash: bytes) -> tuple[int, int]:
    """See that a known header is in the embedded chain; give the head's height and its own. Raise Doubtful: older."""
    store = Store(database.open_snapshot(home.chain))
    try:
        head = store.head().height
        known = next((height for height in range(head, -1, -1) if store.block_hash(height) == block_hash), None)
    finally:
        store.close()
    if known is None:
        raise older(f"它止于区块高度 {head},没有那个区块头", f"it ends at height {head} without that header")
    return head, known


async def confirm_on_network(engine: Engine, journal: Journal, *, registry: bytes, institution: str) -> int:
    """See that all that the institution has on the network is in the journal; give the height. Raise Doubtful."""
    await engine.confirm_finality()
    head = await engine.height()
    unknown = unknown_to(journal, await standing(engine, registry, institution), institution)
    if unknown:
        named = ", ".join(subject_of(each) for each in unknown[:3])
        zh, en = f"链上有它没有的 {len(unknown)} 项:{named}", f"the chain has {len(unknown)} that it has not: {named}"
        raise older(zh, en, mend=_RECONCILE)
    return head


async def reconcile(home: Home, engine: Engine, journal: Journal, *, clock: Callable[[], float]) -> Reconciled:
    """Bring an older copy of a network home up to the chain and let it write again; the caller holds its lock."""
    identity = home.identity()
    if not home.restored.exists():
        zh, en = "这个节点不是未确认的恢复副本", "this home is no restored copy that waits to be confirmed"
        raise BadInput(zh, en, file=str(home.path))
    reconciling = Reconciling(
        engine=engine, journal=journal, proofs=ProofFolder(home.proofs), registry=bytes.fromhex(identity.registry),
        institution=identity.code, sender=bytes.fromhex(identity.registrar), clock=clock,
    )  # fmt: skip
    found = await reconciling.run()
    mark_confirmed(home)
    return found


def subject_of(standing: Standing) -> str:
    """Give the number of a record or the digest of a unit list."""
    if isinstance(standing.event, UnitsCommitted):
        return "0x" + standing.event.list_digest.hex()
    return str(Number.from_chain(standing.event.number))


def older(zh: str, en: str, *, mend: Words = _MEND) -> Doubtful:
    """Give the error that names an older copy."""
    return Doubtful(f"这是旧备份:{zh}", f"this is an older copy: {en}", mend=mend)


def mark_confirmed(home: Home) -> None:
    """Let a restored home write again; the caller holds its lock and has confirmed it."""
    home.restored.unlink(missing_ok=True)
    sync_folder(home.path)
