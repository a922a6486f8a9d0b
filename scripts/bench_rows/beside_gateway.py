"""Rows of the gateway beside kubo's: blocks fetched by CID over eight connections that are kept, from both in turns.

Both have the same files, so the same blocks; ours hashes each again when it reads it. One client, which only counts
bytes, asks both: with two processors it takes its share of them, from ours as from the other.
"""

from __future__ import annotations

import hashlib
import os
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
_ROUNDS = {"small": 3, "scan": 10}
"""How often each block is fetched in a run."""
_CONNECTIONS = "8"


def gateway_beside_ipfs(place: Place) -> Iterator[Row]:
    """Blocks of 10 KiB and of 1 MiB by their CIDs."""
    sizes = {"small": place.sizes.small, "scan": 1 << 20}
    counts = {"small": place.sizes.small_files // 2, "scan": max(20, place.sizes.small_files // 50)}
    folders = [_files(place, name, counts[name], sizes[name]) for name in sizes]
    ours: dict[str, list[Sample]] = {name: [] for name in sizes}
    other: dict[str, list[Sample]] = {name: [] for name in sizes}
    with (
        place.home() as home,
        _served("kubo_gateway.py", place.folder / "kubo-gateway", *folders) as theirs,
        _served("our_gateway.py", home, *folders) as own,
    ):
        for _ in range(place.sizes.runs):
            for name in sizes:
                paths = place.folder / f"{name}.paths"
                for taken, address in ((ours, own), (other, theirs)):
                    taken[name].append(place.child("fetch_blocks.py", address, paths, _CONNECTIONS))
    for name, size in sizes.items():
        count = counts[name] * _ROUNDS[name]
        yield Row(
            name=f"{count:,} blocks of {size >> 10:,} KiB by gateway", ours=ours[name], count=count,
            other_name="kubo's gateway", other=other[name], goal=Goal(text="≥ 1 × blocks a second", ratio=1.0),
        )  # fmt: skip


def _files(place: Place, name: str, count: int, size: int) -> Path:
    """Make files of one block each, and beside them the list of what is asked for."""
    folder = place.folder / f"gateway-{name}"
    folder.mkdir()
    cids = []
    for i in range(count):
        data = hashlib.shake_128(b"%s %d" % (name.encode(), i)).digest(size)
        (folder / f"{i:05}.bin").write_bytes(data)
        cids.append("f01551220" + hashlib.sha256(data).hexdigest())
    lines = [f"/ipfs/{cid}?format=raw\n" for cid in cids] * _ROUNDS[name]
    (place.folder / f"{name}.paths").write_text("".join(lines))
    return folder


@contextmanager
def _served(script: str, *arguments: Path) -> Iterator[str]:
    """Start a gateway that has what lies in folders; give its address. It ends with its standard input."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": os.environ["HOME"]}
    command = [PYTHON, HERE / script, *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as server:
        try:
            address = server.stdout.readline().strip()  # type: ignore[union-attr]
            if not address:
                missing = "kubo is not installed: run scripts/install-engines kubo"
                raise SystemExit(missing if server.wait() == _NOT_INSTALLED else f"{script} did not start")
            yield address
        finally:
            server.stdin.close()  # type: ignore[union-attr]
