"""Events: agreement with the ABI of the artefact, round trips, and that one event is told by one log."""

from __future__ import annotations

from dataclasses import astuple, fields, replace
from typing import Any

import pytest
from contract_samples import BY_NAME, camel, signature_hash, types_of, values_of
from eth_abi.abi import encode
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from contracts import events, records
from contracts.errors import MalformedEvent

EVENTS = {name: item for (kind, name), item in BY_NAME.items() if kind == "event"}
BY_CLASS = {layout.kind.__name__: (topic, layout) for topic, (_, layout) in events.LAYOUTS.items()}
REGISTERED = records.Registered(
    institution=b"14000001", number=b"14000001-2023-00000001-A" + bytes(8), content_digest=b"c" * 32, kind=1, version=1,
    metadata_digest=b"m" * 32, cid=b"i" * 36, programme=b"p" * 32, period=2023, lot=b"l" * 32, replaces=bytes(32),
    earlier_receipt=b"e" * 32,
)  # fmt: skip
COMMITTED = records.UnitsCommitted(
    institution=b"14000001", root=b"r" * 32, list_digest=b"d" * 32, claimed=7, cid=b"i" * 36, programme=b"p" * 32,
    period=2023, lot=b"l" * 32, counting_rule=bytes(32), parent=bytes(32), earlier_receipt=b"e" * 32,
)  # fmt: skip


def log_by_the_abi(event: Any) -> tuple[list[bytes], bytes]:
    """Encode an event from the artefact's ABI with the general library, fields by their place."""
    inputs = EVENTS[type(event).__name__]["inputs"]
    signature = f"{type(event).__name__}({','.join(item['type'] for item in inputs)})"
    pairs = list(zip(inputs, astuple(event), strict=True))
    indexed = [encode([item["type"]], [value]) for item, value in pairs if item["indexed"]]
    others = [(item["type"], value) for item, value in pairs if not item["indexed"]]
    data = encode([type_ for type_, _ in others], [value for _, value in others])
    return [keccak(signature.encode()), *indexed], data


def test_the_binding_knows_every_event_that_the_contract_can_emit() -> None:
    assert BY_CLASS.keys() == EVENTS.keys()


@pytest.mark.parametrize("name", EVENTS)
def test_topic_and_fields_are_those_of_the_artefact(name: str) -> None:
    topic, layout = BY_CLASS[name]
    inputs = EVENTS[name]["inputs"]
    assert topic == signature_hash("event", name)
    assert [camel(field) for field in layout.fields] == [item["name"] for item in inputs]
    indexed = [item["indexed"] for item in inputs]
    assert indexed == sorted(indexed, reverse=True)
    assert events.LAYOUTS[topic][0] == sum(indexed)


@given(st.data())
@pytest.mark.parametrize("name", EVENTS)
def test_round_trip(name: str, data: st.DataObject) -> None:
    event = data.draw(values_of(BY_CLASS[name][1]))
    log = log_by_the_abi(event)
    assert events.encode_log(event) == log
    assert events.decode_log(*log) == event


@pytest.mark.parametrize("event", [REGISTERED, COMMITTED])
def test_every_changed_byte_is_refused_or_read_as_another_event(event: Any) -> None:
    topics, data = log_by_the_abi(event)
    for index, topic in enumerate(topics):
        for place in range(32):
            changed = topic[:place] + bytes([topic[place] ^ 1]) + topic[place + 1 :]
            assert read_or_none([*topics[:index], changed, *topics[index + 1 :]], data) != event
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert read_or_none(topics, changed) != event


def read_or_none(topics: list[bytes], data: bytes) -> Any:
    try:
        return events.decode_log(topics, data)
    except MalformedEvent:
        return None


@pytest.mark.parametrize("event", [REGISTERED, COMMITTED])
def test_every_shortened_or_lengthened_data_is_refused(event: Any) -> None:
    topics, data = log_by_the_abi(event)
    for other in (*(data[:length] for length in range(len(data))), data + b"\0", data + bytes(32)):
        with pytest.raises(MalformedEvent):
            events.decode_log(topics, other)


TOPIC_LISTS = {
    "no topic": [],
    "an unknown topic": [keccak(b"Transfer(address,address,uint256)")],
    "a topic missing": log_by_the_abi(REGISTERED)[0][:3],
    "a topic too many": [*log_by_the_abi(REGISTERED)[0], bytes(32)],
    "a topic of 31 bytes": [*log_by_the_abi(REGISTERED)[0][:3], bytes(31)],
    "dirty padding of the institution": [events.REGISTERED, b"14000001" + bytes(23) + b"\1", bytes(32), bytes(32)],
    "the topics of another event": log_by_the_abi(COMMITTED)[0],
}


@pytest.mark.parametrize("defect", TOPIC_LISTS)
def test_wrong_topics_are_refused(defect: str) -> None:
    with pytest.raises(MalformedEvent):
        events.decode_log(TOPIC_LISTS[defect], log_by_the_abi(REGISTERED)[1])


def test_an_entry_and_a_batch_give_the_events_that_the_contract_emits() -> None:
    entry = REGISTERED.entry()
    assert entry.registered(b"14000001") == REGISTERED
    why = records.Reason(code=3, document=b"d" * 32)
    amended = entry.amended(b"14000001", 4, why)
    assert (amended.entry(), amended.version, amended.reason, amended.document) == (entry, 4, 3, b"d" * 32)
    superseded = entry.superseded(b"14000001", 4, why)
    assert astuple(superseded) == astuple(amended)
    assert not isinstance(amended, records.Registered | records.Superseded)
    values = dict(zip((field.name for field in fields(COMMITTED)), astuple(COMMITTED), strict=True))
    values.pop("institution")
    assert records.UnitBatch(**values).committed(b"14000001") == COMMITTED


def test_the_commitment_is_the_digest_of_institution_entry_and_version() -> None:
    types = types_of("function", "register")
    values = [REGISTERED.institution, astuple(REGISTERED.entry()), REGISTERED.version]
    assert events.commitment(REGISTERED) == keccak(encode(["bytes8", types[0], "uint32"], values))


@pytest.mark.parametrize("name", [field.name for field in fields(REGISTERED)])
def test_the_commitment_covers_every_field(name: str) -> None:
    value = getattr(REGISTERED, name)
    other = value + 1 if isinstance(value, int) else bytes([value[0] ^ 1]) + value[1:]
    assert events.commitment(replace(REGISTERED, **{name: other})) != events.commitment(REGISTERED)
