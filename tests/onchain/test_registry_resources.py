"""Registering resources: events and state in full, every refusal, and groups that one bad entry does not hold up."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest
from registry_at_hand import INSTITUTION, NEIGHBOUR, digest, entry, number

from contracts import calls, views
from contracts.errors import UnknownRevert, refusal
from contracts.events import commitment
from contracts.records import EntrySkipped, RecordState

if TYPE_CHECKING:
    from registry_at_hand import RegistryAtHand

    from contracts.records import Entry


def register(registry: RegistryAtHand, *entries: Entry, sender: int = 1) -> Any:
    calldata = calls.encode_register(entries[0]) if len(entries) == 1 else calls.encode_register_many(entries)
    return registry.transact(calldata, sender=sender)


def state_of(registry: RegistryAtHand, name: bytes) -> RecordState | None:
    return views.decode_record_of(registry.ask(views.encode_record_of(name)))


def newest(registry: RegistryAtHand, kind: int, content: bytes) -> bytes | None:
    return views.decode_number_by_digest(registry.ask(views.encode_number_by_digest(kind, content)))


def commitment_of(registry: RegistryAtHand, name: bytes, version: int) -> bytes | None:
    return views.decode_commitment_of(registry.ask(views.encode_commitment_of(name, version)))


def test_the_event_carries_every_field(registry: RegistryAtHand) -> None:
    register(registry, entry(1))
    sent = entry(2, kind=2, period=65535, cid=b"c" * 64, replaces=number(1), earlier_receipt=digest("old"))
    [event] = register(registry, sent).events
    assert event == sent.registered(INSTITUTION)
    values = [getattr(event, field.name) for field in fields(event)]
    assert len({repr(value) for value in values}) == len(values), "two fields are alike and could be swapped unseen"


def test_web3_reads_the_same_event_from_the_abi(registry: RegistryAtHand) -> None:
    sent = entry(7)
    register(registry, sent)
    [log] = registry.own_abi().events.Registered().get_logs(from_block=0)
    assert dict(log["args"]) == {
        "institution": INSTITUTION, "number": sent.number, "contentDigest": sent.content_digest, "kind": 1,
        "version": 1, "metadataDigest": sent.metadata_digest, "cid": sent.cid, "programme": sent.programme,
        "period": 2023, "lot": sent.lot, "replaces": sent.replaces, "earlierReceipt": sent.earlier_receipt,
    }  # fmt: skip


def test_a_log_is_found_by_each_of_its_indexed_fields(registry: RegistryAtHand) -> None:
    sent = entry(7)
    register(registry, sent, entry(8))
    event = registry.own_abi().events.Registered()
    for name, value in (("number", sent.number), ("contentDigest", sent.content_digest)):
        [log] = event.get_logs(from_block=0, argument_filters={name: value})
        assert log["args"]["number"] == sent.number
    assert len(event.get_logs(from_block=0, argument_filters={"institution": INSTITUTION})) == 2
    assert not event.get_logs(from_block=0, argument_filters={"institution": NEIGHBOUR})


def test_the_state_tells_status_kind_version_height_and_time(registry: RegistryAtHand) -> None:
    assert state_of(registry, number(1)) is None
    done = register(registry, entry(1, kind=2))
    assert state_of(registry, number(1)) == RecordState(
        status=1, frozen=False, kind=2, version=1, height=done.height, time=done.time
    )


def test_the_commitment_is_over_the_event(registry: RegistryAtHand) -> None:
    [event] = register(registry, entry(1)).events
    assert commitment_of(registry, number(1), 1) == commitment(event)
    assert commitment_of(registry, number(1), 2) is None
    assert commitment_of(registry, number(2), 1) is None


def test_a_digest_gives_the_newest_number_of_its_kind(registry: RegistryAtHand) -> None:
    same = digest("same")
    assert newest(registry, 1, same) is None
    register(registry, entry(1, content_digest=same))
    register(registry, entry(2, content_digest=same, kind=2))
    assert newest(registry, 1, same) == number(1)
    assert newest(registry, 2, same) == number(2)
    register(registry, entry(1, content_digest=same, number=number(1, NEIGHBOUR)), sender=2)
    assert newest(registry, 1, same) == number(1, NEIGHBOUR)
    assert state_of(registry, number(1)) is not None


BAD_ENTRIES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("AlreadyRegistered", {"number": number(99)}, {"number": number(99)}),
    (
        "WrongInstitution",
        {"number": number(1, NEIGHBOUR)},
        {"number": number(1, NEIGHBOUR), "institution": INSTITUTION},
    ),
    ("WrongInstitution", {"number": bytes(32)}, {"number": bytes(32), "institution": INSTITUTION}),
    ("MalformedNumber", {"number": number(1)[:24] + b"B" + bytes(7)}, {"number": number(1)[:24] + b"B" + bytes(7)}),
    ("MalformedNumber", {"number": number(1)[:31] + b"\1"}, {"number": number(1)[:31] + b"\1"}),
    ("UnknownKind", {"kind": 0}, {"kind": 0}),
    ("UnknownKind", {"kind": 3}, {"kind": 3}),
    ("ZeroDigest", {"content_digest": bytes(32)}, {}),
    ("ZeroDigest", {"metadata_digest": bytes(32)}, {}),
    ("ZeroPeriod", {"period": 0}, {}),
    ("BadCid", {"cid": b""}, {"length": 0}),
    ("BadCid", {"cid": b"c" * 65}, {"length": 65}),
    ("UnknownReplaced", {"replaces": number(50)}, {"replaces": number(50)}),
    ("UnknownReplaced", {"replaces": number(1)}, {"replaces": number(1)}),
    ("UnknownReplaced", {"replaces": number(98, NEIGHBOUR)}, {"replaces": number(98, NEIGHBOUR)}),
]


@pytest.fixture
def settled(registry: RegistryAtHand) -> RegistryAtHand:
    """A registry in which both institutions have a record, so that each bad entry has something to conflict with."""
    register(registry, entry(99))
    register(registry, entry(98, number=number(98, NEIGHBOUR)), sender=2)
    return registry


@pytest.mark.parametrize(("name", "changes", "values"), BAD_ENTRIES)
def test_a_bad_entry_alone_is_refused_with_its_error(
    settled: RegistryAtHand, name: str, changes: dict[str, Any], values: dict[str, Any]
) -> None:
    error = settled.reverts_with(calls.encode_register(entry(1, **changes)), sender=1)
    assert (error.name, error.values) == (name, values)
    assert state_of(settled, number(1)) is None


@pytest.mark.parametrize(("name", "changes", "values"), BAD_ENTRIES)
def test_a_bad_entry_in_a_group_is_passed_over_and_holds_up_no_other(
    settled: RegistryAtHand, name: str, changes: dict[str, Any], values: dict[str, Any]
) -> None:
    del values
    bad, good = entry(1, **changes), [entry(2), entry(3)]
    done = register(settled, good[0], bad, good[1])
    first, skipped, last = done.events
    assert (first, last) == (good[0].registered(INSTITUTION), good[1].registered(INSTITUTION))
    assert isinstance(skipped, EntrySkipped)
    assert refusal(skipped.reason).name == name
    expected = (INSTITUTION, bad.number, bad.content_digest)
    assert (skipped.institution, skipped.number, skipped.content_digest) == expected
    assert state_of(settled, number(3)) is not None
    assert state_of(settled, number(1)) is None
    assert newest(settled, bad.kind, entry(1).content_digest) is None


def test_every_reason_is_shown_by_a_bad_entry() -> None:
    assert {refusal(reason).name for reason in range(1, 9)} == {name for name, _, _ in BAD_ENTRIES}


def test_a_number_that_comes_twice_in_a_group_is_registered_once(registry: RegistryAtHand) -> None:
    twice = replace(entry(2), number=number(1))
    first, second = register(registry, entry(1), twice).events
    assert first == entry(1).registered(INSTITUTION)
    assert isinstance(second, EntrySkipped)
    assert newest(registry, 1, twice.content_digest) is None
    assert commitment_of(registry, number(1), 1) == commitment(first)


def test_a_group_may_replace_what_it_registers_itself(registry: RegistryAtHand) -> None:
    sent = (entry(1), entry(2, replaces=number(1)))
    assert register(registry, *sent).events == [one.registered(INSTITUTION) for one in sent]


def test_a_group_of_bad_entries_succeeds_and_registers_nothing(settled: RegistryAtHand) -> None:
    done = register(settled, entry(99), entry(1, period=0))
    assert done.succeeded
    assert [event.reason for event in done.events] == [1, 6]


def test_a_repeated_registration_leaves_the_first_as_it_was(registry: RegistryAtHand) -> None:
    done = register(registry, entry(1))
    assert not register(registry, entry(1, content_digest=digest("other"))).succeeded
    state = state_of(registry, number(1))
    assert state is not None
    assert state.height == done.height


def test_an_empty_group_is_refused(registry: RegistryAtHand) -> None:
    assert registry.reverts_with(calls.encode_register_many([]), sender=1).name == "NoEntries"


def test_calldata_cut_short_is_refused(registry: RegistryAtHand) -> None:
    error = registry.reverts_with(calls.encode_register(entry())[:-40], sender=1)
    assert isinstance(error, UnknownRevert)


def test_the_gas_of_a_registration_does_not_grow_with_the_registry(registry: RegistryAtHand) -> None:
    registry.transact(calls.encode_register(entry(0, lot=digest("lot 0"))), sender=1)
    gas = []
    for serial in (1, 41):
        many = [entry(serial + step) for step in range(1, 40)]
        gas.append(register(registry, entry(serial)).gas)
        register(registry, *many)
    assert abs(gas[0] - gas[1]) < 200, "only the zero bytes of the calldata may differ"
