"""The attachment: a home's way to the network that its chain is, guarded by its anchor and by what it has proof of."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from node.chain.incident import IncidentFolder
from node.receipts.material import ProofMaterial
from node.settings import read_settings
from storage.journal import Journal
from storage.proofs import ProofFolder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from node.chain.engine import Engine
    from node.chain.remote.attach import ChainIdentity
    from node.home import Home, Identity
    from node.own_anchor import OwnAnchor
    from node.receipts.header import Header


@asynccontextmanager
async def attachment(
    home: Home,
    *,
    own: OwnAnchor,
    urls: Sequence[str] | None = None,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[Engine]:
    """Attach a home to its network, by the URLs of its settings or by others.

    Args:
        home: whose chain is a network.
        own: the home's anchor, which comes forward when the network's validators change.
        urls: instead of those of the settings.
        clock: the wall clock, UTC seconds.

    Raises:
        BadInput: no URL is set.
        EndpointFailure: no URL leads to that chain now.
        BrokenFinality: an incident stands or was found.
    """
    identity, settings, proven = home.identity(), read_settings(home.settings), Proven(home)
    from node.chain.remote.attach import attached  # web3 takes half a second, which commands that read need not wait

    way = attached(
        settings.rpc_urls if urls is None else urls,
        chain_of(identity),
        validators_at=own.trust.validators_at,
        known_up_to=own.trust.sets_known,
        renew=own.renew,
        incidents=IncidentFolder(home.incidents),
        known=proven.header_at,
        newest=proven.newest(),
        gas_price=settings.gas_price,
        clock=clock,
    )
    async with way as network:
        yield network.engine


def chain_of(identity: Identity) -> ChainIdentity:
    """Give the chain that a home is of."""
    from node.chain.remote.attach import ChainIdentity

    return ChainIdentity(
        chain_id=identity.chain_id,
        genesis_hash=bytes.fromhex(identity.genesis_hash),
        registry=bytes.fromhex(identity.registry),
        registry_code_hash=bytes.fromhex(identity.registry_code_hash),
    )


class Proven:
    """The headers that a home has proof of: one proof file for each of its final transactions on its present chain."""

    def __init__(self, home: Home) -> None:
        self._proofs = ProofFolder(home.proofs)
        self._journal = home.journal

    def header_at(self, height: int) -> Header | None:
        """Give the header of a height, or None where no act of this home stands, or its proof is lost."""
        return self._header(lambda journal: journal.acts.at_height(height, after=journal.earlier_acts))

    def newest(self) -> Header | None:
        """Give the highest of them; None where there is none, or its proof is lost."""
        return self._header(lambda journal: journal.acts.highest(after=journal.earlier_acts))

    def _header(self, find: Callable[[Journal], bytes | None]) -> Header | None:
        journal = Journal.open(self._journal, read_only=True)
        try:
            tx_hash = find(journal)
        finally:
            journal.close()
        try:
            return None if tx_hash is None else ProofMaterial.from_json_bytes(self._proofs.get(tx_hash)).decode_header()
        except FileNotFoundError:
            return None
