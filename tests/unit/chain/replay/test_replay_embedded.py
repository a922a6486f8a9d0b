"""An embedded chain made by real acts, replayed through its own JSON-RPC dispatcher."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contracts import artefact, calls
from node.chain.embedded.seal import validator_of
from node.chain.replay.difference import Difference
from node.chain.replay.rules import Origin, Rules
from node.chain.replay.work import Work
from node.errors import BadInput, Unavailable


def origin_of(site: Any, keys: Any, chain: Any) -> Origin:
    return Origin(
        chain_id=site.chain_id,
        genesis_hash=chain.genesis_hash,
        validators=(validator_of(keys.validator),),
        registry=site.registry,
        registry_code_hash=artefact.load().code_hash,
    )


async def test_every_root_is_met_and_the_acts_are_counted(
    site: Any, keys: Any, signed: Any, make_entry: Any, auditor: Any
) -> None:
    async with site.open_for_registrars() as chain:
        await site.send_all(chain, *site.founding_transactions())
        acts = [
            calls.encode_register(make_entry(1)),
            calls.encode_register_many([make_entry(number) for number in range(1, 9)]),  # one is there already
            calls.encode_register(make_entry(1)),  # reverts
        ]
        await site.send_all(
            chain, *(signed(keys.registrar, nonce, to=site.registry, calldata=act) for nonce, act in enumerate(acts))
        )
        origin = origin_of(site, keys, chain)
        first = await auditor.replay(chain.rpc.answer, origin=origin)
        assert (first.height, first.block_hash) == (chain.head.height, chain.head.block_hash)
        assert first.state_root == chain.head.header.state_root
        assert first.transactions == 4
        assert (first.acts["Registered"], first.acts["EntrySkipped"]) == (8, 1)
        assert [(one.height, one.addresses) for one in first.sets] == [(1, origin.validators)]

        await site.send_all(
            chain, signed(keys.registrar, 3, to=site.registry, calldata=calls.encode_register(make_entry(20)))
        )
        second = await auditor.replay(chain.rpc.answer, origin=origin)
        assert auditor.told == [("begin", 0, first.height), ("begin", first.height, chain.head.height)]
        assert auditor.steps == chain.head.height
        assert second.acts["Registered"] == 9
        assert second.transactions == 5


async def test_the_anchor_decides_which_chain_is_meant(site: Any, keys: Any, auditor: Any) -> None:
    async with site.open() as chain:
        await site.send_all(chain, *site.founding_transactions())
        origin = origin_of(site, keys, chain)
        await _differs(auditor, chain, replace(origin, genesis_hash=b"\1" * 32), 0, "hash")
        others = (validator_of(keys.stranger),)
        await _differs(auditor, chain, replace(origin, validators=others), 0, "extraData.validators")
        await _differs(auditor, chain, replace(origin, chain_id=1), 1, "transactions[0].chainId")
        head, place = chain.head.height, f"code of 0x{origin.registry.hex()}"
        await _differs(auditor, chain, replace(origin, registry_code_hash=b"\1" * 32), head, place)


async def _differs(auditor: Any, chain: Any, origin: Any, height: int, field: str) -> None:
    auditor.state = auditor.state.with_name(f"{field[:10]}.db")
    with pytest.raises(Difference) as caught:
        await auditor.replay(chain.rpc.answer, origin=origin)
    assert (caught.value.height, caught.value.name) == (height, field)


async def test_a_state_file_serves_one_chain_and_one_set_of_rules(site: Any, keys: Any, auditor: Any) -> None:
    async with site.open() as chain:
        await site.send_all(chain, *site.founding_transactions())
        origin = origin_of(site, keys, chain)
        await auditor.replay(chain.rpc.answer, origin=origin)
        for changed in ({"period": 2}, {"every_seal": True}, {"epoch": 7}, {"code_size_limit": 1}):
            with pytest.raises(BadInput, match="another chain"):
                await auditor.replay(chain.rpc.answer, origin=origin, **changed)
        auditor.state.write_bytes(b"no database at all" * 100)
        with pytest.raises(BadInput, match="not the file of a replay"):
            await auditor.replay(chain.rpc.answer, origin=origin)


async def test_two_replays_into_one_file_are_refused(forge: Any, auditor: Any) -> None:
    open_elsewhere = Work.open(auditor.state, origin=forge.origin, rules=Rules())
    with pytest.raises(Unavailable, match="locked"):
        await auditor.replay(forge.answer, origin=forge.origin)
    open_elsewhere.close()
    assert (await auditor.replay(forge.answer, origin=forge.origin)).height == 1
