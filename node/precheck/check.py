"""The pre-check as a whole: the steps in their order, each timed, and the report that comes of them.

Nothing is changed anywhere: sources are opened for reading, a home's databases read-only.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from node.importers.delivery import origin_of
from node.precheck.brought import Brought, open_brought
from node.precheck.cells import check_cells
from node.precheck.decoding import check_decoded, decode_all
from node.precheck.digests import check_digests, expected_digests, hash_all
from node.precheck.duplicates import check_earlier, check_inside
from node.precheck.files import check_files
from node.precheck.matching import listed_paths
from node.precheck.meaning import check_meaning
from node.precheck.parts import check_parts
from node.precheck.personal import check_personal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.importers.delivery import Delivery
    from node.importers.mapping import Mapping
    from node.precheck.digests import Hashed
    from node.precheck.duplicates import Earlier
    from node.precheck.finding import Finding
    from node.precheck.matching import Listed


class Watcher(Protocol):
    """Who is told how a long step goes."""

    def begin(self, step: str, total: int) -> None:
        """A step begins, with so much to do."""

    def step(self, count: int = 1) -> None:
        """So much of it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to check: the source, its list, how to read it, and how a folder without a list is split (None: ask)."""

    source: Path
    list_file: Path | None = None
    mapping: Mapping
    split: str | None = None
    decode: bool = True


@dataclass(slots=True, kw_only=True)
class Report:
    """What the pre-check found, what it looked at, and the seconds that each step took.

    ``listed`` are the resources that rows name, ``paths`` those of a delivery without a list; ``hashed`` is what every
    file was when it was read.
    """

    brought: Brought
    listed: list[Listed] = field(default_factory=list)
    paths: tuple[str, ...] = ()
    hashed: dict[str, Hashed] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    resources: int | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def count(self, severity: str) -> int:
        """Count the findings of a severity."""
        return sum(finding.rule.severity == severity for finding in self.findings)

    def summary(self) -> dict[str, Any]:
        """Give the figures as JSON."""
        tables, delivery = self.brought.tables, self.brought.delivery
        return {
            "source": str(delivery.place),
            "kind": delivery.kind,
            "lists": [{"file": t.file, "sheet": t.sheet, "encoding": t.encoding, "rows": len(t)} for t in tables],
            "resources": self.resources,
            "files": len(delivery.files),
            "bytes": sum(entry.size for entry in delivery.files.values()),
            "errors": self.count("error"),
            "questions": self.count("question"),
            "warnings": self.count("warning"),
            "notes": self.count("note"),
            "seconds": {step: round(seconds, 3) for step, seconds in self.seconds.items()},
        }


def check(request: Request, *, earlier: Earlier | None, today: str, watcher: Watcher) -> Report:
    """Check what was brought; ``earlier`` is what a home registered before, None where there is no home.

    Raise BadInput when the source cannot be looked at as a whole.
    """
    clock = _Clock()
    brought = open_brought(
        request.source,
        list_file=request.list_file,
        mapping=request.mapping,
        without_list=request.split is not None and request.list_file is None,
    )
    report = Report(brought=brought, seconds=clock.seconds)
    clock.lap("open")
    for table in brought.tables:
        report.findings += check_cells(table, today=today)
        report.findings += check_meaning(table)
        report.findings += check_personal(table)
    report.findings += check_parts(brought.tables)
    listed = listed_paths(brought.tables, report.findings)
    clock.lap("list")
    owners, report.resources = check_files(brought, listed, request.split, report.findings)
    report.listed, report.paths = listed, () if brought.tables else tuple(sorted(owners.paths))
    clock.lap("files")
    expected = expected_digests(listed, brought.delivery)
    watcher.begin("digests", sum(entry.size for entry in brought.delivery.files.values()))
    hashed, unreadable = hash_all(brought.delivery, expected, watcher.step)
    report.hashed = hashed
    report.findings += unreadable
    report.findings += check_digests(hashed, expected, listed)
    clock.lap("digests")
    owner = {path: owners.of(path) or path for path in hashed}
    report.findings += _duplicates(hashed, owner, earlier, brought.delivery)
    clock.lap("duplicates")
    if request.decode:
        watcher.begin("decoding", len(brought.delivery.files))
        report.findings += check_decoded(*decode_all(brought.delivery, watcher.step))
        clock.lap("decoding")
    return report


def _duplicates(
    hashed: dict[str, Hashed], owner: dict[str, str], earlier: Earlier | None, delivery: Delivery
) -> Iterator[Finding]:
    yield from check_inside(hashed, owner)
    if earlier is not None:
        yield from check_earlier(hashed, owner, earlier, partial(origin_of, delivery))


class _Clock:
    """Measures the steps, one lap after the other."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step] = now - self._last
        self._last = now
