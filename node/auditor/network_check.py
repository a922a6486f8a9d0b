"""Network check: every act that this home calls final still stands where its proof says, and that is proven anew.

The headers between them are not this home's: who wants the whole chain checked runs `zhicang replay`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.auditor.finding import INCIDENT, Finding
from node.errors import Words
from node.receipts.material import ProofMaterial

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from node.chain.engine import Engine
    from node.runtime import Reading

RESOLVE = Words(
    "保留 incidents 目录作证据,与治理方核对;处理后运行 zhicang incident resolve",
    "keep the folder incidents as evidence, ask the governors, then run zhicang incident resolve",
)


async def check_landed(engine: Engine, node: Reading, *, step: Callable[[], None]) -> AsyncIterator[Finding]:
    """Find each confirmed act on the present chain, with proof, and hold its header against its proof file's."""
    for act in node.journal.acts.confirmed():
        if act.id <= node.journal.earlier_acts or act.tx_hash is None:
            continue
        step()
        name = f"transaction 0x{act.tx_hash.hex()}"
        shown = Words(f"交易 0x{act.tx_hash.hex()}", name)
        landed = await engine.find(act.tx_hash)
        if landed is None:
            expected = Words(f"在高度 {act.height} 的区块里", f"in the header at height {act.height}")
            found = Words("不在任何区块里", "in no header")
            yield Finding(check="finality", id=name, name=shown, expected=expected, found=found, mend=INCIDENT)
            continue
        try:
            proven = ProofMaterial.from_json_bytes(node.proofs.get(act.tx_hash)).decode_header().block_hash
        except FileNotFoundError:
            continue  # the proof check tells of it
        now = landed.material.decode_header().block_hash
        if (now, landed.height) != (proven, act.height):
            yield Finding(check="finality", id=name, name=shown, expected=proven.hex(), found=now.hex(), mend=INCIDENT)
