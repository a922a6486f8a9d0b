from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ledger import RULE, Ledger, number, unit

from node.counting import rule
from node.counting.position import part_of, position_of
from node.counting.rule import plain, read_rule, shipped_rule
from node.counting.substance import labels_of, substance_digest
from node.counting.tally import REASONS
from node.errors import BadInput
from node.records import canonical

RULE_1 = "7ba8aaa5570908d3862055d336ba79a65524acbcbfb2f3b8e3abdc6d2dc9ad51"
BOOK = number(1)


@pytest.fixture(name="ledger")
def ledger_with_a_book() -> Ledger:
    ledger = Ledger()
    ledger.record(BOOK, "tif/0001.tif", "tif/0002.tif", "jpg/0001.jpg")
    ledger.accept("一")
    return ledger


def place(selector: Any = None, *, parts: tuple[str, ...] = (), **said: Any) -> str | None:
    return position_of({"selector": selector} | said, RULE, parts=parts)


def fragment(value: str) -> dict[str, str]:
    return {"type": "FragmentSelector", "value": value}


def test_a_shipped_rule_never_changes() -> None:
    assert shipped_rule(1).digest.hex() == RULE_1


@pytest.mark.parametrize(
    "change", [{"format": 2}, {"more": 1}, {"levels": "页"}, {"steps": {"seconds": 0}}, {"version": True}]
)
def test_a_rule_of_another_form_is_refused(change: dict[str, Any]) -> None:
    value = canonical.decode(Path(rule.__file__).with_name("rule-1.json").read_bytes()) | change
    with pytest.raises(BadInput):
        read_rule(canonical.encode(value))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (place(fragment("page=12")), place(fragment("page=012"))),
        (place(fragment("page=12")), place([fragment("page=12-12")])),
        (place(fragment("page=12")), place(file="tif/0012.tif")),
        (place(file="tif/0012.tif"), place(file="JPG/0012.jpg")),
        (place(file="原图/p0012.tif"), place(file="缩略图\\p12.jpg")),
        (place(fragment("page=3,5")), place(fragment("page=3-5"))),
        (place(fragment("t=83.4,90")), place(fragment("t=npt:1:23,1:30.2"))),
        (place(fragment("xywh=100,200,300,400")), place(fragment("xywh=pixel:101,198,303,402"))),
        (place(fragment("xywh=percent:10,20,30,40")), place(fragment("xywh=percent:10.2,20,29.9,40"))),
        (place({"type": "TextPositionSelector", "start": 3, "end": 9}), place({"start": 3, "end": 9, "x": 1})),
        (place({"exact": "晋绥 边区"}), place({"exact": "晋绥边区。", "prefix": "在"})),
        (place(fragment("page=2") | {"refinedBy": fragment("t=1,2")}), place(fragment("t=1,2&page=2"))),
    ],
)
def test_one_place_is_written_in_one_way(one: str, other: str) -> None:
    assert one == other
    assert one


def test_other_places_stay_other_places() -> None:
    values = ["page=1", "page=2", "page=1-2", "t=1,2", "t=2,3", "xywh=0,0,16,16", "xywh=32,0,16,16"]
    values.append("xywh=percent:0,0,16,16")
    assert len({place(fragment(value)) for value in values}) == len(values)


@pytest.mark.parametrize(
    "selector",
    [7, "x", {"value": 3}, {"value": "page=x"}, fragment("t=a,b"), fragment("xywh=NaN,1e999999,,"), [[[]]]],
)
def test_a_selector_of_any_form_is_read_without_failing(selector: Any) -> None:
    assert isinstance(place(selector), str)


def test_a_selector_refined_without_end_is_followed_only_so_far() -> None:
    selector: dict[str, Any] = fragment("page=1")
    for _ in range(5000):
        selector = {"refinedBy": selector}
    assert place(selector) == ""


def test_parts_are_volumes_not_formats() -> None:
    assert part_of("第一册/tif/0012.tif", RULE) == ("第一册", 12)
    assert part_of("book.pdf", RULE) == ("book", None)
    several = ("第一册", "第二册")
    assert place(file="第一册/0012.tif", parts=several) != place(file="第二册/0012.tif", parts=several)
    assert place(fragment("page=12"), parts=several) is None
    assert place(file="第九册/0012.tif", parts=several) is None, "a part that is not there"


