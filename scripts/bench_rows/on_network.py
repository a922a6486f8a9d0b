"""Rows of a consortium's network: four QBFT validators on this machine, a header a second, a home attached to them."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bench_rows.measure import Goal, Row, Sample
from bench_rows.place import ROOT
from bench_rows.unit_rows import mapping_of, write_units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench_rows.place import Place

NOT_AVAILABLE = 3
AS_FAST = 1 / 0.8


def register_singly(place: Place) -> Iterator[Row]:
    """Resources one after another beside raw transactions on the same network; each waits until it is final."""
    count = place.sizes.single
    with _consortium(place) as told:
        if told is None:
            return
        home, sources = told["homes"]["zhejiang"], place.folder / "singles"
        sources.mkdir()
        ours: list[Sample] = []
        raw: list[Sample] = []
        seconds: list[float] = []
        start = [place.child("register_singly.py", home, sources, "0") for _ in range(place.sizes.runs)]
        for _ in range(place.sizes.runs):
            ours.append(place.child("register_singly.py", home, sources, str(count)))
            seconds += place.runner.answers()[0]
            raw.append(place.child("send_raw.py", told["rpc_urls"][0], str(told["chain_id"]), str(count)))
        latency = _latency(seconds)
        goal = Goal(text="≥ 0.8 of its rate", ratio=AS_FAST)
        name = f"{count} resources singly on QBFT, submit → final {latency}"
        other = {"other_name": "eth_sendRawTransaction", "other": raw}
        yield Row(name=name, ours=ours, start=start, count=count, goal=goal, **other)


def units_on_network(place: Place) -> Iterator[Row]:
    """The units of one resource, committed on the network."""
    path, book = place.folder / "network-units.jsonl", place.folder / "network-book.txt"
    with _consortium(place) as told:
        if told is None:
            return
        home = told["homes"]["zhejiang"]
        samples: list[Sample] = []
        kind = write_units(path, place.sizes.units)
        signing = ("--passphrase-file", told["passphrase_file"], "--json")
        for run in range(place.sizes.runs):
            book.write_text(f"book {run}\n")  # a resource of its own each time, so that every unit is new
            place.zhicang(home, "register", book, *signing)
            number = place.runner.answers()[0]["resource_id"]
            place_of_units = ("units", "register", path, "--mapping", mapping_of(place), "--resource", number)
            samples.append(place.zhicang(home, *place_of_units, *signing))
            if place.runner.answers()[-1]["summary"]["registered"] != place.sizes.units:
                raise SystemExit("not every unit was registered")
        count = place.sizes.units
        yield Row(name=f"{count:,} {kind} units confirmed on QBFT", ours=samples, count=count)


def _latency(seconds: list[float]) -> str:
    """Say the median and the 99th percentile, or the longest of fewer than 100."""
    ordered = sorted(seconds)
    last = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"p50 {statistics.median(ordered):.2f} s, p99 {last:.2f} s"


@contextmanager
def _consortium(place: Place) -> Iterator[dict[str, Any] | None]:
    """Found the demonstration's consortium and run it; None, in words, where its engine is not installed."""
    folder = place.folder / "consortium"
    network = ROOT / "scripts" / "network"
    done = subprocess.run([network, "demo", folder, "--json"], capture_output=True, text=True, check=False)
    if done.returncode == NOT_AVAILABLE:
        print(f"left out: {done.stderr.strip().splitlines()[-1]} (scripts/install-engines qbft)", flush=True)
        yield None
        return
    try:
        done.check_returncode()
        yield json.loads(done.stdout)
    finally:
        subprocess.run([network, "stop", folder], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)
