"""Which acts of the registry its logs tell of, counted by the name of the event."""

from __future__ import annotations

import functools
from collections import Counter
from typing import TYPE_CHECKING, Any

import contracts.artefact
from node.receipts.keccak import keccak

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from node.chain.embedded.executor import Log

OTHER = "other"
"""What a log is counted as whose event the registry that ships with this software does not have."""


def count_acts(logs: Iterable[Log], registry: bytes) -> Counter[str]:
    """Count the registry's logs by the name of their event."""
    names = _events()
    return Counter(names.get(log.topics[0], OTHER) if log.topics else OTHER for log in logs if log.address == registry)


@functools.cache
def _events() -> dict[bytes, str]:
    events = [item for item in contracts.artefact.load().abi if item["type"] == "event"]
    return {keccak(f"{event['name']}{_types(event['inputs'])}".encode()): event["name"] for event in events}


def _types(inputs: Iterable[Mapping[str, Any]]) -> str:
    """Give the types as a signature has them, structs taken apart."""
    names = (item["type"].replace("tuple", _types(item.get("components", ()))) for item in inputs)
    return f"({','.join(names)})"
