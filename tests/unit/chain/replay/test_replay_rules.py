"""Each rule of a replay broken alone, on a chain of four validators: the difference names the very place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contracts import calls
from node.chain.embedded.seal import validator_of
from node.chain.replay.difference import Difference
from node.chain.replay.rules import Engine
from node.receipts.header import Extra, header_to_json

ADD, REMOVE = b"\xff", b""


def address(number: int) -> bytes:
    """Give the address of the forge's validator key."""
    return validator_of(bytes([100 + number]) * 32)


async def difference(auditor: Any, forge: Any, **rules: Any) -> Difference:
    with pytest.raises(Difference) as caught:
        await auditor.replay(forge.answer, origin=forge.origin, **rules)
    return caught.value


HEADER_FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("sha3Uncles", {"uncles_hash": b"\1" * 32}),
    ("difficulty", {"difficulty": 2}),
    ("mixHash", {"mix_hash": bytes(32)}),
    ("nonce", {"nonce": b"\0" * 7 + b"\1"}),
    ("miner", {"miner": address(9)}),
    ("timestamp", {"timestamp": 1_700_000_001}),
    ("parentHash", {"parent_hash": b"\7" * 32}),
    ("extraData.validators", {"extra": {"validators": (address(0),)}}),
    ("stateRoot", {"state_root": b"\1" * 32}),
    ("receiptsRoot", {"receipts_root": b"\1" * 32}),
    ("logsBloom", {"logs_bloom": b"\1" * 256}),
    ("gasUsed", {"gas_used": 1}),
]


@pytest.mark.parametrize(("field", "fault"), HEADER_FAULTS, ids=[field for field, _ in HEADER_FAULTS])
@pytest.mark.parametrize("full", [False, True])
async def test_a_sealed_header_that_breaks_a_rule(
    *, forge: Any, auditor: Any, signed: Any, keys: Any, field: Any, fault: Any, full: Any
) -> None:
    raws = [signed(keys.founder, 1, calldata=b"\0")] if full else []
    if full and "state_root" in fault:
        fault = fault | {"gas_used": 53_004, "receipts_root": _receipts_root(forge, raws)}
    forge.add(*raws, **fault)
    found = await difference(auditor, forge)
    assert (found.height, found.name, found.sealed) == (2, field, True)


def _receipts_root(forge: Any, raws: list[bytes]) -> bytes:
    """Give the true receipts root, and leave the chain as it was."""
    root: bytes = forge.add(*raws).receipts_root
    forge.headers.pop()
    forge.answers.pop()
    return root


async def test_the_period_of_the_network(forge: Any, auditor: Any) -> None:
    forge.add()
    found = await difference(auditor, forge, period=2)
    assert (found.height, found.name) == (1, "timestamp")


async def test_a_header_that_is_not_sealed_is_the_endpoints_fault(forge: Any, auditor: Any) -> None:
    forge.add(miner=address(9), seals=[])
    found = await difference(auditor, forge)
    assert (found.name, found.sealed) == ("miner", False)


@pytest.mark.parametrize(
    ("seals", "field", "text"),
    [
        ([0, 1], "extraData.seals", "3 or more of 4"),
        ([0, 1, 1], "extraData.seals", "each validator once"),
        ([0, 1, 9], "extraData.seals[2]", "the seal of a validator in force"),
        ([], "extraData.seals", "3 or more of 4"),
    ],
)
async def test_seals_of_the_head(forge: Any, auditor: Any, seals: Any, field: Any, text: Any) -> None:
    forge.add(seals=[bytes([100 + number]) * 32 for number in seals])
    found = await difference(auditor, forge)
    assert (found.height, found.name, found.expected.en, found.sealed) == (2, field, text, False)


async def test_all_seals_of_all_validators_are_welcome(forge: Any, auditor: Any) -> None:
    forge.add(seals=forge.keys)
    assert (await auditor.replay(forge.answer, origin=forge.origin)).height == 2


