"""Rows of importing: scans with their list until they are confirmed, and a long Excel list pre-checked."""

from __future__ import annotations

import csv
import hashlib
import statistics
from typing import TYPE_CHECKING

from bench_rows.measure import Goal, Row, Sample
from bench_rows.place import PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench_rows.place import Place

_SCAN = 1 << 20
_CALAMINE = """
import sys, python_calamine
python_calamine.CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()
"""


def apply_scans(place: Place) -> Iterator[Row]:
    """Scans of 1 MiB with their list, from `import apply` to the last confirmation, beside digest + copy + sync.

    Once only: three times the scans lie on the disk. What is stored alone is measured of the same files.
    """
    count, folder = place.sizes.scans, place.folder / "scans"
    _make_scans(folder, count)
    copy = place.folder / "scans-copy"
    other = [place.shell('cd "$1"; openssl dgst -sha256 *; cp -r . "$2"; sync -f "$2"', folder, copy)]
    place.shell('rm -r "$1"', copy)
    with place.home() as home:
        stored = [place.child("store_resources.py", home, folder)]
    with place.home() as home:
        register = place.folder / "register"
        confirmed = [place.zhicang(home, "import", "apply", folder, "--no-decode", "-o", register, "--json")]
        if place.runner.answers()[-1]["summary"]["registered"] != count:
            raise SystemExit("not everything was registered")
    name, other_name = f"{count:,} scans of 1 MiB", "openssl dgst + cp -r + sync -f"
    goal = Goal(text="≤ 1.5 ×", ratio=1.5)
    yield Row(name=f"{name} stored", ours=stored, other_name=other_name, other=other, goal=goal)
    limit = 1.5 * statistics.median(sample.wall for sample in other) + 30
    goal = Goal(text="≤ 1.5 × + 30 s", seconds=limit)
    yield Row(name=f"{name} with their list confirmed", ours=confirmed, other_name=other_name, other=other, goal=goal)


def check_list(place: Place) -> Iterator[Row]:
    """An Excel list of 12 columns pre-checked, beside calamine reading it and doing nothing."""
    workbook = place.folder / "list.xlsx"
    place.child("make_list.py", workbook, str(place.sizes.units))
    ours: list[Sample] = []
    other: list[Sample] = []
    with place.home() as home:
        for _ in range(place.sizes.runs):
            ours.append(place.zhicang(home, "import", "check", workbook, "--json"))
            other.append(place.runner.run(PYTHON, "-c", _CALAMINE, workbook))
    name = f"Excel list of {place.sizes.units:,} rows × 12 pre-checked"
    yield Row(name=name, ours=ours, other_name="calamine alone", other=other, goal=Goal(text="≤ 2 ×", ratio=2.0))


def _make_scans(folder: Path, count: int) -> None:
    folder.mkdir()
    with (folder / "list.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["路径", "题名", "类型", "权利", "自有编号"])
        for i in range(count):
            (folder / f"{i:05}.tif").write_bytes(hashlib.shake_128(b"scan %d" % i).digest(_SCAN))
            writer.writerow([f"{i:05}.tif", f"第 {i} 拍", "图像", "公有领域", f"S-{i}"])
