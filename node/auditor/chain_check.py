"""Chain check: headers linked, sealed and true to what they hold; the journal's records on them, and no others."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from contracts import views
from contracts.errors import ContractError
from contracts.events import REGISTERED, UNITS_COMMITTED, Event, decode_log
from contracts.records import Registered, UnitsCommitted
from node.auditor.finding import INCIDENT, Finding
from node.chain.engine import RevertedCallError
from node.errors import Words, ZhicangError
from node.receipts.header import Header, header_from_json
from node.receipts.ordered_trie import root_of
from node.receipts.seals import check_seals
from node.receipts.transaction import transaction_from_json
from node.receipts.tx_receipt import tx_receipt_from_json
from node.registrar.grouping import batch_for, entry_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from node.chain.engine import Engine
    from node.home import Identity
    from storage.journal import Journal

_UNKNOWN = Words(
    "链上有本库没有的登记:是否另有一处在用同一密钥,或恢复了旧备份?",
    "the chain has what this home has not: is the key used elsewhere, or was an old backup put back?",
)


async def check_headers(engine: Engine, identity: Identity, *, step: Callable[[], None]) -> AsyncIterator[Finding]:
    """Check each header from genesis to the head, with its transactions and receipts."""
    parent: Header | None = None
    for height in range(await engine.height() + 1):
        step()
        header: Header | None = None
        try:
            block = await engine.block(height)
            header = header_from_json(block)
            problem = _header_problem(header, block, parent, identity)
            if problem is None and block["transactions"]:
                problem = _content_problem(header, block, await engine.tx_receipts(block))
        except (ZhicangError, ValueError, KeyError, TypeError) as error:
            problem = ("a header that can be read", f"{type(error).__name__}: {error}")
        if problem is not None:
            yield Finding(check="chain", id=f"header {height}", expected=problem[0], found=problem[1], mend=INCIDENT)
        parent = header


def _header_problem(
    header: Header, block: dict[str, Any], parent: Header | None, identity: Identity
) -> tuple[str, str] | None:
    if block["hash"] != "0x" + header.block_hash.hex():
        return "hash 0x" + header.block_hash.hex(), block["hash"]
    if header.number == 0:
        matches = header.block_hash.hex() == identity.genesis_hash
        return None if matches else (f"genesis {identity.genesis_hash}", header.block_hash.hex())
    if parent is not None and header.parent_hash != parent.block_hash:
        return f"parent {parent.block_hash.hex()}", header.parent_hash.hex()
    check_seals(header, (bytes.fromhex(identity.validator),))
    return None


def _content_problem(
    header: Header, block: dict[str, Any], tx_receipts: list[dict[str, Any]]
) -> tuple[str, str] | None:
    found = root_of([tx_receipt_from_json(each).encode() for each in tx_receipts])
    if found != header.receipts_root:
        return f"receipts root {header.receipts_root.hex()}", found.hex()
    found = root_of([transaction_from_json(each) for each in block["transactions"]])
    if found != header.transactions_root:
        return f"transactions root {header.transactions_root.hex()}", found.hex()
    return None


async def check_records(
    engine: Engine, identity: Identity, journal: Journal, *, step: Callable[[], None]
) -> AsyncIterator[Finding]:
    """Compare the registry's events and state with the journal, both ways."""
    registry, institution = bytes.fromhex(identity.registry), identity.code.encode()
    on_chain: dict[bytes, Event] = {}
    for log in await engine.logs(address=registry, topics=[["0x" + REGISTERED.hex(), "0x" + UNITS_COMMITTED.hex()]]):
        try:
            event = decode_log([bytes.fromhex(topic[2:]) for topic in log["topics"]], bytes.fromhex(log["data"][2:]))
            on_chain[_key(event)] = event
        except ContractError as error:
            name = f"log {log['logIndex']} of {log['transactionHash']}"
            yield Finding(check="chain", id=name, expected="an event", found=error.words.en, mend=INCIDENT)
    for name, wanted in _expected(journal, institution):
        step()
        found = on_chain.pop(_key(wanted), None)
        if found != wanted:
            yield _differs(name, wanted, found)
        elif isinstance(wanted, Registered) and not await _is_registered(engine, registry, wanted.number):
            yield Finding(check="chain", id=name, expected="registered", found="no state", mend=INCIDENT)
    for key in on_chain:
        name = key.rstrip(b"\0").decode("ascii", "replace") if key.startswith(institution) else key.hex()
        yield Finding(check="chain", id=name, expected="a confirmed row in the journal", found="none", mend=_UNKNOWN)


def _expected(journal: Journal, institution: bytes) -> Iterator[tuple[str, Registered | UnitsCommitted]]:
    """Give the events that the journal's confirmed rows must have on chain."""
    for row in journal.resources.all():
        if row.stage == "confirmed":
            yield row.number, entry_for(row).registered(institution)
    for batch in journal.units.batches():
        if batch.stage == "confirmed":
            yield f"units {batch.id}", batch_for(batch).committed(institution)


def _key(event: Event) -> bytes:
    """Give what is unique to a record's event: its number, or its root."""
    if isinstance(event, Registered):
        return event.number
    return event.root if isinstance(event, UnitsCommitted) else b""


async def _is_registered(engine: Engine, registry: bytes, number: bytes) -> bool:
    try:
        state = views.decode_record_of(await engine.call(to=registry, calldata=views.encode_record_of(number)))
    except (RevertedCallError, ContractError, ZhicangError):
        return False
    return state is not None


def _differs(name: str, expected: Registered | UnitsCommitted, found: object) -> Finding:
    if found is None:
        return Finding(check="chain", id=name, expected="its event", found="none", mend=INCIDENT)
    names = [field.name for field in fields(expected)]
    differing = [slot for slot in names if getattr(expected, slot) != getattr(found, slot, None)]
    return Finding(
        check="journal",
        id=name,
        expected=", ".join(f"{slot} {_show(getattr(found, slot, None))}" for slot in differing) + " (chain)",
        found=", ".join(f"{slot} {_show(getattr(expected, slot))}" for slot in differing) + " (journal)",
        mend=INCIDENT,
    )


def _show(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
