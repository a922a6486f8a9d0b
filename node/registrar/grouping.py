"""Groups: how many resources travel in one transaction, and what the contract is told of each.

A group closes at 50 resources or 60 KiB of calldata, since engines refuse more (64 KiB in QBFT's default); the gas
limit follows from the number of entries and stays below 2^24 (EIP-7825).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from contracts.records import Entry, UnitBatch
from node.counting.rule import shipped_rule
from node.records import canonical
from node.records.lot import lot_digest
from node.records.metadata import Metadata
from node.records.number import Number

if TYPE_CHECKING:
    from storage.resources import VersionRow
    from storage.units import UnitBatchRow

LARGEST_GROUP = 50
GAS_BASE, GAS_PER_ENTRY = 200_000, 200_000
"""Gas limits with room to spare: an entry with its approval uses about half (see contracts/gas.md)."""


def text_digest(text: str) -> bytes:
    """Give what stands on chain for a programme's name: its SHA-256, or zeros for none."""
    return hashlib.sha256(text.encode()).digest() if text else bytes(32)


def entry_for(row: VersionRow) -> Entry:
    """Give the contract's entry for a version of a resource."""
    metadata = Metadata.from_json(canonical.decode(row.metadata))
    return Entry(
        number=Number.parse(row.number).on_chain(),
        kind=row.kind,
        content_digest=row.content_digest,
        metadata_digest=row.metadata_digest,
        cid=row.cid,
        programme=text_digest(metadata.programme),
        period=row.period,
        lot=lot_digest(metadata.lot),
        replaces=Number.parse(metadata.replaces).on_chain() if metadata.replaces else bytes(32),
        earlier_receipt=row.earlier_receipt,
    )


def batch_for(row: UnitBatchRow) -> UnitBatch:
    """Give the contract's unit batch for a stored list, with the rule by which it is counted; parent is not used."""
    return UnitBatch(
        root=row.root,
        list_digest=row.list_digest,
        claimed=row.claimed,
        cid=row.cid,
        programme=text_digest(row.programme),
        period=row.period,
        lot=lot_digest(row.lot),
        counting_rule=shipped_rule().digest,
        parent=bytes(32),
        earlier_receipt=row.earlier_receipt,
    )


def gas_limit(entries: int) -> int:
    """Give the gas limit for a transaction of so many entries."""
    return GAS_BASE + GAS_PER_ENTRY * entries
