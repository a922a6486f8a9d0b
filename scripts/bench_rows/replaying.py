"""Rows of the replay: headers without transactions, and the acts of a home, each from the genesis to the head."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bench_rows.measure import Row, Sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench_rows.place import Place

STATE = "replay.db"


def replay_headers(place: Place) -> Iterator[Row]:
    """Headers of four validators over HTTP, with the seals of the head alone and with every seal.

    The start is that of a chain of one header.
    """
    count = place.sizes.headers
    with place.served(count) as large, place.served(1) as tiny:
        start = [_replay(place, *tiny) for _ in range(place.sizes.runs)]
        for which, options in (("", ()), (", every seal", ("--every-seal",))):
            samples = [_replay(place, *large, *options) for _ in range(place.sizes.runs)]
            name = f"{count:,} headers without transactions replayed{which}"
            yield Row(name=name, ours=samples, start=start, count=count)


def replay_acts(place: Place) -> Iterator[Row]:
    """A home's chain, executed anew; its resources were registered in groups of fifty."""
    count = place.sizes.acts
    folder = place.folder / "acts"
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:05}.bin").write_bytes(hashlib.sha256(b"%d" % number).digest())
    with place.home() as home:
        start: list[Sample] = []
        ours: list[Sample] = []
        anchor = place.folder / "acts.json"
        place.zhicang(home, "anchor", "export", "-o", anchor)
        command = ("replay", "--anchor", anchor, "--state", place.folder / STATE, "--json")
        place.zhicang(home, "register", folder, "--each", "--json")
        for _ in range(place.sizes.runs):
            ours.append(place.zhicang(home, *command))
            start.append(place.zhicang(home, *command))
            _forget(place)
        report = place.runner.answers()[0]
        if report["acts"].get("Registered") != count:
            raise SystemExit("not every act was replayed")
        name = f"{count:,} resources in {report['transactions']} transactions replayed"
        yield Row(name=name, ours=ours, start=start, count=count)


def _replay(place: Place, url: str, anchor: str, *options: str) -> Sample:
    command = ("replay", "--rpc", url, "--anchor", anchor, "--state", place.folder / STATE, "--json", *options)
    sample = place.zhicang(place.folder, *command)
    _forget(place)
    return sample


def _forget(place: Place) -> None:
    for suffix in ("", "-wal", "-shm"):
        (place.folder / f"{STATE}{suffix}").unlink(missing_ok=True)
