from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import deliveries
from openpyxl import load_workbook

from node.importers.columns import MENDING
from node.importers.template import template
from node.precheck import marked_workbook as module
from node.precheck.marked_workbook import marked_workbook

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from node.precheck.check import Report

RED, YELLOW = "00FFC7CE", "00FFEB9C"


def opened(report: Report, language: str = "zh") -> Any:
    return load_workbook(io.BytesIO(marked_workbook(report, language)))


def filled_template(folder: Path) -> Report:
    """Check a template that somebody filled in, with a title above and two faults."""
    book = load_workbook(io.BytesIO(template()))
    sheet = book["清单"]
    sheet.append(["a.txt", "甲", "图片集"])
    sheet.append([None])
    sheet.append(["没有.txt", "乙", "图像"])
    book.save(folder / "清单.xlsx")
    deliveries.write(folder, {"a.txt": "a"})
    return deliveries.checked(folder)


def test_the_same_workbook_comes_back_with_marks_and_mends(tmp_path: Path) -> None:
    book = opened(filled_template(tmp_path))
    assert book.sheetnames == ["清单", "填写说明", "示例", "预检结果"]
    sheet = book["清单"]
    assert len(sheet.data_validations.dataValidation) == 4
    assert sheet["C2"].fill.fgColor.rgb == RED
    assert sheet["A4"].fill.fgColor.rgb == RED
    assert sheet["B2"].fill.fgColor.rgb == "00000000"
    heads = [cell.value for cell in sheet[1]]
    beside = heads.index(MENDING)
    assert "没有“图片集”这个取值 → 可用:文本" in sheet[2][beside].value
    assert "补交" in sheet[4][beside].value
    assert sheet[3][beside].value is None
    assert ("错误", "清单.xlsx", "清单", "4", "路径") in [row[:5] for row in book["预检结果"].values]


def test_what_was_mended_in_the_marked_workbook_is_checked_again(tmp_path: Path) -> None:
    report = filled_template(tmp_path)
    book = opened(report)
    book["清单"]["C2"], book["清单"]["A4"], book["清单"]["B4"] = "图像", None, None
    book["清单"]["C4"] = None
    (tmp_path / "清单.xlsx").unlink()
    book.save(tmp_path / "改好.xlsx")
    again = deliveries.checked(tmp_path)
    assert again.count("error") == 0
    assert len(again.brought.tables) == 1
    last = opened(again)["清单"]
    assert "图片集" not in str([cell.value for cell in last[2]])


def test_a_csv_comes_back_as_a_workbook_without_formulas(tmp_path: Path) -> None:
    row = deliveries.GOOD | {"说明": "=1+1", "类型": "=HYPERLINK(0)", "日期": "民国元年"}
    book = opened(deliveries.listed(tmp_path, row), "en")
    sheet = book["清单1"]
    values = {cell.value: cell for cell in sheet[2]}
    assert values["=1+1"].data_type == values["=HYPERLINK(0)"].data_type == "s"
    assert values["=HYPERLINK(0)"].fill.fgColor.rgb == RED
    assert "there is no value" in sheet[2][len(row)].value
    assert [cell.value for cell in sheet[1]] == [*row, MENDING]
    assert all(cell.data_type != "f" for line in book["预检结果"] for cell in line)


def test_a_workbook_too_large_to_keep_comes_back_with_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_CELLS", 0)
    sheet = opened(filled_template(tmp_path))["清单"]
    assert [row[0] for row in sheet.values] == ["路径", "a.txt", "没有.txt"]
    assert sheet["C2"].fill.fgColor.rgb == RED