async def test_which_seals_are_skipped(forge: Any, auditor: Any, signed: Any, keys: Any, tmp_path: Any) -> None:
    """An empty header in the middle needs none unless each is asked for; with a transaction or a vote it does."""
    forge.add()
    forge.add(seals=[])
    forge.add()
    forge.add()
    assert (await auditor.replay(forge.answer, origin=forge.origin)).height == 5
    auditor.state = tmp_path / "every.db"
    found = await difference(auditor, forge, every_seal=True)
    assert (found.height, found.name) == (3, "extraData.seals")

    forge.add(signed(keys.founder, 1, calldata=b"\0"), seals=[])
    forge.add()
    auditor.state = tmp_path / "transaction.db"
    assert (await difference(auditor, forge)).height == 6


async def test_an_unsealed_vote_changes_nothing(forge: Any, auditor: Any) -> None:
    """A forger who seals the head alone, with a set that he voted in himself in headers that nobody sealed."""
    for by in (0, 1, 2):
        forge.add(vote=(address(9), ADD), by=by, seals=[])
    forge.members.append(9)
    forge.add()
    found = await difference(auditor, forge)
    assert (found.height, found.name) == (2, "extraData.seals")


async def test_validators_come_and_go_by_votes_from_the_next_header_on(forge: Any, auditor: Any) -> None:
    for by in (0, 1):
        forge.add(vote=(address(4), ADD), by=by)
    forge.add(vote=(address(4), ADD), by=0)  # the same vote once more
    forge.add(vote=(address(4), ADD), by=2)  # the third of four decides
    forge.members.append(4)
    for by in (0, 4, 2):
        forge.add(vote=(address(1), REMOVE), by=by)
    forge.members.remove(1)
    forge.add()
    reached = await auditor.replay(forge.answer, origin=forge.origin)
    assert [(one.height, len(one.addresses)) for one in reached.sets] == [(1, 4), (6, 5), (9, 4)]
    assert address(1) not in reached.sets[2].addresses


@pytest.mark.parametrize("engine", list(Engine))
async def test_votes_are_forgotten_at_the_epoch(forge: Any, auditor: Any, engine: Any) -> None:
    """Two of three votes, an epoch (height 4), a third: not enough. GoQuorum counts one cast at the epoch itself."""
    forge.add(vote=(address(4), ADD), by=0)
    forge.add(vote=(address(4), ADD), by=1)
    forge.add(vote=(address(4), ADD), by=2)
    forge.add(vote=(address(4), ADD), by=0)
    forge.add(vote=(address(4), ADD), by=1)
    if engine is Engine.GOQUORUM:
        forge.members.append(4)
    forge.add()
    reached = await auditor.replay(forge.answer, origin=forge.origin, epoch=4, engine=engine)
    assert len(reached.tally.validators) == len(forge.members)


async def test_a_set_that_changes_without_votes(forge: Any, auditor: Any) -> None:
    forge.members.append(9)
    forge.add(seals=forge.keys[:4])
    found = await difference(auditor, forge)
    assert (found.height, found.name, found.sealed) == (2, "extraData.validators", True)


async def test_a_vote_changed_on_the_way(forge: Any, auditor: Any) -> None:
    header = forge.add(vote=(address(4), ADD))
    extra = Extra.decode(header.extra_data)
    forged = replace(header, extra_data=replace(extra, vote=(address(5), ADD)).encode())
    forge.answers[2] = header_to_json(forged) | {"transactions": []}
    forge.add()
    found = await difference(auditor, forge)
    assert (found.height, found.name, found.sealed) == (2, "extraData.seals[0]", False)


