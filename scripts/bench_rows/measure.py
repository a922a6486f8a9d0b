"""Samples of whole processes, and rows of them: medians, ratios of neighbours in time, goals."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LAUNCH = Path(__file__).with_name("launch.py")


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of a command: wall seconds, user and system seconds, peak memory (MiB) of its largest process."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a row is to reach; what is None is not judged. ``ratio`` compares with the other, per run."""

    text: str = "-"
    seconds: float | None = None
    ratio: float | None = None
    peak: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The samples of ours and, in turns with them, of the other.

    ``start``: what a run of ours takes with next to nothing to do, taken off before ratio and rate are formed.
    ``count``: how many things a run does, for the rate. ``bytes_each``: what one of them takes on disk, by what for.
    """

    name: str
    ours: list[Sample]
    other_name: str = "-"
    other: list[Sample] | None = None
    start: list[Sample] | None = None
    count: int | None = None
    bytes_each: dict[str, float] | None = None
    goal: Goal = Goal()

    def to_json(self) -> dict[str, Any]:
        """Give the row's figures: medians in seconds, the highest peak in MiB, every single run."""
        return {
            "row": self.name,
            "ours": _figures(self.ours),
            "other": None if self.other is None else {"name": self.other_name} | _figures(self.other),
            "start_s": None if self.start is None else round(_wall(self.start), 3),
            "per_s": None if self.count is None else round(self.count / (_wall(self.ours) - self._start)),
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "goal": self.goal.text,
            "met": self.met,
            "bytes_each": self.bytes_each,
        }

    @property
    def ratio(self) -> float | None:
        """The median of ours (less the start) over the other, each run with the one beside it."""
        if self.other is None:
            return None
        return statistics.median((a.wall - self._start) / b.wall for a, b in zip(self.ours, self.other, strict=True))

    @property
    def _start(self) -> float:
        return 0.0 if self.start is None else _wall(self.start)

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        goal, peak = self.goal, max(sample.peak for sample in self.ours)
        figures = ((goal.seconds, _wall(self.ours)), (goal.ratio, self.ratio), (goal.peak, peak))
        judged = [figure <= limit for limit, figure in figures if limit is not None and figure is not None]
        return all(judged) if judged else None


class Runner:
    """Runs commands one at a time in one environment; what they print goes into a file of the working folder."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._environment = environment
        self._printed = folder / "printed"

    def run(self, *command: str | Path) -> Sample:
        """Run a command after everything before it has reached the disk; leave at once when it fails."""
        os.sync()
        reader, writer = os.pipe()
        with open(reader, "rb") as report:  # noqa: PTH123 - a descriptor
            with self._printed.open("wb") as printed, open(writer, "wb"):  # noqa: PTH123 - a descriptor
                launcher = [sys.executable, "-I", "-S", LAUNCH, str(writer), *map(str, command)]
                subprocess.run(launcher, env=self._environment, stdout=printed, pass_fds=[writer], check=True)
            wall, cpu, peak, code = json.loads(report.read())
        if code != 0:
            raise SystemExit(f"{' '.join(map(str, command))[:500]}: exit {code}")
        return Sample(wall, cpu, peak)

    def printed(self) -> bytes:
        """Give what the last command printed."""
        return self._printed.read_bytes()

    def answers(self) -> list[dict[str, Any]]:
        """Give the JSON lines that the last command printed."""
        return [json.loads(line) for line in self.printed().splitlines()]


def _wall(samples: list[Sample]) -> float:
    return statistics.median(sample.wall for sample in samples)


def _figures(samples: list[Sample]) -> dict[str, Any]:
    return {
        "wall_s": round(_wall(samples), 3),
        "cpu_s": round(statistics.median(sample.cpu for sample in samples), 3),
        "peak_mib": round(max(sample.peak for sample in samples)),
        "runs": [[round(sample.wall, 3), round(sample.cpu, 3), round(sample.peak, 1)] for sample in samples],
    }
