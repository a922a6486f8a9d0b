"""The row of knowledge units: a JSON Lines file to its last batch confirmed."""

from __future__ import annotations

import gzip
import itertools
import json
from typing import TYPE_CHECKING

from bench_rows.measure import Goal, Row, Sample
from bench_rows.place import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench_rows.place import Place

REAL = ROOT.parent / "shared" / "data" / "quansongshi-190k.jsonl.gz"
"""Poems of the Complete Song Poetry, one a line; made-up units of the same shape stand in where the file is missing."""


def register_units(place: Place) -> Iterator[Row]:
    """Units of one resource, which is registered beforehand."""
    path, book = place.folder / "units.jsonl", place.folder / "book.txt"
    kind = write_units(path, place.sizes.units)
    book.write_text("book\n")
    samples: list[Sample] = []
    for _ in range(place.sizes.runs):
        with place.home() as home:
            place.zhicang(home, "register", book, "--json")
            number = place.runner.answers()[0]["resource_id"]
            command = ("units", "register", path, "--id-field", "id", "--resource", number, "--json")
            samples.append(place.zhicang(home, *command))
            if place.runner.answers()[-1]["summary"]["registered"] != place.sizes.units:
                raise SystemExit("not every unit was registered")
    path.unlink()
    goal = Goal(text="≤ 8 s, ≤ 300 MiB", seconds=8, peak=300)
    yield Row(name=f"{place.sizes.units:,} {kind} units confirmed", ours=samples, goal=goal)


def write_units(path: Path, count: int) -> str:
    """Write so many units; say whether they are real."""
    with path.open("wb") as stream:
        if REAL.exists():
            with gzip.open(REAL) as lines:
                stream.writelines(itertools.islice(lines, count))
            return "real"
        for i in range(count):
            stream.write(json.dumps(_made_up(i), ensure_ascii=False).encode() + b"\n")
    return "made-up"


def _made_up(i: int) -> dict[str, object]:
    """Give a unit of about 365 bytes, the length of the real ones, its identifiers in no order like theirs."""
    identifier = f"{i * 0x9E3779B97F4A7C15 % 2**64:016x}{i:016x}"
    lines = [f"虚构条目第{i}号,只用于测速。" * 3, "不代表任何资源,也不出自任何作品。" * 2]
    return {"source": "made-up", "position": i, "id": identifier, "title": f"条目{i}", "paragraphs": lines}
