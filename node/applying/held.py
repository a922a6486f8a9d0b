"""What the findings of the pre-check hold back: an error its own resource, and what has no place all of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from node.precheck.matching import Owners

if TYPE_CHECKING:
    from node.precheck.check import Report
    from node.precheck.finding import Finding


@dataclass(slots=True, kw_only=True)
class Held:
    """What may not be registered: resources by their paths with what is wrong with them, or everything.

    ``rows`` counts rows that name no usable path, so that no resource comes of them at all.
    """

    paths: dict[str, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    everything: list[Finding] = field(default_factory=list)
    rows: int = 0


def held_back(report: Report) -> Held:
    """Find what the errors and open questions of a report hold back."""
    held = Held()
    by_row = {(item.table.file, item.table.sheet, item.table.numbers[item.place]): item.path for item in report.listed}
    owners = Owners(by_row.values() if by_row else report.paths)
    lost: set[tuple[str | None, str | None, int]] = set()
    for finding in report.findings:
        if finding.rule.severity == "question":
            held.everything.append(finding)
        if finding.rule.severity != "error":
            continue
        for row in finding.rows:
            place = (finding.file, finding.sheet, row)
            if (path := by_row.get((finding.file or "", finding.sheet, row))) is not None:
                held.paths[path].append(finding)
            else:
                lost.add(place)
        if not finding.rows and finding.column is not None:
            held.everything.append(finding)
        elif not finding.rows:
            for path in finding.paths or [finding.file or ""]:
                _hold(path, owners, held, finding)
    held.rows = len(lost)
    return held


def _hold(path: str, owners: Owners, held: Held, finding: Finding) -> None:
    """Hold every resource that a file belongs to: one may lie inside another."""
    owner = owners.of(path)
    while owner is not None:
        if finding not in held.paths[owner]:
            held.paths[owner].append(finding)
        owner = owners.above(owner)
