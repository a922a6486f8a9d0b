"""An anchor brought forward from a real network: its votes, the state proofs of a foreign engine, and two commands."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from eth_account import Account

from contracts import calls, governing
from node.chain.forward import bring_forward
from node.chain.remote.observe import observed
from node.engines import asking
from node.home import Home
from node.keys import load_key
from node.own_anchor import trust_of
from node.receipts.anchor import TrustAnchor
from node.receipts.changes import GovernanceChange, ValidatorChange
from node.receipts.folding import fold
from node.receipts.header import header_from_json
from node.receipts.sealed import check_sealed
from node.receipts.seals import trim_seals

if TYPE_CHECKING:
    from network_parts.demonstration import Demonstration
    from network_parts.network import Network


def brought_forward(anchor: TrustAnchor, network: Network) -> TrustAnchor:
    async def ask() -> TrustAnchor:
        async with observed(network.urls, anchor.founding) as rpc:
            return await bring_forward(anchor, rpc, profiles={})

    return TrustAnchor.from_json_bytes(asyncio.run(ask()).to_json_bytes())


async def height_asked_by(home: Home) -> int:
    async with asking(home) as engine:
        return await engine.height()


def test_votes_on_a_living_network_are_proven(standing: Demonstration, network: Network) -> None:
    founding = standing.consortium.anchor
    first = brought_forward(founding, network)
    known = fold(first)
    assert (first.changes, known.sequence) == ((), 0)
    assert known.keys_known > 0
    network.wait_for_height(network.height() + 3)  # by then the registry is known to every validator
    home = Home(standing.join("sichuan"))
    address = network.validators[-1].address
    out = network.vote(address, add=False)
    network.wait_for_height(out + 2)
    second = brought_forward(first, network)
    (change,) = second.changes
    assert isinstance(change, ValidatorChange)
    three = fold(second)
    assert bytes.fromhex(address[2:]) not in three.validators_at(out + 1)
    assert len(three.validators_at(out)) == 4
    # a command in a home comes across validators that its anchor does not know, and proves them itself
    assert trust_of(home).sets_known < out
    assert asyncio.run(height_asked_by(home)) > out
    assert trust_of(home).validator_sets == three.validator_sets
    header = header_from_json(network.validators[0].call("eth_getBlockByNumber", hex(out + 2), False))
    assert len(check_sealed(trim_seals(header), three)) == 2
    back = network.vote(address, add=True)
    network.wait_for_height(back + 2)
    stepwise, at_once = brought_forward(second, network), brought_forward(founding, network)
    assert stepwise.changes == at_once.changes
    assert len(stepwise.changes) == 2
    assert fold(stepwise).validators_at(back + 1) == known.validators_at(0)


def test_an_act_by_typed_transactions_is_proven(standing: Demonstration, network: Network) -> None:
    """Whoever governs by other software: GoQuorum takes type 1, and the anchor comes forward all the same."""
    consortium, passphrase = standing.consortium, standing.passphrase_file.read_bytes().strip()
    founding = consortium.anchor.founding
    before = brought_forward(consortium.anchor, network)
    policy = governing.SetPolicyCall(institution=b"DEMO0033", one_person=True)
    call = calls.GovernCall(
        call=governing.encode_governed(policy), expires=int(time.time()) + 3600, document=bytes(32)
    )  # fmt: skip
    access = [{"address": "0x" + founding.registry.hex(), "storageKeys": ["0x" + "00" * 32]}]
    engine = network.validators[0]
    for code in ("DEMO0000", "DEMO0014", "DEMO0033"):
        keystore = standing.consortium_folder / "institutions" / code / "keystores" / "governor.json"
        key = load_key(keystore, passphrase)
        sender = "0x" + key.public_key.to_canonical_address().hex()
        signed = Account.sign_transaction(
            {
                "type": 1, "chainId": founding.chain_id, "accessList": access, "gasPrice": 0, "gas": 1_000_000,
                "nonce": int(engine.call("eth_getTransactionCount", sender, "latest"), 16), "value": 0,
                "to": founding.registry, "data": calls.encode_call(call),
            },
            key.to_bytes(),
        )  # fmt: skip
        tx_hash = engine.call("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex())
        network.wait_for_height(network.height() + 3)
        landed = engine.call("eth_getTransactionReceipt", tx_hash)
        assert (landed["type"], landed["status"]) == ("0x1", "0x1")
    after = brought_forward(before, network)
    (change,) = after.changes[len(before.changes) :]
    assert isinstance(change, GovernanceChange)
    assert [material.transaction().kind for material in change.transactions] == [1, 1, 1]
    assert fold(after).sequence == fold(before).sequence + 1
