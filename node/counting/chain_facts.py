"""The facts of counting from a chain's events, and from papers found by their digests: lists and manifests.

Whoever has the events up to a height and the papers derives the same facts. A paper is what its SHA-256 on chain says,
wherever it came from; one that is missing is named, because the count would be another without it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from contracts import exchange, records
from contracts.calls import CommitUnitsCall, decode_call
from node.counting.facts import BatchFact, Facts, RecordFact
from node.counting.position import parts_of
from node.errors import BadInput
from node.records import canonical
from node.records.kind import Kind
from node.records.manifest import parse_manifest
from node.records.number import Number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from contracts.events import Event
    from node.counting.rule import CountingRule

ACCEPTED = 1
"""The verdict by which a lot is accepted; any other takes an earlier acceptance back."""


class ChainEvent(NamedTuple):
    """An event of the registry: its place on chain, and the calldata of its transaction where units are committed."""

    height: int
    log_index: int
    event: Event
    calldata: bytes = b""


@dataclass(slots=True, kw_only=True)
class Derived:
    """What a chain says: the batches and facts to count by, and the papers that nobody has.

    ``missing_lists`` are (institution, digest), ``missing_manifests`` numbers of records.
    """

    batches: list[BatchFact] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)
    missing_lists: list[tuple[str, bytes]] = field(default_factory=list)
    missing_manifests: list[str] = field(default_factory=list)


def derive(events: Iterable[ChainEvent], papers: Callable[[bytes], bytes | None], rule: CountingRule) -> Derived:
    """Derive the facts from the registry's events in the order of the chain.

    ``papers`` gives a list or a manifest by its SHA-256, or None; whoever gives it has compared the digest.
    """
    derived = Derived()
    trees: dict[str, bytes] = {}
    for found in events:
        match found.event:
            case records.Registered() | records.Amended() | records.Superseded() as version:
                _add_version(derived.facts, version, trees)
            case records.Withdrawn() as withdrawn:
                number = str(Number.from_chain(withdrawn.number))
                known = derived.facts.records[number]
                derived.facts.records[number] = replace(known, withdrawn_at=found.height)
            case exchange.Attested(kind=exchange.LOT_ACCEPTANCE) as attested:
                lot = attested.institution.decode(), attested.subject.hex()
                if attested.verdict == ACCEPTED:
                    derived.facts.accepted.setdefault(lot, found.height)
                else:
                    derived.facts.accepted.pop(lot, None)
            case records.UnitsCommitted() as committed:
                _add_batch(derived, found, committed, papers)
            case _:
                pass
    for number in sorted(_named(derived.batches) & trees.keys()):
        manifest = papers(trees[number])
        if manifest is None:
            derived.missing_manifests.append(number)
            continue
        parts = parts_of((line.path for line in parse_manifest(manifest)), rule)
        derived.facts.records[number] = replace(derived.facts.records[number], parts=parts)
    return derived


def _add_version(facts: Facts, version: records.Version, trees: dict[str, bytes]) -> None:
    """Add a version of a record; the newest one's files are its parts."""
    number = str(Number.from_chain(version.number))
    known = facts.records.get(number) or RecordFact(number=number, institution=version.institution.decode())
    sources = (str(Number.from_chain(version.replaces)),) if any(version.replaces) else ()
    facts.records[number] = replace(
        known,
        sources=tuple(dict.fromkeys([*known.sources, *sources])),
        contents=tuple(dict.fromkeys([*known.contents, version.content_digest])),
    )
    trees.pop(number, None)
    if version.kind == Kind.TREE:
        trees[number] = version.content_digest


def _add_batch(
    derived: Derived, found: ChainEvent, committed: records.UnitsCommitted, papers: Callable[[bytes], bytes | None]
) -> None:
    data = papers(committed.list_digest)
    if data is None:
        derived.missing_lists.append((committed.institution.decode(), committed.list_digest))
        return
    call = decode_call(found.calldata)
    batch = BatchFact(
        institution=committed.institution.decode(),
        period=committed.period,
        lot=committed.lot.hex(),
        height=found.height,
        index=found.log_index,
        # the registry has checked the signature, and that it is another key's than the sender's
        reviewed=isinstance(call, CommitUnitsCall) and call.approval.given,
        rule=committed.counting_rule if any(committed.counting_rule) else b"",
        lines=data.removesuffix(b"\n").split(b"\n"),
    )
    derived.batches.append(batch)


def _named(batches: list[BatchFact]) -> set[str]:
    """Give the numbers of the records that units are of."""
    named: set[str] = set()
    for batch in batches:
        for line in batch.lines:
            try:
                unit = canonical.decode(line)
            except BadInput:
                continue
            if isinstance(unit, dict):
                named.add(str(unit.get("resource_id")))
    return named
