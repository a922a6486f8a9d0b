"""Rows beside kubo: storing, reading back and CAR files. Its repository is fresh each time and syncs, as ours does.

kubo takes SHA-256 alone, so ours are homes of the profile sha256; storing under cn stands in a row of its own.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench_rows.measure import Goal, Row, Sample
from bench_rows.place import HERE, PYTHON, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench_rows.place import Place

_NOT_INSTALLED = 3


def store_beside_ipfs(place: Place) -> Iterator[Row]:
    """A large file, and many small ones as resources of their own and as one, beside `ipfs add`."""
    large, folder = place.large_file(), _small_files(place)
    ours: dict[str, list[Sample]] = {name: [] for name in ("large", "large cn", "own", "one")}
    other: dict[str, list[Sample]] = {"large": [], "small": []}
    for _ in range(place.sizes.runs):
        for name, profile in (("large", "sha256"), ("large cn", "cn")):
            with place.home(profile=profile) as home:
                ours[name].append(place.child("store_payload.py", home, large))
        with _repository(place) as kubo:
            other["large"].append(kubo.run('"$ipfs" add -Q "$1"', large))
    for _ in range(place.sizes.runs):
        with place.home(keep=True) as home:
            ours["own"].append(place.child("store_resources.py", home, folder))
        with _repository(place, keep=True) as kubo:
            other["small"].append(kubo.run('"$ipfs" add -Q -r "$1"', folder))
        with place.home(keep=True) as home:
            ours["one"].append(place.child("store_payload.py", home, folder))
    size, count = f"{large.stat().st_size >> 20:,} MiB file", f"{place.sizes.small_files:,} small files"
    yield _row(f"{size} stored", ours["large"], "ipfs add, sync", other["large"], 0.7)
    yield _row(f"{size} stored, cn", ours["large cn"], "ipfs add, sync", other["large"])
    yield _row(f"{count} stored, own resources", ours["own"], "ipfs add -r, sync", other["small"], 0.45)
    yield _row(f"{count} stored, one resource", ours["one"], "ipfs add -r, sync", other["small"], 0.1)


def read_beside_ipfs(place: Place) -> Iterator[Row]:
    """The large file read back verified beside `cat` and `ipfs cat`, and as a CAR beside `ipfs dag export`."""
    large, car = place.large_file(), place.folder / "one.car"
    ours: dict[str, list[Sample]] = {"read": [], "car": []}
    other: dict[str, list[Sample]] = {"cat": [], "ipfs cat": [], "ipfs dag export": []}
    with place.home() as home, _repository(place) as kubo:
        place.child("store_payload.py", home, large)
        kubo.run('"$ipfs" add -Q "$1"', large)
        cid = place.runner.printed().decode().strip()
        for _ in range(place.sizes.runs):
            ours["read"].append(place.child("read_back.py", home, cid))
            other["cat"].append(place.runner.run("cat", large))
            other["ipfs cat"].append(kubo.run('"$ipfs" cat "$1"', cid))
            ours["car"].append(place.child("write_car.py", home, cid, car))
            car.unlink()
            command = '"$ipfs" dag export --progress=false "$1" > "$2"; sync "$2"'
            other["ipfs dag export"].append(kubo.run(command, cid, car))
            car.unlink()
    size = f"{large.stat().st_size >> 20:,} MiB"
    yield _row(f"{size} read back, verified", ours["read"], "cat", other["cat"], 1.5)
    yield _row(f"{size} read back, verified", ours["read"], "ipfs cat", other["ipfs cat"])
    yield _row(f"{size} as CAR, synced", ours["car"], "ipfs dag export + sync", other["ipfs dag export"])


def _row(name: str, ours: list[Sample], other_name: str, other: list[Sample], most: float | None = None) -> Row:
    goal = Goal() if most is None else Goal(text=f"≤ {most} ×", ratio=most)
    return Row(name=name, ours=ours, other_name=other_name, other=other, goal=goal)


def _small_files(place: Place) -> Path:
    folder = place.folder / "small-ipfs"
    folder.mkdir()
    for i in range(place.sizes.small_files):
        (folder / f"{i:05}.bin").write_bytes(hashlib.shake_128(b"ipfs %d" % i).digest(place.sizes.small))
    return folder


@contextmanager
def _repository(place: Place, *, keep: bool = False) -> Iterator[_Kubo]:
    """Make a repository; one of very many files is kept until the bench is over, as our homes are."""
    folder = place.folder / f"kubo{len(list(place.folder.glob('kubo*')))}"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": os.environ["HOME"]}
    found = subprocess.run(
        [PYTHON, HERE / "found_kubo.py", folder], env=environment, capture_output=True, text=True, check=False
    )
    if found.returncode == _NOT_INSTALLED:
        raise SystemExit("kubo is not installed: run scripts/install-engines kubo")
    if found.returncode:
        raise SystemExit(found.stderr)
    yield _Kubo(place, folder, found.stdout.strip())
    if not keep:
        shutil.rmtree(folder)


class _Kubo:
    """One repository, its commands run without a daemon."""

    def __init__(self, place: Place, folder: Path, program: str) -> None:
        self._place = place
        self._folder = folder
        self._program = program

    def run(self, command: str, *more: str | Path) -> Sample:
        """Measure a command; in it "$1" … are what more is given."""
        script = f'export IPFS_PATH="$1" IPFS_TELEMETRY=off; ipfs="$2"; shift 2; {command}'
        return self._place.shell(script, self._folder, self._program, *more)
