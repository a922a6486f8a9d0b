"""The 登记清单 as a person prints it: on A4, whole, readable, and nothing is fetched from anywhere."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import chromium
import pytest
from PIL import Image
from small_home import found_in, register, writing

from node.applying.register import Register, lines_of
from node.applying.sheet import as_page
from node.cli.main import main
from node.own_anchor import trust_anchor
from node.records.metadata import Metadata
from node.registrar.request import RegisterRequest
from node.runtime import open_for_reading
from storage.lots import LotRow

if TYPE_CHECKING:
    from pathlib import Path

    from node.home import Home

pytestmark = pytest.mark.skipif(
    chromium.installed() is None, reason="Chromium is not installed: apt-get install chromium fonts-noto-cjk"
)
LONG = "抗战日报(1940年9月18日)第一版至第四版合订本,含号外一张及附刊《战地通讯》,晋西北行署教育处编,蔡家崖油印"
HOSTILE = '<img src="http://elsewhere.invalid/x.png">' + "Unbroken" * 30
TITLES = ("晋绥日报 第1期", LONG, HOSTILE, "三晋石刻大全")
A4 = (595, 842)
"""Points."""
SHEETS = {1: 1, 40: 4, 500: 44}
"""Lines → the most sheets that they may take, a third of the titles being very long."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a lot of one resource and one of forty."""
    return asyncio.run(_fill(tmp_path_factory.mktemp("printed")))


async def _fill(folder: Path) -> Home:
    requests = []
    for place in range(41):
        (folder / f"{place}.txt").write_text(f"{place}")
        metadata = Metadata(title=TITLES[place % len(TITLES)], period=2023, lot="四十件" if place else "一件")
        requests.append(RegisterRequest(source=folder / f"{place}.txt", metadata=metadata))
    home = await found_in(folder)
    async with writing(home) as node:
        await register(node, requests)
        with node.journal.transaction():
            row = LotRow(name="四十件", contract="HT-2023-017", contractor="某公司", disk="D-7", created=0)
            node.journal.lots.put(row)
    return home


def plain(text: str) -> str:
    """Give text as a person reads it: fonts have signs that only look like the characters, and lines break anywhere."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def assert_a4(page: chromium.Printed) -> None:
    for sheet in page.sheets:
        assert (round(float(sheet.mediabox.width)), round(float(sheet.mediabox.height))) == A4


@pytest.mark.parametrize(("lot", "count"), [("一件", 1), ("四十件", 40)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_of_a_lot_prints_on_a4_and_asks_nobody(
    home: Home, tmp_path: Path, lot: str, count: int, language: str
) -> None:
    words = ["--home", str(home.path), "import", "report", lot, "-o", str(tmp_path / "out"), "--lang", language]
    assert main(words) == 0
    page = chromium.printed(tmp_path / "out" / "登记清单.html", tmp_path / "printed")
    assert page.asked == []
    assert len(page.sheets) <= SHEETS[count]
    assert_a4(page)
    texts = [plain(sheet.extract_text()) for sheet in page.sheets]
    assert all(f"{place}/{len(texts)}" in each for place, each in enumerate(texts, start=1))
    text = "".join(texts)
    assert len(re.findall("[0-9a-f]{64}", text)) >= count
    assert len(re.findall(r"14000001-2023-\d{8}-[0-9A-Z]", text)) == count
    fingerprint = trust_anchor(home).fingerprint
    assert plain(fingerprint) in text
    chinese, english = ("登记员", "审核员", "登记机构(盖章)"), ("registrar:", "reviewer:", "institution(seal)")
    signed = chinese if language == "zh" else english
    assert all(plain(each) in texts[-1] for each in signed)
    if count > 1:
        assert plain(LONG) in text
        assert plain(HOSTILE) in text
        assert "HT-2023-017" in text


def test_five_hundred_lines_have_their_heading_on_every_sheet(home: Home, tmp_path: Path) -> None:
    with open_for_reading(home) as node:
        lines = lines_of(node.journal, list(node.journal.resources.of_lot("四十件")))
    many = tuple(
        replace(line, row=replace(line.row, number=f"14000001-2023-{place:08d}-A"))
        for place, line in enumerate((lines * 13)[:500], start=1)
    )
    register = Register(
        institution="示例省图书馆", code="14000001", fingerprint=trust_anchor(home).fingerprint, source="/硬盘/一",
        lot=None, lines=many, head=(7, bytes(32)), made=1_700_000_000,
    )  # fmt: skip
    (tmp_path / "page.html").write_bytes(as_page(register, "zh", list_digest=b"\xab" * 32))
    page = chromium.printed(tmp_path / "page.html", tmp_path / "printed")
    assert 10 < len(page.sheets) <= SHEETS[500]
    assert_a4(page)
    for place in (0, len(page.sheets) // 2, -2):  # reading one takes a second
        text = plain(page.sheets[place].extract_text())
        assert all(said in text for said in ("登记号", "题名", "14000001-2023-00000", "ab" * 8))
    assert "审核员" in plain(page.sheets[-1].extract_text())


def test_nothing_runs_over_the_edge_of_the_sheet(home: Home, tmp_path: Path) -> None:
    assert main(["--home", str(home.path), "import", "report", "四十件", "-o", str(tmp_path / "out")]) == 0
    picture = Image.open(chromium.shot(tmp_path / "out" / "登记清单.html", tmp_path)).convert("L")
    assert picture.size == (794, 1123)
    inked = picture.point(lambda grey: 255 if grey < 128 else 0).getbbox()
    assert inked is not None
    left, _, right, _ = inked
    assert left >= 40
    assert right <= 794 - 40


def test_a_page_that_asked_somebody_would_be_found_out(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<img src="http://elsewhere.invalid/x.png">')
    assert chromium.printed(page, tmp_path / "printed").asked == ["http://elsewhere.invalid/x.png"]
