"""An anchor brought forward from a real network: its votes, the state proofs of a foreign engine, and two commands."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from node.chain.forward import bring_forward
from node.chain.remote.observe import observed
from node.receipts.anchor import TrustAnchor
from node.receipts.changes import ValidatorChange
from node.receipts.header import header_from_json
from node.receipts.sealed import check_sealed
from node.receipts.seals import trim_seals
from node.receipts.trust import Trust

if TYPE_CHECKING:
    from network_parts.demonstration import Demonstration
    from network_parts.network import Network


def brought_forward(anchor: TrustAnchor, network: Network) -> TrustAnchor:
    async def ask() -> TrustAnchor:
        async with observed(network.urls, anchor.founding) as rpc:
            return await bring_forward(anchor, rpc, profiles={})

    return TrustAnchor.from_json_bytes(asyncio.run(ask()).to_json_bytes())


def test_votes_on_a_living_network_are_proven(standing: Demonstration, network: Network) -> None:
    founding = standing.consortium.anchor
    first = brought_forward(founding, network)
    known = Trust.of(first)
    assert (first.changes, known.sequence) == ((), 0)
    assert known.keys_known > 0
    address = network.validators[-1].address
    out = network.vote(address, add=False)
    network.wait_for_height(out + 2)
    second = brought_forward(first, network)
    (change,) = second.changes
    assert isinstance(change, ValidatorChange)
    three = Trust.of(second)
    assert bytes.fromhex(address[2:]) not in three.validators_at(out + 1)
    assert len(three.validators_at(out)) == 4
    header = header_from_json(network.validators[0].call("eth_getBlockByNumber", hex(out + 2), False))
    assert len(check_sealed(trim_seals(header), three)) == 2
    back = network.vote(address, add=True)
    network.wait_for_height(back + 2)
    stepwise, at_once = brought_forward(second, network), brought_forward(founding, network)
    assert stepwise.changes == at_once.changes
    assert len(stepwise.changes) == 2
    assert Trust.of(stepwise).validators_at(back + 1) == known.validators_at(0)