def test_labels_that_say_no_more_than_title_type_and_level_are_none() -> None:
    said = {"title": "抗战日报", "level": "页", "element_type": "文本"}
    assert labels_of(said | {"tags": ["《抗战日报》", "页", "文本", "表", "", "无"]}, RULE) == set()
    subjects = {"tags": ["晋绥", "晋 绥"], "subjects": [{"scheme": "CCT", "label": "抗日战争"}]}
    assert labels_of(said | subjects, RULE) == {"晋绥", "抗日战争"}
    assert labels_of({"tags": "晋绥"}, RULE) == {"晋绥"}
    assert labels_of({"tags": [3, None, {"x": 1}]}, RULE) == set()
    assert plain("ＡＢ－c 「甲」") == "abc甲"


def test_the_substance_leaves_out_ids_people_tool_confidence_quality_and_batch() -> None:
    one = unit(BOOK, "u1", 1)
    changed = {
        "unit_id": "u2", "resource_id": number(9), "parent_unit": "p", "indexer_id": "A1", "reviewer_id": "B1",
        "tool": "x", "tool_version": "2", "method": "自动", "confidence": 1, "qc_status": "返工",
        "batch_id": 7, "salt": "0" * 32,
    }  # fmt: skip
    assert substance_digest(one, RULE) == substance_digest(one | changed, RULE)
    for name, value in {"title": "乙", "tags": ["x"], "level": "段", "abstract": "x"}.items():
        assert substance_digest(one, RULE) != substance_digest(one | {name: value}, RULE)


CHEATS: dict[str, tuple[dict[str, Any] | bytes, dict[str, Any], str]] = {
    "a confidence changed": (unit(BOOK, "u2", 1, confidence=1), {}, "repeated"),
    "a title changed": (unit(BOOK, "u2", 1, title="乙"), {}, "same-place"),
    "the JPEG beside the TIFF": (unit(BOOK, "u2", file="jpg/0001.jpg"), {}, "same-place"),
    "the same identifier": (unit(BOOK, "u1", 2), {}, "same-id"),
    "another year": (unit(BOOK, "u2", 1), {"period": 2024}, "repeated"),
    "a level that is none": (unit(BOOK, "u2", 2, level="字"), {}, "level"),
    "no tag": (unit(BOOK, "u2", 2, tags=[]), {}, "untagged"),
    "the title as tag": (unit(BOOK, "u2", 2, tags=["抗战日报"]), {}, "untagged"),
    "nobody reviewed": (unit(BOOK, "u2", 2), {"reviewed": False}, "unreviewed"),
    "a lot that is not accepted": (unit(BOOK, "u2", 2), {"lot": "二"}, "lot"),
    "a resource that is none": (unit(number(99), "u2", 2), {}, "unregistered"),
    "another's resource": (unit(BOOK, "u2", 2), {"institution": "15000001"}, "foreign"),
    "no record": (b"[1]", {}, "malformed"),
    "no identifier": (unit(BOOK, "", 2), {}, "malformed"),
    "another rule": (unit(BOOK, "u2", 2), {"rule": bytes(32)}, "other-rule"),
    "no JSON": (b"{", {}, "malformed"),
    "a level that is no text": (unit(BOOK, "u2", 2, level=["页"]), {}, "malformed"),
}


@pytest.mark.parametrize("name", CHEATS)
def test_each_cheat_adds_nothing_and_is_told_by_its_reason(name: str, ledger: Ledger) -> None:
    cheat, fact, reason = CHEATS[name]
    ledger.batch(unit(BOOK, "u1", 1))
    ledger.batch(cheat, **fact)
    tally = ledger.count()
    assert (tally.counted, tally.on_chain) == (1, 2)
    assert dict(tally.excluded) == {reason: 1}


