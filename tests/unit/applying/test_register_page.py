"""The register: everything escaped, texts that stay texts, and an honest meter."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from bench import Bench
from openpyxl import load_workbook

from node.applying.register import Register, lines_of
from node.applying.sheet import as_page
from node.cli.meter import Meter
from node.listing.formats import in_format
from storage.lots import LotRow

if TYPE_CHECKING:
    from pathlib import Path

TITLE = "=1+1 <script>alert('&')</script>"


@pytest.fixture
def register(tmp_path: Path) -> Register:
    bench = Bench.found(tmp_path)
    bench.apply(bench.write(清单__csv=f'路径,题名,交付批次\na.txt,"{TITLE}",<批>\n', a__txt="甲"))
    rows = list(bench.journal.resources.of_lot("<批>"))
    assert bench.journal.lots.unnamed() == ["<批>"]
    lot = LotRow(name="<批>", contract="<i>", created=0)
    return Register(
        institution="<b>馆", code="14000001", fingerprint="ab" * 8, source="/a&b", lot=lot,
        lines=lines_of(bench.journal, rows), head=(7, b"\1" * 32), made=1_700_000_000, left=3,
    )  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_escapes_everything_and_says_what_it_must(register: Register, language: str) -> None:
    page = as_page(register, language, list_digest=b"\2" * 32).decode()
    assert not any(bad in page for bad in ("<script", "<i>", "<b>", "<批>", "/a&b<"))
    assert "=1+1 &lt;script&gt;" in page
    for said in ("02" * 32, "0x" + "01" * 32, "ab" * 8, "14000001-2023-00000001", "size: A4"):
        assert said in page


def test_the_page_claims_a_registration_only_when_all_of_it_is_final(register: Register) -> None:
    def remark(register: Register) -> bool:
        return "本清单证明" in as_page(register, "zh", list_digest=b"\2" * 32).decode()

    waiting = register.lines[0]
    final = replace(waiting, row=replace(waiting.row, code=1, stage="confirmed"))
    assert not remark(register)
    assert not remark(replace(register, head=None, lines=(final,)))
    assert not remark(replace(register, lines=(final, waiting)))
    assert remark(replace(register, lines=(final,)))


@pytest.mark.parametrize(("language", "said"), [("zh", "只有一个验证节点"), ("en", "with one validator")])
def test_the_page_says_when_it_rests_on_a_chain_of_one(register: Register, language: str, said: str) -> None:
    for alone in (True, False):
        page = as_page(replace(register, alone=alone), language, list_digest=b"\2" * 32).decode()
        assert (said in page) is alone


def test_the_lists_hold_texts_as_texts(register: Register) -> None:
    rows = [line.listed() for line in register.lines]
    line = json.loads(in_format("jsonl", rows, language="zh"))
    assert (line["title"], line["status"], line["lot"]) == (TITLE, "review", "<批>")
    sheet = load_workbook(io.BytesIO(in_format("xlsx", rows, language="zh"))).active
    assert sheet is not None
    cells = {str(head.value): cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert (cells["题名"].value, cells["题名"].data_type, cells["字节数"].value) == (TITLE, "s", 3)
    assert f"'{TITLE}" in in_format("csv", rows, language="zh").decode("utf-8-sig")


def test_the_meter_says_nothing_before_it_can_know_and_then_what_the_last_minute_says() -> None:
    now = [0.0]

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    meter = Meter("存入", size=1000, count=10, stream=Terminal(), language="zh", clock=lambda: now[0])
    for second in range(1, 5):
        now[0] = second
        meter.taken(10)
        assert meter.remaining() is None
    now[0] = 10.0
    meter.taken(60)
    assert meter.remaining() is None
    meter.done()
    assert meter.remaining() == 90.0
    assert "100 B/1000 B · 1/10 件 · 约剩 2 分钟" in meter.text()
