"""Record check: the registry's events and state against the journal, both ways, for this institution's records."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from contracts import events, views
from contracts.errors import ContractError
from contracts.records import STATUS_WITHDRAWN
from node.auditor.finding import INCIDENT, NONE, Finding, said_by
from node.chain.engine import RevertedCallError
from node.errors import Words, ZhicangError
from node.records.number import Number
from node.registrar.expected import TOPICS, event_key, expected_event
from node.registrar.following import FOLLOWED

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from contracts.events import Event
    from contracts.records import RecordState
    from node.chain.engine import Engine
    from node.home import Identity
    from node.registrar.expected import Key, Record
    from storage.journal import Journal
    from storage.resources import ResourceRow

_EVENT = Words("一个事件", "an event")
_REGISTERED, _NO_STATE = Words("已登记", "registered"), Words("链上没有", "no state")
_CONFIRMED = Words("日志中已确认的一行", "a confirmed row in the journal")
_UNKNOWN = Words(
    "链上有本库没有的登记:是否另有一处在用同一密钥,或恢复了旧备份?",
    "the chain has what this home has not: is the key used elsewhere, or was an old backup put back?",
)


async def check_records(
    engine: Engine, identity: Identity, journal: Journal, *, step: Callable[[], None]
) -> AsyncIterator[Finding]:
    """Compare the registry's events and state with the journal, both ways."""
    registry, institution = bytes.fromhex(identity.registry), identity.code.encode()
    on_chain: dict[Key, Event] = {}
    topics = [["0x" + topic.hex() for topic in TOPICS], ["0x" + institution.ljust(32, b"\0").hex()]]
    for log in await engine.logs(address=registry, topics=topics):
        try:
            data = bytes.fromhex(log["data"][2:])
            event = events.decode_log([bytes.fromhex(topic[2:]) for topic in log["topics"]], data)
            on_chain[event_key(event)] = event
        except ContractError as error:
            name = f"log {log['logIndex']} of {log['transactionHash']}"
            yield Finding(check="chain", id=name, expected=_EVENT, found=said_by(error), mend=INCIDENT)
    for name, wanted in _expected(journal, institution):
        step()
        found = on_chain.pop(event_key(wanted), None)
        if found != wanted:
            yield _differs(name, wanted, found)
    for key in on_chain:
        name = key[1].rstrip(b"\0").decode("ascii", "replace") if key[1].startswith(institution) else key[1].hex()
        yield Finding(check="chain", id=name, expected=_CONFIRMED, found=NONE, mend=_UNKNOWN)
    async for finding in _check_states(engine, registry, journal):
        yield finding


async def _check_states(engine: Engine, registry: bytes, journal: Journal) -> AsyncIterator[Finding]:
    """Compare each record's state on chain with the journal; freezing where the journal has read the whole chain."""
    up_to_date = int(journal.recall(FOLLOWED) or 0) > await engine.height()
    for row in journal.resources.all():
        if row.stage != "confirmed":
            continue
        state = await _state_of(engine, registry, Number.parse(row.number).on_chain())
        if state is None:
            yield Finding(check="chain", id=row.number, expected=_REGISTERED, found=_NO_STATE, mend=INCIDENT)
            continue
        expected, found = _said(row, frozen=up_to_date), _stands(state, frozen=up_to_date)
        if expected != found:
            yield Finding(check="journal", id=row.number, expected=_on("chain", found), found=expected, mend=INCIDENT)


def _said(row: ResourceRow, *, frozen: bool) -> Words:
    return _state(row.version, withdrawn=bool(row.withdrawn), frozen=frozen and bool(row.frozen))


def _stands(state: RecordState, *, frozen: bool) -> Words:
    return _state(state.version, withdrawn=state.status == STATUS_WITHDRAWN, frozen=frozen and state.frozen)


def _state(version: int, *, withdrawn: bool, frozen: bool) -> Words:
    zh = f"第 {version} 版,{'已撤销' if withdrawn else '已登记'}{',冻结' if frozen else ''}"
    en = f"version {version}, {'withdrawn' if withdrawn else 'registered'}{', frozen' if frozen else ''}"
    return Words(zh, en)


def _on(place: str, said: Words) -> Words:
    return Words(f"{said.zh}({'链上' if place == 'chain' else '日志'})", f"{said.en} ({place})")


def _expected(journal: Journal, institution: bytes) -> Iterator[tuple[str, Record]]:
    """Give the events that the journal's confirmed matters must have on chain."""
    for matter in journal.matters.all():
        if matter.stage == "confirmed" and (event := expected_event(journal, matter, institution)) is not None:
            yield event


async def _state_of(engine: Engine, registry: bytes, number: bytes) -> RecordState | None:
    try:
        return views.decode_record_of(await engine.call(to=registry, calldata=views.encode_record_of(number)))
    except (RevertedCallError, ContractError, ZhicangError):
        return None


def _differs(name: str, expected: Record, found: object) -> Finding:
    if found is None:
        return Finding(check="chain", id=name, expected=Words("它的事件", "its event"), found=NONE, mend=INCIDENT)
    names = [field.name for field in fields(expected)]
    differing = [slot for slot in names if getattr(expected, slot) != getattr(found, slot, None)]
    return Finding(
        check="journal",
        id=name,
        expected=_on("chain", _slots(found, differing)),
        found=_on("journal", _slots(expected, differing)),
        mend=INCIDENT,
    )


def _slots(event: object, names: list[str]) -> Words:
    """Show fields by the names that the contract's event gives them, in any language."""
    text = ", ".join(f"{name} {_show(getattr(event, name, None))}" for name in names)
    return Words(text, text)


def _show(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
