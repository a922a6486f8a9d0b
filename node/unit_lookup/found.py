"""A unit that was found, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storage.units import UnitBatchRow


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundUnit:
    """A unit with its batch, its position in the batch's list, and its object as it stands there."""

    batch: UnitBatchRow
    position: int
    value: dict[str, Any]

    @property
    def name(self) -> str:
        """Its identifier in full: NUMBER#IDENTIFIER."""
        return f"{self.value['resource_id']}#{self.value['unit_id']}"

    @property
    def cursor(self) -> str:
        """The place after which the next page begins."""
        return f"{self.batch.id}.{self.position}"