async def test_transactions_swapped_missing_or_added(forge: Any, auditor: Any, signed: Any, keys: Any) -> None:
    raws = [signed(keys.founder, nonce, calldata=b"\0") for nonce in (1, 2)]
    forge.add(*raws)
    listed = forge.answers[2]["transactions"]
    for transactions in (listed[::-1], listed[:1], [], [*listed, listed[0]]):
        forge.answers[2] = forge.answers[2] | {"transactions": transactions}
        found = await difference(auditor, forge)
        assert (found.height, found.name, found.sealed) == (2, "transactionsRoot", False)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"hash": "0x" + "11" * 32}, "hash"),
        ({"number": "0x9"}, "number"),
        ({"extraData": "0x00"}, "header"),
        ({"miner": None}, "header"),
        ({"transactions": None}, "transactions"),
        ({"transactions": ["0x" + "11" * 32]}, "transactions[0]"),
        ({"transactions": [{"type": "0x2"}]}, "transactions[0]"),
    ],
)
async def test_answers_that_are_no_blocks(forge: Any, auditor: Any, change: Any, field: Any) -> None:
    forge.add()
    forge.answers[2] = forge.answers[2] | change
    found = await difference(auditor, forge)
    assert (found.height, found.name, found.sealed) == (2, field, False)


async def test_transactions_that_no_header_may_hold(forge: Any, auditor: Any, signed: Any, keys: Any) -> None:
    raw = signed(keys.founder, 7, calldata=b"\0")
    forge.add(raw, state_root=forge.headers[-1].state_root)
    found = await difference(auditor, forge)
    assert (found.height, found.name, found.sealed) == (2, "transactions", True)


async def test_a_transaction_of_another_chain(forge: Any, auditor: Any, signed: Any, keys: Any) -> None:
    forge.add(signed(keys.founder, 1, calldata=b"\0", chainId=5), rules=None)
    found = await difference(auditor, forge)
    assert (found.name, found.expected.en, found.found.en) == ("transactions[0].chainId", str(forge.chain_id), "5")


async def test_goquorum_has_no_price_and_no_private_transactions(
    forge: Any, auditor: Any, signed: Any, keys: Any
) -> None:
    forge.add(signed(keys.founder, 1, gasPrice=1, calldata=b"\0"), state_root=bytes(32))
    found = await difference(auditor, forge, engine=Engine.GOQUORUM)
    assert (found.name, found.found.en) == ("transactions[0].gasPrice", "1")
    forge.answers.pop()
    forge.headers.pop()
    forge.add(signed(keys.founder, 1, chainId=1, calldata=b"\0"), state_root=bytes(32))
    found = await difference(auditor, forge, engine=Engine.GOQUORUM)
    assert found.name == "transactions[0].v"


async def test_a_wrong_code_size_limit_shows(forge: Any, auditor: Any) -> None:
    found = await difference(auditor, forge, code_size_limit=100)
    assert (found.height, found.name) == (1, "gasUsed")


async def test_blockhash_reaches_back_256_headers(forge: Any, auditor: Any, signed: Any, keys: Any) -> None:
    """Hashes are remembered over groups and state files, by the engine's rule: round 0, no seals."""
    stores = bytes.fromhex("60ff4303406001556101004303406002556101014303406003556001430340600455 00".replace(" ", ""))
    for _ in range(299):
        forge.add(extra={"round": 2})
    await auditor.replay(forge.answer, origin=forge.origin)
    forge.add(signed(keys.founder, 1, calldata=stores))
    assert (await auditor.replay(forge.answer, origin=forge.origin)).height == 301


async def test_a_registry_used_under_four_validators(
    *, forge: Any, auditor: Any, signed: Any, keys: Any, site: Any, make_entry: Any
) -> None:
    forge.add(
        *(
            signed(keys.registrar, nonce, to=site.registry, calldata=calls.encode_register(make_entry(nonce)))
            for nonce in range(20)
        )
    )
    reached = await auditor.replay(forge.answer, origin=forge.origin)
    assert reached.acts["Registered"] == 20
    assert reached.transactions == 21
