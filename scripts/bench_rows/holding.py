"""Rows of a home that holds much, beside one that holds little: how reading and starting grow, what each thing takes.

On the embedded chain registering 1,000 resources takes some seconds, so much is by default what a whole bench can
afford; `--held 100000,1000000` makes what the goal speaks of, in a quarter of an hour more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench_rows.held_home import HeldHome, held_home
from bench_rows.measure import Goal, Row, Sample
from bench_rows.sizes import each_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench_rows.place import Place

LITTLE = (1_000, 10_000)
"""Resources and units of the home beside it."""
GOAL = Goal(text="≤ 1.2", ratio=1.2)
STEPS = 1000

READING: dict[str, Callable[[HeldHome], tuple[str, ...]]] = {
    "a resource looked up by number": lambda home: ("show", home.known["number"]),
    "a resource looked up by digest": lambda home: ("show", home.known["digest"]),
    "a unit looked up by identifier": lambda home: ("units", "show", f"{home.known['unit_of']}#{home.known['unit']}"),
    "units found by tag": lambda _: ("units", "find", "--tag", "希见"),
    "units found by a word": lambda _: ("units", "find", "驊騮"),
    "a page of the list": lambda home: ("list", "--after", home.known["number"]),
    "a unit's receipt": lambda home: (
        "receipt", home.known["unit_of"], "--unit", home.known["unit"], "-o", str(home.path.parent / "unit.receipt"),
    ),
}  # fmt: skip


def scale(place: Place) -> Iterator[Row]:
    """What is done every day, at much held beside little held; the self-check, which reads all of it, once."""
    much, little = held_home(place, *place.sizes.held), held_home(place, *LITTLE)
    runs = place.sizes.runs
    for name, command in READING.items():
        yield _row(name, much, little, runs, lambda home, command=command: place.zhicang(home.path, *command(home)))
    yield _row("start of the node", much, little, runs, lambda home: place.child("start_node.py", home.path))
    yield _row(f"{STEPS:,} steps of the self-check", much, little, 1, lambda home: _steps(place, home))


def bytes_each(place: Place) -> Iterator[Row]:
    """What a resource and a unit take on disk, by what the bytes are for, and how long they took to come."""
    home = held_home(place, *place.sizes.held)
    founded, between, after = home.sizes
    resources, units = ([sample] for sample in home.taken)
    name = f"{home.resources:,} resources of one file of a few bytes"
    parts = each_of(between, founded, home.resources)
    yield Row(name=name, ours=resources, count=home.resources, bytes_each=parts)
    parts = each_of(after, between, home.units)
    yield Row(name=f"{home.units:,} units", ours=units, count=home.units, bytes_each=parts)


def _row(name: str, much: HeldHome, little: HeldHome, runs: int, run: Callable[[HeldHome], Sample]) -> Row:
    pairs = [(run(much), run(little)) for _ in range(runs)]
    ours, other = zip(*pairs, strict=True)
    other_name = f"the same at {little.count}"
    return Row(name=f"{name} at {much.count}", ours=list(ours), other_name=other_name, other=list(other), goal=GOAL)


def _steps(place: Place, home: HeldHome) -> Sample:
    """Measure the whole self-check less what a command takes to start; give the share of some resources with units."""
    start = place.zhicang(home.path, "list", "--limit", "1")
    whole = place.zhicang(home.path, "audit")
    share = STEPS / home.resources
    return Sample((whole.wall - start.wall) * share, (whole.cpu - start.cpu) * share, whole.peak)
