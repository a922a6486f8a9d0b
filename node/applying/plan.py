"""The plan: which resources a delivery becomes, what is said of each, and what it was when the pre-check read it."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from node.applying.held import held_back
from node.errors import BadInput, Words
from node.importers.delivery import DATA, origin_of
from node.records.composed import parts
from node.records.manifest import ManifestLine, format_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from node.importers.delivery import Delivery
    from node.precheck.check import Report
    from node.precheck.finding import Finding

_OPEN = ("公开", "open")
_KNOWN_RIGHTS = ("自有版权", "own", "已获授权", "licensed", "公有领域", "public-domain")
_AFTER_SLASH = "0"
"""What follows "/" among the characters: between the two lies all that is inside a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A resource to be: its path in the delivery and where people have it, its files, its digest, what its row says.

    ``needs`` are the client_refs of this delivery (parents, sources) whose numbers its description names.
    """

    path: str
    origin: str
    files: tuple[str, ...]
    size: int
    digest: bytes
    said: dict[str, str]
    needs: frozenset[str] = frozenset()
    list_file: str | None = None
    row: int | None = None

    @property
    def client_ref(self) -> str:
        """The institution's own identifier, or "" ."""
        return self.said.get("client_ref", "")


@dataclass(slots=True, kw_only=True)
class Plan:
    """What will be registered, what is held back, and the findings for which nothing at all is done."""

    resources: list[Planned] = field(default_factory=list)
    held: dict[str, list[Finding]] = field(default_factory=dict)
    held_rows: int = 0
    everything: list[Finding] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of what will be registered."""
        return sum(resource.size for resource in self.resources)

    @property
    def kept_back(self) -> int:
        """Resources that an error holds back, rows without a usable path counted."""
        return len(self.held) + self.held_rows

    def figures(self) -> dict[str, int]:
        """Give the counts as JSON."""
        return {"planned": len(self.resources), "bytes": self.size, "held_back": self.kept_back}


def make_plan(report: Report) -> Plan:
    """Make the plan of a pre-checked delivery; raise BadInput when its list names no files at all."""
    held = held_back(report)
    plan = Plan(held=dict(held.paths), held_rows=held.rows, everything=held.everything)
    if plan.everything:
        return plan
    if report.brought.tables and not report.listed and not held.rows:
        mend = Words("补上“路径”列;MARC 用 856$f", "add the column path; in MARC 856$f")
        file = report.brought.tables[0].file
        zh, en = "清单没有“路径”一列,无从登记", "the list has no column path: nothing can be registered"
        raise BadInput(zh, en, mend=mend, file=file)
    members = _Members(report)
    wanted = list(_listed(report)) or [(path, {}, None, None) for path in report.paths]
    own = {said["client_ref"] for _, said, _, _ in wanted if "client_ref" in said}
    for path, said, list_file, row in wanted:
        if path in plan.held:
            continue
        files = members.of(path)
        if not files:
            plan.held_rows += 1
            continue
        delivery = report.brought.delivery
        plan.resources.append(
            Planned(
                path=path,
                origin=origin_of(delivery, path),
                files=files,
                size=sum(delivery.files[file].size for file in files),
                digest=members.digest(path, files),
                said=_as_told(path, delivery, said),
                needs=frozenset(_references(said)) & own,
                list_file=list_file,
                row=row,
            )
        )
    return plan


def _listed(report: Report) -> Iterator[tuple[str, dict[str, str], str | None, int | None]]:
    rows: dict[tuple[int, int], str] = {(id(item.table), item.place): item.path for item in report.listed}
    for table in report.brought.tables:
        for index, row in enumerate(table.rows()):
            path = rows.get((id(table), index))
            if path is not None:
                yield path, row.values, row.file, row.number


def _as_told(path: str, delivery: Delivery, said: dict[str, str]) -> dict[str, str]:
    """Give what a row says as the pre-check announced that it would be taken."""
    name = delivery.place.name if path == "." else path.rpartition("/")[2]
    told = {"title": name} | said
    if told.get("rights", "") not in _KNOWN_RIGHTS and told.get("access") in _OPEN:
        told["access"] = "closed"
    return told


def _references(said: dict[str, str]) -> Iterator[str]:
    for column in ("parent", "derived_from"):
        yield from parts(said.get(column, ""))


def source_of(delivery: Delivery, path: str) -> Path:
    """Give where a resource of a folder or a bag lies on disk."""
    base = delivery.place / DATA if delivery.kind == "bag" else delivery.place
    return base.absolute() / ("" if path == "." else path)


class _Members:
    """The files of each resource, found by halving: a scan for each of 190,000 resources would take hours."""

    def __init__(self, report: Report) -> None:
        self._hashed = report.hashed
        self._sorted = sorted(report.brought.delivery.files)
        self._files = report.brought.delivery.files

    def of(self, path: str) -> tuple[str, ...]:
        if path == ".":
            return tuple(self._sorted)
        if path in self._files:
            return (path,)
        first = bisect_left(self._sorted, f"{path}/")
        return tuple(self._sorted[first : bisect_left(self._sorted, path + _AFTER_SLASH)])

    def digest(self, path: str, files: tuple[str, ...]) -> bytes:
        """Give the content digest that the stored copy must have: of the file, or of the folder's manifest."""
        if files == (path,):
            return self._hashed[path].sha256
        cut = 0 if path == "." else len(path) + 1
        lines = [ManifestLine(path=file[cut:], sha256=self._hashed[file].sha256) for file in files]
        return hashlib.sha256(format_manifest(lines)).digest()