def test_a_re_scan_and_the_text_of_a_scan_and_the_same_bytes_again_are_one_work(ledger: Ledger) -> None:
    again = ledger.record(number(2), sources=(BOOK,))
    text = ledger.record(number(3), sources=(again,))
    same = ledger.record(number(4), contents=(BOOK.encode(),))
    of_two_scans = ledger.record(number(5), sources=(again, same))
    ledger.batch(*(unit(resource, "u", 1) for resource in (BOOK, again, text, same, of_two_scans)))
    ledger.batch(unit(ledger.record(number(6)), "u", 1))
    assert ledger.count().counted == 2


def test_a_compilation_is_a_work_of_its_own_whose_units_name_their_source(ledger: Ledger) -> None:
    other = ledger.record(number(2))
    reader = ledger.record(number(3), sources=(BOOK, other))
    ledger.batch(unit(BOOK, "u1", 1), unit(other, "u1", 1))
    ledger.batch(unit(reader, "u1", 1), unit(reader, "u2", 1, source=BOOK), unit(reader, "u3", 2, source=other))
    tally = ledger.count()
    assert tally.counted == 3
    assert dict(tally.excluded) == {"several-works": 1, "same-place": 1}


def test_a_withdrawn_place_is_not_paid_for_again_in_another_year(ledger: Ledger) -> None:
    ledger.batch(unit(BOOK, "u1", 1), period=2022)
    ledger.batch(unit(BOOK, "u2", 2, withdraws=[f"{BOOK}#u1"]), unit(BOOK, "u3", 1), period=2023)
    tally = ledger.count()
    assert tally.counted == 1
    assert dict(tally.excluded) == {"unit-withdrawn": 1, "earlier-year": 1}
    assert ledger.count(as_of=1).counted == 1, "as of the first header nothing was withdrawn"


def test_a_correction_keeps_its_year_and_adds_nothing(ledger: Ledger) -> None:
    ledger.batch(unit(BOOK, "u1", 1), unit(BOOK, "u2", 2), period=2022)
    ledger.batch(unit(BOOK, "u3", 5, replaces=[f"{BOOK}#u1"]), period=2023)
    tally = ledger.count()
    assert (tally.counted, dict(tally.by_period)) == (2, {2022: 2})
    assert dict(tally.excluded) == {"unit-withdrawn": 1}
    ledger.batch(unit(BOOK, "u4", 6, replaces=f"{BOOK}#u3"), unit(BOOK, "u5", 5), period=2024)
    tally = ledger.count()
    assert (tally.counted, dict(tally.by_period)) == (2, {2022: 2})
    assert dict(tally.excluded) == {"unit-withdrawn": 2, "earlier-year": 1}


def test_nobody_takes_back_what_is_anothers(ledger: Ledger) -> None:
    theirs = ledger.record(number(1, institution="15000001"))
    ledger.accept("一", institution="15000001")
    ledger.batch(unit(BOOK, "u1", 1))
    ledger.batch(unit(theirs, "u1", 1, replaces=[f"{BOOK}#u1"]), institution="15000001")
    assert ledger.count().counted == 2


def test_the_count_as_of_a_height_never_changes_afterwards(ledger: Ledger) -> None:
    ledger.facts.accepted["14000001", "二"] = 2
    first = ledger.batch(unit(BOOK, "u1", 1), unit(BOOK, "u2", 2, level="段", parent_unit="u1"))
    before = ledger.count(first).to_json()
    ledger.batch(unit(BOOK, "u3", 3), lot="二")
    ledger.record(BOOK, withdrawn_at=3)
    ledger.batch(unit(BOOK, "u4", 4))
    assert ledger.count(first).to_json() == before
    assert before["nested"] == 1
    assert before["by"]["level"] == {"段": 1, "页": 1}
    assert ledger.count(2).counted == 3
    assert dict(ledger.count(3).excluded) == {"resource-withdrawn": 4}


def test_every_reason_has_words_and_a_test() -> None:
    told = {reason for _, _, reason in CHEATS.values()}
    told |= {"no-position", "several-works", "resource-withdrawn", "earlier-year", "unit-withdrawn"}
    assert told == set(REASONS)
