"""A delivery with its list, in and out again: the same bytes, the same metadata, and its bags come in again."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from workbooks import workbook

from node.applying.apply import Applying
from node.applying.plan import make_plan
from node.importers.cell_text import guarded
from node.importers.mapping import Mapping
from node.leaving.bag import write_bag
from node.precheck.check import Report, Request, check
from node.records import canonical
from node.records.metadata import Metadata
from node.records.said import described
from node.registrar.outcome import Waiting
from node.runtime import open_for_drafting, open_for_reading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from node.home import Home
    from node.registrar.outcome import Refused
    from node.registrar.request import RegisterRequest
    from node.runtime import Desk

HEADINGS = ("路径", "题名", "责任者", "来源", "交付批次", "公开级别", "自有编号")
DEFAULTS = Metadata(title="-", period=2023)
NAMES = st.text("abé字 _", min_size=1, max_size=5).filter(lambda name: name == name.strip())
TREES = st.dictionaries(NAMES.map("{}.tif".format), st.binary(min_size=1, max_size=2000), min_size=1, max_size=3)
TEXT = st.text("字a=+-@'\",;_x0", max_size=8)
SAID = st.fixed_dictionaries(
    {
        "题名": TEXT.filter(bool), "责任者": TEXT, "来源": TEXT, "交付批次": TEXT,
        "公开级别": st.sampled_from(["公开", "不公开"]),
    }
)  # fmt: skip
RESOURCES = st.lists(st.tuples(TREES, SAID), min_size=1, max_size=3)


class Quiet:
    """Watches without saying anything."""

    def begin(self, step: str, total: int) -> None:
        """Take it."""

    def step(self, count: int = 1) -> None:
        """Take it."""


class Drafting:
    """Stores what an application brings as drafts, so that no chain is needed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def register(
        self, requests: Iterable[RegisterRequest], *, stored: Callable[[], None], taken: Callable[[int], None]
    ) -> AsyncIterator[Waiting | Refused]:
        """Store one after the other."""
        del stored, taken
        for outcome in self._desk.registrar.draft(requests):
            yield outcome


def checked(source: Path, **options: Any) -> Report:
    request = Request(source=source, mapping=Mapping(), decode=False, **options)
    return check(request, earlier=None, today="2026-11-25", watcher=Quiet())


def delivered(place: Path, resources: list[tuple[dict[str, bytes], dict[str, str]]], form: str) -> list[dict[str, str]]:
    """Write a delivery of folders with its list; give its rows."""
    rows = []
    for number, (tree, said) in enumerate(resources):
        for name, data in tree.items():
            (place / f"r{number}").mkdir(parents=True, exist_ok=True)
            (place / f"r{number}" / name).write_bytes(data + bytes([number]))
        rows.append({"路径": f"r{number}", "自有编号": f"R-{number}"} | said)
    cells = [[row[heading] for heading in HEADINGS] for row in rows]
    if form == "xlsx":
        assume(not any(cell.startswith("=") for line in cells for cell in line))  # openpyxl makes formulas of those
        (place / "清单.xlsx").write_bytes(workbook(("表", [list(HEADINGS), *cells])))
    else:
        stream = io.StringIO(newline="")
        csv.writer(stream).writerows([HEADINGS, *(map(guarded, line) for line in cells)])
        (place / "清单.csv").write_bytes(stream.getvalue().encode(form))
    return rows


def drafted(here: Home, report: Report) -> list[Waiting]:
    """Apply a checked delivery; give what is stored of it."""
    plan = make_plan(report)
    assume(not plan.everything and not plan.held)  # what the pre-check holds back, other tests tell of

    async def run() -> list[Any]:
        with open_for_drafting(here) as desk:
            applying = Applying(
                plan=plan, delivery=report.brought.delivery, defaults=DEFAULTS, staging=here.staging,
                journal=desk.journal, touches=here.touches,
            )  # fmt: skip
            brought: Any = Drafting(desk)
            return [each async for each in applying.run(brought, stored=lambda: None, taken=lambda _: None)]

    outcomes = asyncio.run(run())
    assert all(isinstance(outcome, Waiting) for outcome in outcomes), outcomes
    return outcomes


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(resources=RESOURCES, form=st.sampled_from(["xlsx", "utf-8-sig", "gb18030"]))
def test_a_delivery_goes_out_as_it_came_and_its_bags_come_in_again(
    leaving: Home, resources: list[tuple[dict[str, bytes], dict[str, str]]], form: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        here = replace(leaving, path=place / "home")
        shutil.copytree(leaving.path, here.path)
        rows = delivered(place / "交付", resources, form)
        outcomes = drafted(here, checked(place / "交付"))
        assert len(outcomes) == len(rows)
        with open_for_reading(here) as node:
            for outcome in outcomes:
                row = node.journal.resources.by_number(outcome.row.number)
                assert row is not None
                number = int(row.client_ref.removeprefix("R-"))
                bag = place / f"bag{number}"
                write_bag(node, row, bag)
                came = {name: data + bytes([number]) for name, data in resources[number][0].items()}
                assert {path.name: path.read_bytes() for path in (bag / "data").iterdir()} == came
                said = {"title": "题名", "creator": "责任者", "source": "来源", "lot": "交付批次", "access": "公开级别"}
                texts = {field: rows[number][heading] for field, heading in said.items()}
                texts["client_ref"] = row.client_ref
                meant = described(DEFAULTS, {field: text for field, text in texts.items() if text})
                meant = replace(meant, access="closed")  # open without known rights becomes closed, as announced
                assert Metadata.from_json(canonical.decode((bag / "metadata.json").read_bytes())) == meant
                again = checked(bag, split="one")
                assert again.brought.delivery.kind == "bag"
                assert again.count("error") == 0
                hashed = {path: hashlib.sha256(data).digest() for path, data in came.items()}
                assert {path: each.sha256 for path, each in again.hashed.items()} == hashed
