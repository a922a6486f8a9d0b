from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbooks import workbook

from node.counting.unit_record import check_unit, unit_schema
from node.errors import BadInput
from node.importers.unit_columns import UNIT_COLUMNS, unit_field_of
from node.importers.unit_source import UnitSource
from node.importers.unit_table import CONFORMS, cells_of, unit_workbook

NUMBER = "14000001-2023-00000001-X"


def read(data: bytes, name: str = "标引.xlsx") -> list[Any]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(data)
        return [line.unit for line in UnitSource(file).objects()]


def test_the_columns_are_the_fields_of_the_schema() -> None:
    places = {"page", "xywh", "time", "characters", "quote"}
    # relations are objects, which no cell holds; they come in JSON Lines alone
    assert {column.field for column in UNIT_COLUMNS} - places == set(unit_schema()["properties"]) - {"relations"}
    for column in UNIT_COLUMNS:
        assert unit_field_of(column.zh) == unit_field_of(column.field) == column.field


def test_one_workbook_spans_several_books_and_sheets() -> None:
    heads = ["登记号", "标识", "层级", "页码", "区域", "标签", "置信度"]
    first = [heads, [NUMBER, "u1", "段", 12, "0, 0, 10, 20", "抗战;晋绥", 985], [None], [NUMBER, "u2", "页", "13-14"]]
    second = [["晋绥日报标引"], heads, ["14000001-2023-00000002-X", 1, "图", None, None, "画报；兴县"]]
    units = read(workbook(("甲", first), ("乙", second)))
    assert units[0] == {
        "resource_id": NUMBER, "unit_id": "u1", "level": "段", "tags": ["抗战", "晋绥"], "confidence": 985,
        "selector": {"type": "FragmentSelector", "conformsTo": CONFORMS, "value": "page=12&xywh=0,0,10,20"},
    }  # fmt: skip
    assert [unit["unit_id"] for unit in units] == ["u1", "u2", "1"]
    assert units[2]["tags"] == ["画报", "兴县"]
    assert not any(map(check_unit, units))


def test_time_characters_and_quotation_become_refined_selectors() -> None:
    csv = '标识,层级,起止时间,起止字符,原文\nu1,音频段,"83,90",120-180,抗战到底\nu2,段,,120,\n'
    first, second = read(csv.encode(), "a.csv")
    assert first["selector"]["value"] == "t=83,90"
    assert first["selector"]["refinedBy"]["start"] == 120
    assert first["selector"]["refinedBy"]["refinedBy"]["exact"] == "抗战到底"
    assert check_unit(first) == []
    assert isinstance(second, BadInput)
    assert (second.row, second.field) == (3, "characters")


@pytest.mark.parametrize(
    "unit", [{"subjects": [{"label": "x"}]}, {"tags": ["a;b"]}, {"relations": [{"relation": "x"}]}, {"x": "y"}]
)
def test_what_no_cell_can_hold_is_told_and_not_lost(unit: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as refused:
        cells_of(unit)
    assert refused.value.field == next(iter(unit))


WORD = st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters=";；\n"), min_size=1, max_size=12)
WORDS = st.lists(WORD, min_size=1, max_size=3)
FRAGMENT = st.sampled_from(
    ["page=1", "page=2-3", "xywh=percent:0,0,10,10", "t=1,2", "page=4&xywh=1,2,3,4", "scene=a", "t=1&page=2"]
)
TEXT_SELECTOR = st.one_of(
    st.none(),
    st.builds(lambda a: {"type": "TextPositionSelector", "start": a, "end": a + 9}, st.integers(0, 99)),
    st.builds(lambda text: {"type": "TextQuoteSelector", "exact": text}, WORD),
)
SELECTOR = st.builds(
    lambda value, inner: {"type": "FragmentSelector", "conformsTo": CONFORMS, "value": value}
    | ({} if inner is None else {"refinedBy": inner}),
    FRAGMENT,
    TEXT_SELECTOR,
)
UNIT = st.fixed_dictionaries(
    {"unit_id": st.from_regex("[a-z0-9=+-]{1,9}", fullmatch=True), "level": st.sampled_from(["页", "段", "图"])},
    optional={
        "title": WORD, "abstract": WORD, "tags": WORDS, "clc": WORDS, "persons": WORDS, "subjects": WORDS,
        "confidence": st.integers(0, 1000), "selector": SELECTOR | st.lists(SELECTOR, min_size=1, max_size=2),
        "method": st.sampled_from(["人工", "自动"]), "resource_id": st.just(NUMBER), "file": WORD,
    },
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(UNIT, min_size=1, max_size=5))
def test_units_written_to_excel_are_read_back_the_same(units: list[dict[str, Any]]) -> None:
    assert read(unit_workbook(units)) == units


def test_several_values_in_json_are_asked_for_as_an_array(tmp_path: Path) -> None:
    file = tmp_path / "标引.jsonl"
    file.write_text(f'{{"resource_id":"{NUMBER}","unit_id":"u1","level":"页","title":"x","tags":"抗战"}}\n')
    (line,) = UnitSource(file).lines()
    assert isinstance(line.unit, BadInput)
    assert line.unit.mend is not None
    assert "数组" in line.unit.mend.zh
