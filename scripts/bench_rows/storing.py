"""Rows of storing: one large file, and many small ones."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bench_rows.measure import Goal, Row, Sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench_rows.place import Place


def store_large(place: Place) -> Iterator[Row]:
    """The large file stored alone, and registered until it is confirmed, each beside digest + copy + sync.

    Under profile cn the storing stands beside openssl's SM3 alone, which it should cost.
    """
    path, copy = place.large_file(), place.folder / "copy.bin"
    sm3 = [place.runner.run("openssl", "dgst", "-sm3", path) for _ in range(place.sizes.runs)]
    second: list[Sample] = []
    for _ in range(place.sizes.runs):
        with place.home(profile="cn") as home:
            second.append(place.child("store_payload.py", home, path))
    goal = Goal(text="≤ 1.2 ×", ratio=1.2)
    name = f"{_size(place.sizes.large)} file stored, cn"
    yield Row(name=name, ours=second, other_name="openssl dgst -sm3", other=sm3, goal=goal)
    stored: list[Sample] = []
    confirmed: list[Sample] = []
    other: list[Sample] = []
    for _ in range(place.sizes.runs):
        with place.home() as home:
            stored.append(place.child("store_payload.py", home, path))
        other.append(place.shell('openssl dgst -sha256 "$1"; cp "$1" "$2"; sync "$2"', path, copy))
        copy.unlink()
        with place.home() as home:
            confirmed.append(place.zhicang(home, "register", path, "--json"))
            _expect(place, 1)
    name, other_name = f"{_size(place.sizes.large)} file", "openssl dgst + cp + sync"
    goal = Goal(text="≤ 1.1 ×", ratio=1.1)
    yield Row(name=f"{name} stored", ours=stored, other_name=other_name, other=other, goal=goal)
    yield Row(name=f"{name} confirmed", ours=confirmed, other_name=other_name, other=other)


def store_small(place: Place) -> Iterator[Row]:
    """Many small files as resources of their own, stored alone, and registered until they are confirmed.

    Nothing is deleted before the bench is over; see `Place.home`.
    """
    count, size = place.sizes.small_files, place.sizes.small
    folder = place.folder / "small"
    folder.mkdir()
    for i in range(count):
        (folder / f"{i:05}.bin").write_bytes(hashlib.shake_128(b"%d" % i).digest(size))
    stored: list[Sample] = []
    confirmed: list[Sample] = []
    other: list[Sample] = []
    for run in range(place.sizes.runs):
        copy = place.folder / f"small-copy{run}"
        with place.home(keep=True) as home:
            stored.append(place.child("store_resources.py", home, folder))
        other.append(place.shell('cd "$1"; openssl dgst -sha256 *; cp -r . "$2"; sync -f "$2"', folder, copy))
        with place.home(keep=True) as home:
            confirmed.append(place.zhicang(home, "register", folder, "--each", "--json"))
            _expect(place, count)
    second: list[Sample] = []
    for _ in range(place.sizes.runs):
        with place.home(keep=True, profile="cn") as home:
            second.append(place.child("store_resources.py", home, folder))
    name, other_name = f"{count:,} files of {_size(size)}", "openssl dgst + cp -r + sync -f"
    yield Row(name=f"{name} stored, cn", ours=second, other_name=other_name, other=other)
    goal = Goal(text="≤ 6 s", seconds=6)
    yield Row(name=f"{name} stored", ours=stored, other_name=other_name, other=other, goal=goal)
    goal = Goal(text="≤ 60 s", seconds=60)
    yield Row(name=f"{name} confirmed", ours=confirmed, other_name=other_name, other=other, goal=goal)


def _expect(place: Place, registered: int) -> None:
    if place.runner.answers()[-1]["summary"]["registered"] != registered:
        raise SystemExit("not everything was registered")


def _size(count: int) -> str:
    return f"{count >> 30} GiB" if count >> 30 else f"{count >> 20} MiB" if count >> 20 else f"{count >> 10} KiB"
