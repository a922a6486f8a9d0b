"""Standing: what an institution has on chain, by its events, and which of it a journal does not have."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts import events
from node.errors import BadInput, Doubtful
from node.registrar.expected import TOPICS, expected_event

if TYPE_CHECKING:
    from node.chain.engine import Engine
    from node.registrar.expected import Record
    from storage.journal import Journal
    from storage.matters import MatterRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An event of the institution that stands on chain, and where."""

    event: Record
    tx_hash: bytes
    height: int


async def standing(engine: Engine, registry: bytes, institution: str) -> list[Standing]:
    """Give all that an institution has on chain, in the order of the chain, by the engine's word."""
    topics = [["0x" + topic.hex() for topic in TOPICS], topic_of(institution)]
    found: list[Standing] = []
    for log in await engine.logs(address=registry, topics=topics):
        tx_hash, height = bytes.fromhex(log["transactionHash"][2:]), int(log["blockNumber"], 16)
        event = events.decode_log([bytes.fromhex(each[2:]) for each in log["topics"]], bytes.fromhex(log["data"][2:]))
        found.append(Standing(event=event, tx_hash=tx_hash, height=height))  # type: ignore[arg-type]
    return found


def unknown_to(journal: Journal, on_chain: list[Standing], institution: str) -> list[Standing]:
    """Give what stands on chain and no stored matter of the journal, final or open, would have there."""
    known: set[Record] = set()
    for matter in journal.matters.all():
        if matter.stage != "numbered" and (named := record_of(journal, matter, institution)) is not None:
            known.add(named)
    return [each for each in on_chain if each.event not in known]


def record_of(journal: Journal, matter: MatterRow, institution: str) -> Record | None:
    """Give the event that a matter has or would have on chain; None where its rows do not make one."""
    with suppress(BadInput, Doubtful):
        found = expected_event(journal, matter, institution.encode())
        return None if found is None else found[1]
    return None


def topic_of(institution: str) -> str:
    """Give an institution's code as a topic of its events."""
    return "0x" + institution.encode().ljust(32, b"\0").hex()
