"""A storage root, a journal and a registrar without a chain: what is stored waits for a reviewer."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.applying.apply import Applying
from node.applying.plan import Plan, make_plan
from node.importers.mapping import Mapping
from node.precheck.check import Report, Request, check
from node.records.metadata import Metadata
from node.registrar.outcome import Refused, Waiting
from node.registrar.store import Store
from storage.blocks import BlockIndex
from storage.journal import Journal
from storage.root import StorageRoot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from pathlib import Path

    from node.registrar.request import RegisterRequest

TODAY = "2026-11-25"


class Quiet:
    """Watches without saying anything."""

    def begin(self, step: str, total: int) -> None:
        """Take it."""

    def step(self, count: int = 1) -> None:
        """Take it."""


@dataclass
class Bench:
    """A home's storage, and the delivery that is brought to it."""

    folder: Path
    journal: Journal
    store: Store
    copied: int = 0

    @classmethod
    def found(cls, folder: Path) -> Bench:
        home = folder / "home"
        home.mkdir(parents=True)
        StorageRoot.found(home / "storage")
        root = StorageRoot(home / "storage", sm3=True)
        journal = Journal.found(home / "journal.db")
        BlockIndex.found(home / "blocks.db").close()
        store = Store(
            institution="14000001", root=root, blocks=BlockIndex.open(home / "blocks.db", root=home / "storage"),
            journal=journal, clock=time.time, salt=lambda: "5" * 32, crash_point=lambda _: None,
        )  # fmt: skip
        return cls(folder=folder, journal=journal, store=store)

    def write(self, **files: str) -> Path:
        """Write files of the delivery: names with `__` for the dot."""
        place = self.folder / "交付"
        place.mkdir(exist_ok=True)
        for name, text in files.items():
            (place / name.replace("__", ".")).write_text(text, encoding="utf-8")
        return place

    def report(self, source: Path, **options: Any) -> Report:
        request = Request(source=source, mapping=Mapping(), decode=False, **options)
        return check(request, earlier=None, today=TODAY, watcher=Quiet())

    def apply(
        self, source: Path, between: Callable[[], object] = lambda: None, **options: Any
    ) -> list[Waiting | Refused]:
        """Check, plan, do something in between, apply."""
        report = self.report(source, **options)
        plan = make_plan(report)
        between()
        return self.carry_out(plan, report)

    def carry_out(self, plan: Plan, report: Report) -> list[Waiting | Refused]:
        applying = Applying(
            plan=plan, delivery=report.brought.delivery, defaults=Metadata(title="-", period=2023),
            staging=self.folder / "home" / "staging", journal=self.journal,
            touches=lambda path: path.is_relative_to(self.folder / "home"),
        )  # fmt: skip

        async def run() -> list[Waiting | Refused]:
            taken = self._count
            return [each async for each in applying.run(self, stored=lambda: None, taken=taken)]  # type: ignore[arg-type, misc]

        return asyncio.run(run())

    def _count(self, size: int) -> None:
        self.copied += size

    async def register(
        self, requests: Iterable[RegisterRequest], *, stored: Callable[[], None], taken: Callable[[int], None]
    ) -> AsyncIterator[Waiting | Refused]:
        """Store as `Registrar.register` does under two persons."""
        for outcome in self.store.run(requests, stage="submitted", taken=taken):
            if isinstance(outcome, Refused):
                yield outcome
                continue
            stored()
            row = self.journal.resources.by_number(outcome.number)
            assert row is not None
            yield Waiting(row=row, fresh=outcome.fresh, origin=outcome.request.origin)
