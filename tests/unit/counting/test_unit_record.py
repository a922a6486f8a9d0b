from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger import number, unit

from node.counting.rule import shipped_rule
from node.counting.unit_record import check_unit, unit_schema
from node.records.quick_check import quick_check
from node.records.schema_check import faults

GOOD: dict[str, Any] = {
    "unit_id": "u000001", "resource_id": number(1), "level": "段", "element_type": "文本", "title": "社论",
    "selector": {
        "type": "FragmentSelector", "conformsTo": "http://www.w3.org/TR/media-frags/", "value": "page=1&xywh=0,0,9,9",
        "refinedBy": {"type": "TextQuoteSelector", "exact": "抗战到底"},
    },
    "tags": ["抗日战争"], "subjects": [{"scheme": "CCT", "code": "1", "label": "晋绥边区"}], "clc": ["K265"],
    "persons": ["贺龙"], "method": "人机结合", "confidence": 985, "indexer_id": "A017", "qc_status": "抽检合格",
    "replaces": [f"{number(1)}#u000000"],
}  # fmt: skip


def test_a_unit_record_and_the_units_of_the_other_tests_are_well_formed() -> None:
    assert check_unit(GOOD) == []
    selector = [{"type": "TextPositionSelector", "start": 0, "end": 9}]
    assert check_unit(unit(number(1), "u1") | {"selector": selector}) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"level": "字"}, "level"),
        ({"level": None}, "level"),
        ({"unit_id": "a#b"}, "unit_id"),
        ({"unit_id": ""}, "unit_id"),
        ({"resource_id": "甲"}, "resource_id"),
        ({"confidence": 1001}, "confidence"),
        ({"confidence": True}, "confidence"),
        ({"confidence": "985"}, "confidence"),
        ({"indexer_id": "张三"}, "indexer_id"),
        ({"tags": "抗日"}, "tags"),
        ({"tags": [""]}, "tags[0]"),
        ({"tags": ["x", 3]}, "tags[1]"),
        ({"subjects": [{"code": "1"}]}, "subjects[0].label"),
        ({"subjects": [{"label": "a", "x": 1}]}, "subjects[0].x"),
        ({"selector": "page=1"}, "selector"),
        ({"selector": {"type": "SvgSelector"}}, "selector"),
        ({"selector": {"type": "FragmentSelector"}}, "selector.value"),
        ({"selector": {"type": "TextPositionSelector", "start": -1, "end": 2}}, "selector.start"),
        ({"text_digest": "AB"}, "text_digest"),
        ({"replaces": ["u1"]}, "replaces[0]"),
        ({"备注": "x"}, "备注"),
    ],
)
def test_each_fault_is_told_with_its_place(change: dict[str, Any], field: str) -> None:
    (fault,) = check_unit(GOOD | change)
    assert fault.field == field
    assert fault.words.zh != fault.words.en


@pytest.mark.parametrize(
    ("selector", "place"),
    [
        ({"type": "FragmentSelector", "value": "page=3-1"}, "selector.value"),
        ({"type": "FragmentSelector", "value": "t=9,3"}, "selector.value"),
        ({"type": "FragmentSelector", "value": "xywh=percent:50,0,60,1"}, "selector.value"),
        ({"type": "FragmentSelector", "value": "xywh=1,2,3"}, "selector.value"),
        ([{"type": "TextPositionSelector", "start": 9, "end": 3}], "selector[0].end"),
        ({"type": "RangeSelector", "startSelector": {"type": "FragmentSelector", "value": "t="},
          "endSelector": {"type": "TextQuoteSelector", "exact": "x"}}, "selector.startSelector.value"),
    ],
)  # fmt: skip
def test_a_selector_that_points_nowhere_is_told(selector: Any, place: str) -> None:
    assert [fault.field for fault in check_unit(GOOD | {"selector": selector})] == [place]


PIECES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-5, 1100), st.text("a#甲\n;", max_size=3),
        st.sampled_from(["页", "文本", "人工", number(1), f"{number(1)}#u", "TextQuoteSelector", "FragmentSelector"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["type", "value", "exact", "label", "refinedBy", "start", "end", "x"]), inner, max_size=4
        ),
    ),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from([*unit_schema()["properties"], "x"]), PIECES, max_size=4))
def test_the_quick_check_says_what_the_slow_one_says(change: dict[str, Any]) -> None:
    quick = quick_check(unit_schema())
    for value in (change, GOOD | change):
        assert quick(value) == (not faults(value, unit_schema()))


def test_what_is_no_object_or_lacks_its_fields_is_told() -> None:
    assert [fault.words.en for fault in check_unit([1])] == ["must be of type object"]
    assert [fault.field for fault in check_unit({})] == ["unit_id", "level"]


def test_selectors_nested_without_end_are_told_and_cost_nothing() -> None:
    selector: dict[str, Any] = {"type": "FragmentSelector", "value": "page=1"}
    for _ in range(2000):
        selector = {"type": "FragmentSelector", "value": "page=1", "refinedBy": selector}
    found = check_unit(GOOD | {"selector": selector})
    assert 1 <= len(found) < 9
    assert all("levels" in fault.words.en for fault in found)


def test_the_levels_of_the_schema_are_those_that_the_rule_may_count() -> None:
    assert set(unit_schema()["properties"]["level"]["enum"]) >= shipped_rule().levels


def test_a_schema_with_a_word_that_is_not_checked_is_our_own_fault() -> None:
    with pytest.raises(AssertionError, match="multipleOf"):
        faults(3, {"type": "integer", "multipleOf": 2})


def test_every_field_of_the_schema_says_what_it_is() -> None:
    assert all(field.get("description") for field in unit_schema()["properties"].values())
