"""Looking units up: by words, labels, resource, lot, batch or identifier, and by what took one back."""

from node.unit_lookup.found import FoundUnit
from node.unit_lookup.lookup import UnitLookup
from node.unit_lookup.wanted import Wanted

__all__ = ["FoundUnit", "UnitLookup", "Wanted"]
