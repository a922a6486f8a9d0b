"""Review without a chain: what is signed is what is shown, what counts is what the journal has, and time runs out."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from eth_keys.datatypes import PrivateKey

from contracts.calls import RegisterCall, decode_call
from node.errors import BadInput
from node.records import canonical
from node.records.metadata import Metadata
from node.records.number import Number
from node.registrar.approving import Approving
from node.registrar.planning import MARGIN, Planner
from node.registrar.request_file import Approvals, Approved, Place, Request
from node.registrar.review import Review
from storage.cid import Cid
from storage.journal import Journal
from storage.matters import Code
from storage.resources import ResourceRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REVIEWER, REGISTRAR = PrivateKey(b"\1" * 32), PrivateKey(b"\2" * 32)
SENDER = REGISTRAR.public_key.to_canonical_address()
PLACE = Place(chain_id=2_023_000_001, registry=b"\7" * 20, institution="14000001", name="某图书馆")
CID = bytes(Cid.parse("bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy").binary)
NOON = 1_700_000_000
UNTIL = NOON + 86_400


@dataclass
class Clock:
    """A clock that the test sets."""

    now: float = NOON

    def __call__(self) -> float:
        return self.now


@dataclass
class Desk:
    """A journal with what people do to it."""

    journal: Journal
    clock: Clock
    review: Review
    approving: Approving
    planner: Planner

    def enter(self, serial: int, title: str = "题名", stage: str = "submitted") -> str:
        """Enter a resource that waits for review; give its number."""
        number = str(Number(institution="14000001", period=2023, serial=serial))
        metadata = Metadata(title=title, period=2023, access="open")
        with self.journal.transaction():
            matter = self.journal.matters.add(
                code=Code.REGISTER, subject=number, version=1, stage="numbered", created=NOON
            )
            self.journal.resources.insert(
                ResourceRow(
                    number=number, client_key=f"key {serial}", version=1, source_path="/x", kind=1,
                    content_digest=serial.to_bytes(32, "big"), cid=CID, size=3, files=1,
                    metadata=canonical.encode(metadata.to_json()), metadata_digest=metadata.digest(), title=title,
                    client_ref="", period=2023, stage="", matter=matter, created=NOON,
                )
            )  # fmt: skip
            self.journal.matters.mark_stored([matter], stage)
        return number

    def approvals(self, key: PrivateKey = REVIEWER, *, expires: int = UNTIL) -> Approvals:
        """Have everything that waits approved, by way of the two files that travel."""
        request = self.review.request(self.journal.matters.at("submitted"))
        read = Request.from_json_bytes(request.to_json_bytes())
        approvals = Approvals(place=read.place, approved=read.approve(key, expires=expires))
        return Approvals.from_json_bytes(approvals.to_json_bytes())

    def stages(self) -> dict[str, int]:
        return self.journal.matters.counts()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    journal, clock = Journal.found(tmp_path / "journal.db"), Clock()
    review = Review(journal=journal, place=PLACE, clock=clock)
    approving = Approving(journal=journal, place=PLACE, clock=clock)
    planner = Planner(journal=journal, institution="14000001", sender=SENDER, clock=clock)
    yield Desk(journal=journal, clock=clock, review=review, approving=approving, planner=planner)
    journal.close()


def test_a_thousand_approvals_travel_and_go_in_twenty_acts(desk: Desk) -> None:
    for serial in range(1, 1001):
        desk.enter(serial)
    taken = desk.approving.take(desk.approvals(), sender=SENDER)
    assert [each.error for each in taken] == [None] * 1000
    desk.planner.plan(approved=False)
    assert desk.journal.acts.open() == []
    desk.planner.plan(approved=True)
    calls = [decode_call(act.calldata) for act in desk.journal.acts.open()]
    assert [len(call.entries) for call in calls if isinstance(call, RegisterCall)] == [50] * 20
    assert all(len(act.calldata) < 60 << 10 for act in desk.journal.acts.open())


def test_an_approval_of_other_words_is_void(desk: Desk) -> None:
    number = desk.enter(1)
    approvals = desk.approvals()
    row = desk.journal.resources.version(number, 1)
    assert row is not None
    edited = Metadata(title="别的题名", period=2023, access="open")
    changed = replace(row, metadata=canonical.encode(edited.to_json()), metadata_digest=edited.digest())
    desk.journal.resources.replace_version(changed)
    (taken,) = desk.approving.take(approvals, sender=SENDER)
    assert taken.error is not None
    assert "edited" in taken.error.words.en
    assert desk.stages() == {"submitted": 1}


def test_what_changed_after_its_approval_goes_back_when_it_is_planned(desk: Desk) -> None:
    number = desk.enter(1)
    desk.approving.take(desk.approvals(), sender=SENDER)
    row = desk.journal.resources.version(number, 1)
    assert row is not None
    desk.journal.resources.replace_version(replace(row, content_digest=b"x" * 32))
    desk.planner.plan(approved=True)
    assert desk.journal.acts.open() == []
    assert desk.stages() == {"submitted": 1}


def test_an_approval_that_runs_out_is_never_sent(desk: Desk) -> None:
    first = desk.enter(1)
    desk.approving.take(desk.approvals(expires=NOON + 3600), sender=SENDER)
    desk.enter(2)
    desk.approving.take(desk.approvals(), sender=SENDER)
    desk.planner.plan(approved=True)
    assert len(desk.journal.acts.open()) == 1
    desk.clock.now = NOON + 3600 - MARGIN
    desk.planner.plan(approved=True)
    (act,) = desk.journal.acts.open()
    call = decode_call(act.calldata)
    assert isinstance(call, RegisterCall)
    assert [entry.content_digest for entry in call.entries] == [(2).to_bytes(32, "big")]
    assert [matter.subject for matter in desk.journal.matters.at("submitted")] == [first]
    (late,) = desk.approving.take(desk.approvals(expires=NOON + 3600), sender=SENDER)
    assert late.error is not None
    assert "expired" in late.error.words.en


def test_a_registrar_cannot_approve_alone(desk: Desk) -> None:
    desk.enter(1)
    (taken,) = desk.approving.take(desk.approvals(REGISTRAR), sender=SENDER)
    assert taken.error is not None
    assert desk.stages() == {"submitted": 1}


def test_approvals_for_another_registry_are_refused_whole(desk: Desk) -> None:
    desk.enter(1)
    other = replace(desk.approvals(), place=replace(PLACE, registry=b"\x08" * 20))
    with pytest.raises(BadInput, match="another institution or chain"):
        desk.approving.take(other, sender=SENDER)


def test_a_request_shows_what_is_signed(desk: Desk) -> None:
    desk.enter(1, title="原题名")
    request = desk.review.request(desk.journal.matters.at("submitted"))
    value = json.loads(request.to_json_bytes())
    value["dossiers"][0]["metadata"]["title"] = "谎称的题名"
    lied = Request.from_json_bytes(canonical.encode(value))
    assert lied.dossiers[0].title == "谎称的题名"
    approvals = Approvals(place=PLACE, approved=lied.approve(REVIEWER, expires=UNTIL))
    (taken,) = desk.approving.take(approvals, sender=SENDER)
    assert taken.error is not None


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value | {"more": 1},
        lambda value: value | {"format": "zhicang-request-2"},
        lambda value: value | {"dossiers": [{"act": "register"}]},
        lambda value: value | {"dossiers": [value["dossiers"][0] | {"digest": "00"}]},
        lambda value: value | {"dossiers": [value["dossiers"][0] | {"sha256": "00"}]},
        lambda value: value | {"registry": "xyz"},
    ],
)
def test_a_request_that_is_none_is_refused(desk: Desk, change: Any) -> None:
    desk.enter(1)
    value = json.loads(desk.review.request(desk.journal.matters.at("submitted")).to_json_bytes())
    with pytest.raises(BadInput):
        Request.from_json_bytes(canonical.encode(change(value)))


def test_an_approval_with_a_field_too_many_is_refused(desk: Desk) -> None:
    desk.enter(1)
    value = desk.approvals().approved[0].to_json()
    with pytest.raises(BadInput):
        Approved.from_json(value | {"note": ""})


def test_people_move_only_what_stands_where_they_think(desk: Desk) -> None:
    number = desk.enter(1, stage="draft")
    with pytest.raises(BadInput, match="draft"):
        desk.review.give_back([number], "原因")
    desk.review.submit([number])
    (returned,) = desk.review.give_back([number], "原因")
    assert (returned.stage, returned.note) == ("returned", "原因")
    desk.review.submit([number])
    desk.review.recall([number])
    with pytest.raises(BadInput, match="nothing about"):
        desk.review.submit([number])
    assert [step.stage for step in desk.journal.matters.steps(1)] == ["submitted", "returned", "submitted", "recalled"]
