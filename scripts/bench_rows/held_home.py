"""A home that holds many resources and units, made by the product's own path and shared by the rows that ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench_rows.sizes import sizes_of

if TYPE_CHECKING:
    from pathlib import Path

    from bench_rows.measure import Sample
    from bench_rows.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldHome:
    """A home with what it holds: what registering took, its bytes founded, with resources, and with units.

    ``known`` is what a reader may ask for: number, digest, unit, unit_of.
    """

    path: Path
    resources: int
    units: int
    taken: tuple[Sample, Sample]
    sizes: tuple[dict[str, int], dict[str, int], dict[str, int]]
    known: dict[str, Any]

    @property
    def count(self) -> str:
        """What it holds, in words."""
        return f"{self.units:,} units, {self.resources:,} resources"


def held_home(place: Place, resources: int, units: int) -> HeldHome:
    """Give the home that holds so many, made when it is first asked for; it stays until the bench is over."""
    found = place.held.get((resources, units))
    if found is None:
        folder = place.folder / f"held{resources}-{units}"
        folder.mkdir()
        with place.home(keep=True) as path:
            founded = sizes_of(path)
            first = place.child("hold_resources.py", path, folder, str(resources))
            between = sizes_of(path)
            second = place.child("hold_units.py", path, folder, str(units))
            known = place.runner.answers()[0]
        sizes = founded, between, sizes_of(path)
        found = HeldHome(path=path, resources=resources, units=units, taken=(first, second), sizes=sizes, known=known)
        place.held[resources, units] = found
    return found
