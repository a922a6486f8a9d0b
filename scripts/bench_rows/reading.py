"""Rows of reading: verification offline, and how long a command takes to start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench_rows.measure import Goal, Row, Sample
from bench_rows.place import PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench_rows.place import Place


def verify_large(place: Place) -> Iterator[Row]:
    """The large file verified beside openssl's digest of it, for both profiles.

    The start is that of verifying one byte.
    """
    large, tiny = place.large_file(), place.folder / "tiny.bin"
    tiny.write_bytes(b"1")
    ours: list[Sample]
    other: list[Sample]
    start: list[Sample]
    name = f"{large.stat().st_size >> 20:,} MiB file verified"
    for profile, algorithm in (("sha256", "-sha256"), ("cn", "-sm3")):
        ours, other, start = [], [], []
        with place.home(profile=profile) as home:
            _register(place, home, [large, tiny])
            for _ in range(place.sizes.runs):
                ours.append(_verify(place, home, large))
                other.append(place.runner.run("openssl", "dgst", algorithm, large))
                start.append(_verify(place, home, tiny))
        goal = Goal(text="≤ 1.1 ×, start taken off", ratio=1.1) if profile == "sha256" else Goal()
        shown = name if profile == "sha256" else f"{name}, cn"
        yield Row(name=shown, ours=ours, other_name=f"openssl dgst {algorithm}", other=other, start=start, goal=goal)


def start_up(place: Place) -> Iterator[Row]:
    """The shortest commands beside an interpreter that does nothing."""
    small = place.folder / "small.bin"
    small.write_bytes(bytes(range(256)) * 40)
    version: list[Sample] = []
    verified: list[Sample] = []
    bare: list[Sample] = []
    with place.home() as home:
        _register(place, home, [small])
        for _ in range(place.sizes.runs):
            version.append(place.runner.run(PYTHON, "-m", "node.cli", "--version"))
            bare.append(place.runner.run(PYTHON, "-c", "pass"))
            verified.append(_verify(place, home, small))
    other_name = "python -c pass"
    goal = Goal(text="≤ 0.25 s", seconds=0.25)
    yield Row(name="zhicang --version", ours=version, other_name=other_name, other=bare, goal=goal)
    goal = Goal(text="≤ 0.6 s", seconds=0.6)
    yield Row(name="10 KiB file verified", ours=verified, other_name=other_name, other=bare, goal=goal)


def _register(place: Place, home: Path, sources: list[Path]) -> None:
    place.zhicang(home, "register", *sources, "--json")
    numbers = [answer["resource_id"] for answer in place.runner.answers()[:-1]]
    if len(numbers) != len(sources):
        raise SystemExit("not everything was registered")
    for source, number in zip(sources, numbers, strict=True):
        place.zhicang(home, "receipt", number, "-o", _receipt(source))
    place.zhicang(home, "anchor", "export", "-o", _anchor(place))


def _verify(place: Place, home: Path, source: Path) -> Sample:
    return place.zhicang(home, "verify", source, _receipt(source), "--anchor", _anchor(place))


def _receipt(source: Path) -> Path:
    return source.with_suffix(".receipt")


def _anchor(place: Place) -> Path:
    return place.folder / "anchor.json"
