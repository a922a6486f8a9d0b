"""Content that is there already: twice inside the delivery, or in what this home registered in earlier years.

Compared per file and told per resource ("508 of 512 files equal …"), because a re-delivered book differs in a page or
two and would never be found by its whole digest.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from node.precheck.finding import find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from node.precheck.digests import Hashed
    from node.precheck.finding import Finding

EMPTY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A registered resource that holds some content."""

    number: str
    title: str
    period: int
    origin: str
    """Where it came from: a path, as people have it."""


class Earlier(Protocol):
    """What a home registered before."""

    def holders(self, hashed: Hashed) -> list[Known]:
        """Give the resources that hold a file with this content."""


def check_inside(hashed: dict[str, Hashed], owner: dict[str, str]) -> Iterator[Finding]:
    """Find resources of the delivery that share files; ``owner`` says which resource each file belongs to."""
    places: dict[bytes, list[str]] = defaultdict(list)
    for path, digests in hashed.items():
        if digests.first:
            places[digests.sha256].append(path)
    shared: dict[tuple[str, str], list[str]] = defaultdict(list)
    for paths in places.values():
        for path in paths[1:]:
            shared[owner.get(path, path), owner.get(paths[0], paths[0])].append(path)
    total = Counter(owner.get(path, path) for path in hashed)
    for (later, first), paths in shared.items():
        details = {"other": first, "count": len(paths), "total": total[later]}
        yield find("same-inside", value=later, place={"file": later, "paths": tuple(paths)}, **details)


def check_earlier(
    hashed: dict[str, Hashed], owner: dict[str, str], earlier: Earlier, origin: Callable[[str], str]
) -> Iterator[Finding]:
    """Find resources of the delivery whose files this home has registered before.

    What came from where it lies now (``origin`` of its owner) was registered by an earlier run: nothing to be told.
    """
    shared: dict[tuple[str, str], list[str]] = defaultdict(list)
    known: dict[str, Known] = {}
    for path, digests in hashed.items():
        if digests.first:
            for holder in earlier.holders(digests):
                if holder.origin == origin(owner.get(path, path)):
                    continue
                known[holder.number] = holder
                shared[owner.get(path, path), holder.number].append(path)
    total = Counter(owner.get(path, path) for path in hashed)
    for (value, number), paths in shared.items():
        holder = known[number]
        details = {"number": number, "title": holder.title, "period": holder.period}
        counts = {"count": len(paths), "total": total[value]}
        yield find("same-earlier", value=value, place={"file": value, "paths": tuple(paths)}, **details, **counts)
