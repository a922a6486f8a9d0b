"""A record after it was registered: amended, superseded, withdrawn, frozen; its events, its state, every refusal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from registry_at_hand import (
    INSTITUTION,
    NEIGHBOUR,
    NEIGHBOUR_REGISTRAR,
    REGISTRAR,
    digest,
    entry,
    number,
    reason,
)

from contracts import calls, views
from contracts.calls import AmendCall, SupersedeCall, WithdrawCall
from contracts.events import commitment
from contracts.governing import FreezeCall, UnfreezeCall
from contracts.parties import Frozen, Unfrozen
from contracts.records import Reason, RecordState, Withdrawn

if TYPE_CHECKING:
    from registry_at_hand import RegistryAtHand

PAPER = digest("paper")
FIRST = entry()
AMENDED = entry(metadata_digest=digest("better metadata"))
BETTER = entry(
    kind=2, content_digest=digest("better scan"), metadata_digest=digest("its metadata"), cid=b"other cid",
    programme=digest("other programme"), period=2024, lot=digest("other lot"), earlier_receipt=digest("receipt"),
)  # fmt: skip
AMEND = AmendCall(entry=AMENDED, former_metadata_digest=FIRST.metadata_digest, version=2, reason=reason())
SUPERSEDE = SupersedeCall(entry=BETTER, version=2, reason=reason(3))
WITHDRAW = WithdrawCall(number=number(1), version=1, reason=reason(9))
FREEZE, UNFREEZE = FreezeCall(number=number(1), document=PAPER), UnfreezeCall(number=number(1), document=PAPER)


@pytest.fixture
def registered(registry: RegistryAtHand) -> RegistryAtHand:
    """A registry with one record."""
    assert registry.transact(calls.encode_register(FIRST), sender=REGISTRAR).succeeded
    return registry


def send(registry: RegistryAtHand, call: Any) -> Any:
    return registry.transact(calls.encode_call(call), sender=REGISTRAR)


def refused(registry: RegistryAtHand, call: Any, sender: int = REGISTRAR) -> tuple[str, dict[str, Any]]:
    error = registry.reverts_with(calls.encode_call(call), sender=sender)
    return error.name, error.values


def state_of(registry: RegistryAtHand) -> RecordState | None:
    return views.decode_record_of(registry.ask(views.encode_record_of(number(1))))


def commitment_of(registry: RegistryAtHand, version: int) -> bytes | None:
    return views.decode_commitment_of(registry.ask(views.encode_commitment_of(number(1), version)))


def newest(registry: RegistryAtHand, kind: int, content: bytes) -> bytes | None:
    return views.decode_number_by_digest(registry.ask(views.encode_number_by_digest(kind, content)))


def test_amending_tells_the_whole_version_and_why(registered: RegistryAtHand) -> None:
    done = send(registered, AMEND)
    [event] = done.events
    assert event == AMENDED.amended(INSTITUTION, 2, reason())
    assert state_of(registered) == RecordState(
        status=1, frozen=False, kind=1, version=2, height=done.height, time=done.time
    )
    assert commitment_of(registered, 2) == commitment(event)
    assert commitment_of(registered, 1) == commitment(FIRST.registered(INSTITUTION)), (
        "the version before stays provable"
    )
    third = replace(AMEND, entry=FIRST, former_metadata_digest=AMENDED.metadata_digest, version=3)
    assert send(registered, third).events == [FIRST.amended(INSTITUTION, 3, reason())]


def test_superseding_gives_new_content_under_the_same_number(registered: RegistryAtHand) -> None:
    done = send(registered, SUPERSEDE)
    assert done.events == [BETTER.superseded(INSTITUTION, 2, reason(3))]
    assert state_of(registered) == RecordState(
        status=1, frozen=False, kind=2, version=2, height=done.height, time=done.time
    )
    assert commitment_of(registered, 2) == commitment(done.events[0])
    assert newest(registered, 2, BETTER.content_digest) == number(1)
    assert newest(registered, 1, FIRST.content_digest) == number(1), "the earlier content still leads to its record"
    follow = AmendCall(
        entry=replace(BETTER, metadata_digest=PAPER), former_metadata_digest=BETTER.metadata_digest, version=3,
        reason=reason(),
    )  # fmt: skip
    assert send(registered, follow).succeeded


def test_withdrawing_is_for_good(registered: RegistryAtHand) -> None:
    done = send(registered, WITHDRAW)
    assert done.events == [Withdrawn(institution=INSTITUTION, number=number(1), version=1, reason=9, document=PAPER)]
    assert state_of(registered) == RecordState(
        status=2, frozen=False, kind=1, version=1, height=done.height, time=done.time
    )
    gone = ("AlreadyWithdrawn", {"number": number(1)})
    for call in (WITHDRAW, AMEND, SUPERSEDE):
        assert refused(registered, call) == gone
    again = registered.reverts_with(calls.encode_register(FIRST), sender=REGISTRAR)
    assert (again.name, again.values) == ("AlreadyRegistered", {"number": number(1)})
    anew = entry(2, content_digest=FIRST.content_digest, replaces=number(1))
    assert registered.transact(calls.encode_register(anew), sender=REGISTRAR).succeeded


@pytest.mark.parametrize("call", [AMEND, SUPERSEDE, WITHDRAW], ids=["amend", "supersede", "withdraw"])
class TestEveryChange:
    """What amending, superseding and withdrawing refuse alike."""

    def test_of_a_record_that_is_none(self, registry: RegistryAtHand, call: Any) -> None:
        assert refused(registry, call) == ("UnknownRecord", {"number": number(1)})

    def test_of_another_institutions_record(self, registered: RegistryAtHand, call: Any) -> None:
        expected = ("WrongInstitution", {"number": number(1), "institution": NEIGHBOUR})
        assert refused(registered, call, NEIGHBOUR_REGISTRAR) == expected

    def test_of_another_version_than_the_newest(self, registered: RegistryAtHand, call: Any) -> None:
        for version in (0, call.version - 1, call.version + 1, 2**32 - 1):
            wrong = replace(call, version=version)
            if version != call.version:
                expected = {"number": number(1), "version": version, "current": 1}
                assert refused(registered, wrong) == ("WrongVersion", expected)

    def test_for_no_reason(self, registered: RegistryAtHand, call: Any) -> None:
        for code in (0, 10, 255):
            wrong = replace(call, reason=Reason(code=code, document=PAPER))
            assert refused(registered, wrong) == ("UnknownReason", {"code": code})

    def test_for_every_reason_there_is(self, registered: RegistryAtHand, call: Any) -> None:
        for code in range(1, 10):
            assert registered.ask(calls.encode_call(replace(call, reason=Reason(code=code))), sender=REGISTRAR) == b""

    def test_while_it_is_frozen(self, registered: RegistryAtHand, call: Any) -> None:
        registered.decide(FREEZE)
        assert refused(registered, call) == ("FrozenRecord", {"number": number(1)})
        registered.decide(UNFREEZE)
        assert send(registered, call).succeeded


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": 2}, {"content_digest": PAPER}, {"cid": b"cid"}, {"programme": PAPER}, {"period": 2024}, {"lot": PAPER},
        {"replaces": number(1)}, {"earlier_receipt": PAPER},
    ],
    ids=lambda changes: next(iter(changes)),
)  # fmt: skip
def test_an_amendment_leaves_all_but_the_metadata(registered: RegistryAtHand, changes: dict[str, Any]) -> None:
    wrong = replace(AMEND, entry=replace(AMENDED, **changes))
    assert refused(registered, wrong) == ("ContentChanged", {"number": number(1)})


def test_an_amendment_knows_the_metadata_before(registered: RegistryAtHand) -> None:
    wrong = replace(AMEND, former_metadata_digest=AMENDED.metadata_digest)
    assert refused(registered, wrong) == ("ContentChanged", {"number": number(1)})
    without = replace(AMEND, entry=replace(AMENDED, metadata_digest=bytes(32)))
    assert refused(registered, without) == ("ZeroDigest", {})


BAD: list[tuple[str, dict[str, Any]]] = [
    ("UnknownKind", {"kind": 0}), ("UnknownKind", {"kind": 3}), ("ZeroDigest", {"content_digest": bytes(32)}),
    ("ZeroDigest", {"metadata_digest": bytes(32)}), ("ZeroPeriod", {"period": 0}), ("BadCid", {"cid": b""}),
    ("BadCid", {"cid": b"c" * 65}), ("UnknownReplaced", {"replaces": number(50)}),
    ("UnknownReplaced", {"replaces": number(1)}), ("UnknownReplaced", {"replaces": number(1, NEIGHBOUR)}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "changes"), BAD)
def test_what_could_not_be_registered_is_no_new_content(
    registered: RegistryAtHand, name: str, changes: dict[str, Any]
) -> None:
    assert refused(registered, replace(SUPERSEDE, entry=replace(BETTER, **changes)))[0] == name


def test_superseding_may_replace_another_record(registered: RegistryAtHand) -> None:
    assert registered.transact(calls.encode_register(entry(2)), sender=REGISTRAR).succeeded
    assert send(registered, replace(SUPERSEDE, entry=replace(BETTER, replaces=number(2)))).succeeded


def test_a_number_with_something_behind_it_is_no_record(registered: RegistryAtHand) -> None:
    longer = number(1)[:31] + b"\1"
    wrong = replace(SUPERSEDE, entry=replace(BETTER, number=longer))
    assert refused(registered, wrong) == ("UnknownRecord", {"number": longer})


def test_freezing_and_unfreezing_say_so_and_leave_the_newest_act(registered: RegistryAtHand) -> None:
    before = state_of(registered)
    assert before is not None
    assert registered.decide(FREEZE).events[1] == Frozen(number=number(1), document=PAPER)
    assert state_of(registered) == replace(before, frozen=True)
    twice = registered.reverts_with(registered.propose(FREEZE, document=digest("other")))
    assert (twice.name, twice.values) == ("FrozenRecord", {"number": number(1)})
    assert registered.decide(UNFREEZE).events[1] == Unfrozen(number=number(1), document=PAPER)
    assert state_of(registered) == before
    twice = registered.reverts_with(registered.propose(UNFREEZE, document=digest("other")))
    assert (twice.name, twice.values) == ("NotFrozen", {"number": number(1)})


def test_what_is_no_record_or_is_withdrawn_is_not_frozen(registered: RegistryAtHand) -> None:
    unknown = FreezeCall(number=number(2), document=PAPER)
    assert registered.reverts_with(registered.propose(unknown)).name == "UnknownRecord"
    assert (
        registered.reverts_with(registered.propose(UnfreezeCall(number=number(2), document=PAPER))).name == "NotFrozen"
    )
    send(registered, WITHDRAW)
    assert registered.reverts_with(registered.propose(FREEZE)).name == "AlreadyWithdrawn"


def test_claimed_totals_count_what_was_registered_and_never_go_down(registered: RegistryAtHand) -> None:
    def claimed(period: int) -> tuple[int, int]:
        found = views.decode_claimed_of(registered.ask(views.encode_claimed_of(INSTITUTION, period)))
        return found.resources, found.units

    assert claimed(2023) == (1, 0)
    registered.transact(calls.encode_register_many([entry(2), entry(2), entry(3, period=2024)]), sender=REGISTRAR)
    assert (claimed(2023), claimed(2024)) == ((2, 0), (1, 0))
    send(registered, SUPERSEDE)
    send(registered, replace(WITHDRAW, version=2))
    assert (claimed(2023), claimed(2024)) == ((2, 0), (1, 0))
