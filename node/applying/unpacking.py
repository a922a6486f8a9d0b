"""A passing copy of a planned resource out of a ZIP, to take it in from.

It lies in the staging folder for as long as it is copied from there; two at most. A crash leaves a folder there, which
the next start sweeps away with the rest of the staging folder.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from node.importers.delivery import UNREADABLE
from storage.errors import UnreadableSource, Words, told_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from node.applying.plan import Planned
    from node.importers.delivery import Delivery

PIECE = 1 << 20


@contextmanager
def unpacked(delivery: Delivery, planned: Planned, *, staging: Path) -> Iterator[Path]:
    """Give the file or folder to take a resource from; raise UnreadableSource or DiskFull."""
    staging.mkdir(mode=0o700, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="unpacked-", dir=staging))
    try:
        yield _unpack(delivery, planned, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(delivery: Delivery, planned: Planned, folder: Path) -> Path:
    cut = 0 if planned.path == "." else len(planned.path) + 1
    alone = planned.files == (planned.path,)
    for name in planned.files:
        target = folder / (name.rpartition("/")[2] if alone else name[cut:])
        with told_of(planned.origin):
            target.parent.mkdir(parents=True, exist_ok=True)
            writer = target.open("xb")
        try:
            with writer, delivery.files[name].open() as reader:
                while piece := reader.read(PIECE):
                    with told_of(planned.origin):
                        writer.write(piece)
        except UNREADABLE as error:
            mend = Words("请重新复制或重新压缩", "copy it again, or make the ZIP again")
            zh, en = "读不了:压缩数据损坏或介质出错", f"cannot be read: {error}"
            raise UnreadableSource(zh, en, mend=mend, file=f"{delivery.place}: {name}") from error
    return folder / planned.files[0].rpartition("/")[2] if alone else folder
