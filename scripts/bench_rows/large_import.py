"""The row of a large delivery: peak memory of an import of it, beside that of a small one.

The files are sparse, so that making them costs nothing; what the node stores of them is not, so the disk must hold the
whole amount once.
"""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING

from bench_rows.measure import Goal, Row, Sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench_rows.place import Place

FILES = 8
SMALL = 64 << 20
"""Bytes of the delivery that the large one is compared with."""
_MARK = b"not all of it is a hole %d\n"


def import_large(place: Place) -> Iterator[Row]:
    """Deliveries of eight sparse files with their list, large and small: is the memory of an import flat?"""
    size = place.sizes.delivery
    if (free := shutil.disk_usage(place.folder).free) < size + (4 << 30):
        raise SystemExit(f"import-large stores {size >> 30} GiB, and {free >> 30} GiB are free in {place.folder}")
    large, small = _apply(place, size), _apply(place, SMALL)
    name, other = f"import of {_shown(size)} in {FILES} files", f"of {_shown(SMALL)}"
    limit = 1.2 * small.peak
    yield Row(name=name, ours=[large], other_name=other, other=[small], goal=Goal(text="≤ 1.2 × its MiB", peak=limit))


def _apply(place: Place, size: int) -> Sample:
    folder = place.folder / f"delivery-{size}"
    _make(folder, size)
    with place.home(profile="cn") as home:
        sample = place.zhicang(home, "import", "apply", folder, "-o", place.folder / "register", "--json")
        if place.runner.answers()[-1]["summary"]["registered"] != FILES:
            raise SystemExit("not everything was registered")
    shutil.rmtree(folder)
    return sample


def _make(folder: Path, size: int) -> None:
    folder.mkdir()
    with (folder / "list.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["路径", "题名", "类型", "权利"])
        for i in range(FILES):
            with (folder / f"{i}.bin").open("wb") as file:
                file.write(_MARK % i)
                file.truncate(size // FILES)
            writer.writerow([f"{i}.bin", f"第 {i} 件", "图像", "公有领域"])


def _shown(size: int) -> str:
    return f"{size >> 30} GiB" if size >> 30 else f"{size >> 20} MiB"
