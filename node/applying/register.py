"""The register 登记清单 of an import or a lot: a line a resource, its totals, and the header that proves it all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.listing.rows import row_of, status
from node.receipts.material import ProofMaterial

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.acts import ActRow
    from storage.journal import Journal
    from storage.lots import LotRow
    from storage.proofs import ProofFolder
    from storage.resources import ResourceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One resource, and the act that brought its newest version on chain."""

    row: ResourceRow
    act: ActRow | None

    @property
    def status(self) -> str:
        """How far it has come, as in JSON output."""
        return status(self.row)

    def listed(self) -> dict[str, Any]:
        """Give the line as the list beside the page has it."""
        return row_of(self.row, self.act)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The lines with what stands above and below them.

    ``head`` is the newest header in which one of the resources stands, as (height, hash); None while none is final.
    ``left`` counts what was brought and did not come in: held back by the pre-check, or refused.
    """

    institution: str
    code: str
    fingerprint: str
    source: str
    lot: LotRow | None
    lines: tuple[Line, ...]
    head: tuple[int, bytes] | None
    made: int
    left: int = 0
    alone: bool = False
    """Whether the chain is this institution's own, with its one validator."""
    demonstration: bool = False

    @property
    def statuses(self) -> Counter[str]:
        """Count the lines by status."""
        return Counter(line.status for line in self.lines)

    @property
    def files(self) -> int:
        """Count the files."""
        return sum(line.row.files for line in self.lines)

    @property
    def size(self) -> int:
        """Count the bytes."""
        return sum(line.row.size for line in self.lines)


def lines_of(journal: Journal, rows: Iterable[ResourceRow]) -> tuple[Line, ...]:
    """Give the lines of resources, each with the act that brought it on chain."""
    acts: dict[int, ActRow | None] = {}
    lines: list[Line] = []
    for row in rows:
        if row.act is not None and row.act not in acts:
            acts[row.act] = journal.acts.get(row.act)
        lines.append(Line(row=row, act=acts.get(row.act or 0)))
    return tuple(lines)


def head_of(lines: Iterable[Line], proofs: ProofFolder) -> tuple[int, bytes] | None:
    """Give height and hash of the newest header in which one of the lines stands, out of its kept proof."""
    final = [line.act for line in lines if line.act is not None and line.act.tx_hash and line.row.stage == "confirmed"]
    newest = max(final, key=lambda act: act.height or 0, default=None)
    if newest is None or newest.tx_hash is None or newest.height is None:
        return None
    try:
        material = ProofMaterial.from_json_bytes(proofs.get(newest.tx_hash))
    except FileNotFoundError:
        return None  # `audit` says what to do
    return newest.height, material.decode_header().block_hash
