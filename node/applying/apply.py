"""Applying a plan: parents before children, every resource for itself, and the same again after a crash.

Nothing is kept of a run but what the registrar keeps: a second run finds by its key (the client_ref, else source path
and content digest) what the first had stored, copies nothing twice and goes on with the rest.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from node.applying.plan import source_of
from node.applying.unpacking import unpacked
from node.errors import BadInput, Words, ZhicangError
from node.records.number import Number
from node.records.said import described
from node.registrar.outcome import Refused
from node.registrar.request import RegisterRequest
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator

    from node.applying.plan import Plan, Planned
    from node.importers.delivery import Delivery
    from node.records.metadata import Metadata
    from node.registrar.outcome import Registered, Waiting
    from node.registrar.registrar import Registrar
    from storage.journal import Journal


def waves(resources: list[Planned]) -> Iterator[list[Planned]]:
    """Give the resources in waves: none names one of its own or a later wave; what goes round in a circle is last."""
    remaining = resources
    later = {resource.client_ref for resource in resources if resource.client_ref}
    while remaining:
        ready = [resource for resource in remaining if not resource.needs & later]
        if not ready:
            yield remaining
            return
        yield ready
        remaining = [resource for resource in remaining if resource.needs & later]
        later -= {resource.client_ref for resource in ready}


@dataclass(slots=True, kw_only=True)
class Applying:
    """One application of a plan; ``numbers`` are those of the resources that this run has met, by client_ref."""

    plan: Plan
    delivery: Delivery
    defaults: Metadata
    staging: Path
    journal: Journal
    touches: Callable[[Path], bool]
    numbers: dict[str, str] = field(default_factory=dict)
    _refused: list[Refused] = field(default_factory=list)

    async def run(
        self, registrar: Registrar, *, stored: Callable[[], None], taken: Callable[[int], None]
    ) -> AsyncGenerator[Registered | Waiting | Refused, None]:
        """Register the plan's resources; give what became of each, as `Registrar.register` does."""
        by_origin = {resource.origin: resource for resource in self.plan.resources}
        for wave in waves(self.plan.resources):
            async with aclosing(registrar.register(self._requests(wave), stored=stored, taken=taken)) as outcomes:
                async for outcome in outcomes:
                    if not isinstance(outcome, Refused) and (reference := by_origin[outcome.origin].client_ref):
                        self.numbers[reference] = outcome.row.number
                    yield outcome
            for refused in self._refused:
                yield refused
            self._refused.clear()

    def _requests(self, wave: list[Planned]) -> Iterator[RegisterRequest]:
        """Give the requests one by one, when the store asks for them."""
        for planned in wave:
            try:
                request = self._request(planned)
            except (ZhicangError, StorageError) as error:
                if planned.list_file is not None:
                    error.file, error.row = planned.list_file, planned.row
                self._refused.append(Refused(source=planned.origin, error=error))
                continue
            yield request

    def _request(self, planned: Planned) -> RegisterRequest:
        if self.touches(Path(planned.origin)):
            zh, en = "这是节点目录或其中一部分,不能作为载荷", "this is the node's own home or a part of it, no payload"
            raise BadInput(zh, en, file=planned.origin)
        on_disk = self.delivery.place.is_dir()
        source = source_of(self.delivery, planned.path) if on_disk else Path(planned.origin)
        return RegisterRequest(
            source=source,
            metadata=described(self.defaults, planned.said, number_of=self._number_of),
            left_out=self._left_out(planned, source),
            list_file=planned.list_file,
            row=planned.row,
            named=planned.origin,
            unpack=None if on_disk else partial(unpacked, self.delivery, planned, staging=self.staging),
            expected=planned.digest,
        )

    def _number_of(self, text: str) -> str:
        """Give the number of a parent or source that a row names: its number, or its client_ref in this delivery."""
        if (number := self.numbers.get(text)) is not None:
            return number
        earlier = self.journal.resources.by_client_key(f"ref:{text}")
        if earlier is not None and not earlier.withdrawn and earlier.stage not in ("numbered", "recalled"):
            return earlier.number
        try:
            return str(Number.parse(text))
        except BadInput:
            mend = Words("先改好上级或来源那一行,再办一次", "mend the row of the parent or source, then do it again")
            zh, en = f"上级或来源“{text[:80]}”没有登记成", f"the parent or source {text[:80]!r} was not registered"
            raise BadInput(zh, en, mend=mend, field="parent") from None

    def _left_out(self, planned: Planned, source: Path) -> frozenset[str]:
        """Name the delivery's list where it lies inside a resource's folder: it is no payload."""
        if planned.list_file is None or not self.delivery.place.is_dir():
            return frozenset()
        inside = source_of(self.delivery, planned.list_file)
        listed = inside if inside.exists() else Path(planned.list_file).absolute()
        if listed == source or not listed.is_relative_to(source):
            return frozenset()
        return frozenset({listed.relative_to(source).as_posix()})
