"""The facts that counting goes by: what the chain says of records, lots and batches, as plain values.

Whoever counts gets them from a chain and from lists: a node from its journal, an expert from nothing but an RPC URL.
Heights are those of final headers, so that the count as of a height is the same for everybody for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFact:
    """A registered resource.

    ``sources`` are the numbers of what it was made from, replaces or is a version of; ``contents`` the content digests
    of its versions; ``parts`` the parts that its files are (`position.parts_of`), empty where its files are not known.
    """

    number: str
    institution: str
    sources: tuple[str, ...] = ()
    contents: tuple[bytes, ...] = ()
    parts: frozenset[str] = frozenset()
    withdrawn_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFact:
    """A unit batch on chain, with the lines of its list in their order; they are gone through twice.

    ``reviewed`` says that another person than the sender approved it; ``rule`` is the digest of the counting rule that
    the batch names, empty when it names none.
    """

    institution: str
    period: int
    lot: str
    height: int
    index: int = 0
    reviewed: bool
    rule: bytes = b""
    lines: Collection[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Records by number, and lots by (institution, lot) with the height at which they were accepted."""

    records: dict[str, RecordFact] = field(default_factory=dict)
    accepted: dict[tuple[str, str], int] = field(default_factory=dict)
