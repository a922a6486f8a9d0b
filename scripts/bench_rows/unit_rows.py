"""The row of knowledge units: a JSON Lines file to its last batch confirmed."""

from __future__ import annotations

import gzip
import itertools
import json
from typing import TYPE_CHECKING

from bench_rows.measure import Goal, Row, Sample
from bench_rows.place import ROOT
from bench_rows.sizes import each_of, sizes_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench_rows.place import Place

REAL = ROOT.parent / "shared" / "data" / "quansongshi-190k.jsonl.gz"
"""Poems of the Complete Song Poetry, one a line; made-up units of the same shape stand in where the file is missing."""
SINGLE = 100
"""Units that are registered with one transaction each, for the comparison."""
MAPPING = """format = 1
ignored = ["source", "position"]
[columns]
id = "unit_id"
author = "persons"
paragraphs = "abstract"
[constants]
level = "篇"
tags = "宋诗"
"""


def register_units(place: Place) -> Iterator[Row]:
    """Units of one resource, which is registered beforehand."""
    path, book = place.folder / "units.jsonl", place.folder / "book.txt"
    kind = write_units(path, place.sizes.units)
    book.write_text("book\n")
    samples: list[Sample] = []
    singles: list[Sample] = []
    found: list[Sample] = []
    for _ in range(place.sizes.runs):
        with place.home() as home:
            founded = sizes_of(home)
            place.zhicang(home, "register", book, "--json")
            number = place.runner.answers()[0]["resource_id"]
            command = ("units", "register", path, "--mapping", mapping_of(place), "--resource", number, "--json")
            samples.append(place.zhicang(home, *command))
            if place.runner.answers()[-1]["summary"]["registered"] != place.sizes.units:
                raise SystemExit("not every unit was registered")
            singles.append(_singly(place, home, number))
            found.append(place.zhicang(home, "units", "find", "明月" if kind == "real" else "虚构", "--json"))
            if not place.runner.answers()[0].get("unit"):
                raise SystemExit("what was registered is not found")
            bytes_each = each_of(sizes_of(home), founded, place.sizes.units)
    path.unlink()
    goal = Goal(text="≤ 15 s, ≤ 400 MiB", seconds=15, peak=400)
    name = f"{place.sizes.units:,} {kind} units confirmed and searchable"
    yield Row(name=name, ours=samples, goal=goal, bytes_each=bytes_each)
    yield Row(name="a page of 50 of them found by a word of two characters", ours=found)
    alone = [Sample(each.wall * place.sizes.units / SINGLE, each.cpu, each.peak) for each in singles]
    other = f"one transaction each: {SINGLE} on the same chain, scaled up"
    fifty = Goal(text="≤ 1/50", ratio=1 / 50)
    yield Row(name="the same units", ours=samples, other_name=other, other=alone, goal=fifty)


def mapping_of(place: Place) -> Path:
    """Write the mapping file of the poems' layout."""
    path = place.folder / "mapping.toml"
    path.write_text(MAPPING)
    return path


def _singly(place: Place, home: Path, number: str) -> Sample:
    """Register a few units with one transaction each, in one run of the command."""
    path = place.folder / "single-units.jsonl"
    lines = (json.dumps({"unit_id": f"single-{i}", "level": "篇", "title": f"单条{i}"}) for i in range(SINGLE))
    path.write_text("\n".join(lines))
    return place.zhicang(home, "units", "register", path, "--batch", "1", "--resource", number, "--json")


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
