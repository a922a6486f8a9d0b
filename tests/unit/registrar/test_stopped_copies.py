"""Who leaves a run early does not wait until its large files are copied."""

from __future__ import annotations

import os
import time
from concurrent.futures import Future
from threading import Event
from typing import TYPE_CHECKING

from node.records.metadata import Metadata
from node.registrar.request import RegisterRequest
from node.registrar.store import Store
from storage.blocks import BlockIndex
from storage.journal import Journal
from storage.root import StorageRoot

if TYPE_CHECKING:
    from pathlib import Path

LARGE = 1 << 30


def test_copies_under_way_end_at_their_next_piece(tmp_path: Path) -> None:
    StorageRoot.found(tmp_path / "storage")
    BlockIndex.found(tmp_path / "blocks.db").close()
    journal = Journal.found(tmp_path / "journal.db")
    blocks = BlockIndex.open(tmp_path / "blocks.db", root=tmp_path / "storage")
    root = StorageRoot(tmp_path / "storage", staging=tmp_path / "staging")
    store = Store(
        institution="14000001", root=root, blocks=blocks, journal=journal, clock=time.time, salt=lambda: "5" * 32,
        crash_point=lambda _: None,
    )  # fmt: skip
    requests = []
    for name in ("one.bin", "two.bin", "three.bin"):
        (tmp_path / name).touch()
        os.truncate(tmp_path / name, LARGE)
        requests.append(RegisterRequest(source=tmp_path / name, metadata=Metadata(title=name, period=2023)))
    copied, begun = [0], Event()

    def taken(size: int) -> None:
        copied[0] += size
        begun.set()

    steps = store.steps(requests, stage="stored", taken=taken)
    assert isinstance(next(steps), Future)
    assert begun.wait(30)
    steps.close()
    assert 0 < copied[0] < LARGE
    assert not list((tmp_path / "staging").iterdir())
    journal.close()
    blocks.close()
