"""Anchoring: the chain that a home leaves is closed on this machine and fixed on the network by `anchorChain`.

The act is planned once: it is found in the journal by its kind, among those of the network. Its proof and the hashes of
all old headers become the old chain's entry in the home's anchor, by which receipts made before verify for ever.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.calls import AnchorChainCall, encode_call
from node.engines import watermark_path
from node.errors import OwnFault
from node.own_anchor import change_anchor
from node.receipts.anchor import AnchoredChain
from node.receipts.folding import fold
from node.receipts.material import ProofMaterial
from node.receipts.unit_tree import root_of
from storage.proofs import ProofFolder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from node.chain.embedded.store import StoredHeader
    from node.home import Home
    from node.joining.moving import Moving
    from node.receipts.anchor import TrustAnchor
    from node.runtime import Writing
    from storage.acts import ActRow

KIND = "anchorChain"


def close_chain(home: Home, moving: Moving, environment: Mapping[str, str]) -> list[StoredHeader]:
    """Let no copy of the old chain on this machine seal any more; give its headers from genesis to head.

    Raises:
        Unavailable: this home is an older copy of that chain.
    """
    from node.chain.embedded import database
    from node.chain.embedded.store import Store
    from node.chain.embedded.watermark import Watermark

    store = Store(database.open_snapshot(home.chain))
    try:
        path = None if moving.earlier.demonstration else watermark_path(moving.earlier, environment)
        Watermark(path, bytes.fromhex(moving.earlier.genesis_hash)).close(store.head(), store.block_hash)
        found = [store.at(height) for height in range(store.head().height + 1)]
    finally:
        store.close()
    return [header for header in found if header is not None]


async def anchor_chain(node: Writing, moving: Moving, headers: list[StoredHeader]) -> None:
    """Fix the old chain on the network and enter it into the home's anchor."""
    hashes = sorted(header.block_hash for header in headers)
    if _act_of(node) is None:
        call = AnchorChainCall(
            genesis_hash=headers[0].block_hash, height=headers[-1].height, header_hash=headers[-1].block_hash,
            headers_root=root_of(hashes),
        )  # fmt: skip
        node.registrar.acts.plan(kind=KIND, subject=moving.earlier.genesis_hash, calldata=encode_call(call))
    async for settled in node.registrar.acts.settle():
        if settled.act.kind == KIND and settled.refused is not None:
            raise settled.refused
    if (act := _act_of(node)) is None or act.tx_hash is None:
        raise OwnFault("锚定没有结果", "an anchoring without an outcome")
    old, material = moving.old_anchor, ProofMaterial.from_json_bytes(ProofFolder(node.home.proofs).get(act.tx_hash))
    entry = AnchoredChain(founding=old.founding, changes=old.changes, headers=tuple(hashes), material=material)
    change_anchor(node.home, lambda anchor: _with(entry, anchor))


def _with(entry: AnchoredChain, anchor: TrustAnchor) -> TrustAnchor:
    """Enter a chain into an anchor, once; raise what its proof does not show."""
    genesis = entry.founding.genesis_hash
    if any(chain.founding.genesis_hash == genesis for chain in anchor.anchored):
        return anchor
    chains = sorted((*anchor.anchored, entry), key=lambda chain: chain.founding.genesis_hash)
    newer = replace(anchor, anchored=tuple(chains))
    fold(newer)
    return newer


def _act_of(node: Writing) -> ActRow | None:
    """Find the act that fixes the old chain and was not refused."""
    acts = [*node.journal.acts.confirmed(), *node.journal.acts.open()]
    found = (act for act in acts if act.kind == KIND and act.id > node.journal.earlier_acts)
    return next(found, None)
