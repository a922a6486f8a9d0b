"""Headers that a real network of four sealed while validators were voted out and in: the changes that they prove."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from node.receipts.anchor import TrustAnchor
from node.receipts.errors import AnchorTooOld, BadProof
from node.receipts.folding import fold, fold_changes
from node.receipts.founding import AnchoredInstitution, Founding
from node.receipts.header import Header, header_from_json
from node.receipts.sealed import check_sealed
from node.receipts.seals import trim_seals
from node.receipts.vote_watch import VoteWatch

if TYPE_CHECKING:
    from node.receipts.changes import ValidatorChange

VECTOR = Path(__file__).parents[2] / "vectors" / "network" / "qbft-live-votes.json"
RECORDED: dict[str, Any] = json.loads(VECTOR.read_text(encoding="utf-8"))
HEADERS = [header_from_json(block) for block in RECORDED["headers"]]


@pytest.fixture
def founding() -> Founding:
    return Founding(
        chain_id=RECORDED["chain_id"], genesis_hash=HEADERS[0].block_hash, registry=bytes(20),
        registry_code_hash=bytes(32),
        validators=tuple(bytes.fromhex(address[2:]) for address in RECORDED["founding_validators"]),
        governors=(bytes(20),), threshold=1,
        institutions=(AnchoredInstitution(
            code="DEMO0001", name="x", credit_code="0" * 18, region="0" * 6, one_person=True, registrars=(bytes(20),)
        ),),
    )  # fmt: skip


def changes_in(headers: list[Header], founding: Founding) -> list[ValidatorChange]:
    watch = VoteWatch(founding.validators)
    return [change for header in headers if (change := watch.see(header)) is not None]


def test_both_changes_are_proven(founding: Founding) -> None:
    anchor = TrustAnchor(founding=founding, changes=tuple(changes_in(HEADERS, founding)))
    trust = fold(TrustAnchor.from_json_bytes(anchor.to_json_bytes()))
    out, back = RECORDED["out_decided_at"] + 1, RECORDED["in_decided_at"] + 1
    voted = bytes.fromhex(RECORDED["voted"][2:])
    three = tuple(sorted({*founding.validators} - {voted}))
    assert trust.validator_sets == ((0, founding.validators), (out, three), (back, founding.validators))
    for header in HEADERS[1:]:
        check_sealed(trim_seals(header), trust)


def test_a_header_of_the_new_set_is_above_what_the_founding_knows(founding: Founding) -> None:
    trust = fold(TrustAnchor(founding=founding))
    child = trim_seals(HEADERS[RECORDED["out_decided_at"] + 1])
    with pytest.raises(AnchorTooOld) as caught:
        check_sealed(child, trust)
    assert caught.value.exit_code == 3


def test_no_header_of_a_change_can_be_left_out(founding: Founding) -> None:
    first, second = changes_in(HEADERS, founding)
    for place in range(len(first.votes)):
        short = replace(first, votes=(*first.votes[:place], *first.votes[place + 1 :]))
        with pytest.raises(BadProof):
            fold_changes(founding, (short,))
    for wrong in ((second,), (second, first), (first, first)):
        with pytest.raises(BadProof):
            fold_changes(founding, wrong)


def test_another_set_without_votes_is_noticed(founding: Founding) -> None:
    out = RECORDED["out_decided_at"]
    without = [header for header in HEADERS[: out + 2] if header.number != out]
    with pytest.raises(BadProof, match="no votes decided"):
        changes_in(without, founding)
