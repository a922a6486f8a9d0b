"""What is looked for: words, labels and places, all of which must hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.registrar.unit_terms import folded, key, labels, text_of

if TYPE_CHECKING:
    from storage.unit_segment import UnitSegment


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to find: all of it must hold. Words, tag and subject are folded; ``after`` is (batch, position)."""

    words: tuple[str, ...] = ()
    tag: str | None = None
    subject: str | None = None
    resource: str | None = None
    unit: str | None = None
    lot: str | None = None
    batch: int | None = None
    after: tuple[int, int] = (0, -1)

    def keys(self) -> list[str]:
        """Give the keys that a unit must have."""
        kinds = (("tag", self.tag), ("subject", self.subject), ("resource", self.resource), ("unit", self.unit))
        return [key(kind, text) for kind, text in kinds if text is not None]

    def candidates(self, segment: UnitSegment) -> set[int]:
        """Give the positions in a segment of the units that may be what is wanted."""
        found: set[int] | None = None
        for some in (*map(segment.with_key, self.keys()), *map(segment.with_word, self.words)):
            found = some if found is None else found & some
        return set(range(segment.head.units)) if found is None else found

    def holds(self, unit: dict[str, Any]) -> bool:
        """Tell whether a unit is what is wanted, its batch apart."""
        if self.words:
            text = text_of(unit)
            if not all(word in text for word in self.words):
                return False
        return bool(
            (self.tag is None or self.tag in map(folded, labels(unit, "tags")))
            and (self.subject is None or self.subject in map(folded, labels(unit, "subjects")))
            and self.resource in (None, unit.get("resource_id"))
            and self.unit in (None, unit.get("unit_id"))
        )
