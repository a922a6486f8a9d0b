"""Headers that a real network sealed while validators were voted out and in, held against our header and seal rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from node.consortium.genesis import Genesis
from node.receipts.header import Extra, Header, header_from_json
from node.receipts.seals import check_seals, quorum, trim_seals

VECTOR = Path(__file__).parents[1] / "vectors" / "network" / "qbft-live-votes.json"


@pytest.fixture(name="recorded", scope="module")
def recorded_network() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(VECTOR.read_text())
    return document


def in_force(headers: list[Header], founding: tuple[bytes, ...]) -> list[tuple[bytes, ...]]:
    """Give the set that seals each header, by counting the votes of the headers before it."""
    current, votes, sets = founding, set[tuple[bytes, bytes, bool]](), []
    for header in headers:
        sets.append(current)
        vote = Extra.decode(header.extra_data).vote
        if not vote:
            continue
        recipient, add = vote[0], vote[1] == b"\xff"
        votes.add((header.miner, recipient, add))
        if sum((voted, wanted) == (recipient, add) for _, voted, wanted in votes) > len(current) // 2:
            members = {*current, recipient} if add else {*current} - {recipient}
            current = tuple(sorted(members))
            votes = {one for one in votes if one[0] in members and one[1] != recipient}
    return sets


def test_every_recorded_header_keeps_our_rules(recorded: dict[str, Any]) -> None:
    headers = [header_from_json(block) for block in recorded["headers"]]
    founding = tuple(bytes.fromhex(address[2:]) for address in recorded["founding_validators"])
    sets = in_force(headers, founding)
    for height, (header, block) in enumerate(zip(headers, recorded["headers"], strict=True)):
        assert "0x" + header.block_hash.hex() == block["hash"], height
        assert Extra.decode(header.extra_data).validators == sets[height], height
        if height:
            assert header.parent_hash == headers[height - 1].block_hash
            assert len(check_seals(trim_seals(header), sets[height])) == quorum(len(sets[height]))
    assert {len(one) for one in sets} == {3, 4}


def test_the_set_changes_in_the_header_after_the_deciding_vote(recorded: dict[str, Any]) -> None:
    address = bytes.fromhex(recorded["voted"][2:])
    listed = [Extra.decode(bytes.fromhex(block["extraData"][2:])) for block in recorded["headers"]]
    out, back = recorded["out_decided_at"], recorded["in_decided_at"]
    assert listed[out].vote == (address, b"")
    assert address in listed[out].validators
    assert address not in listed[out + 1].validators
    assert listed[back].vote == (address, b"\xff")
    assert address not in listed[back].validators
    assert address in listed[back + 1].validators


def test_our_genesis_is_the_one_that_the_engine_made(recorded: dict[str, Any]) -> None:
    first = recorded["headers"][0]
    genesis = Genesis(
        chain_id=recorded["chain_id"], period=1, request_timeout=1, timestamp=int(first["timestamp"], 16),
        validators=tuple(bytes.fromhex(address[2:]) for address in recorded["founding_validators"]),
    )  # fmt: skip
    assert genesis.header() == header_from_json(first)
    assert "0x" + genesis.header().block_hash.hex() == first["hash"]
