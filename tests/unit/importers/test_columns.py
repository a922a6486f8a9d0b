from __future__ import annotations

import columns_table
import pytest

from node.importers.columns import BY_FIELD, COLUMNS, WORDS, field_of
from node.importers.description_list import HEADINGS
from node.records.vocabulary import VOCABULARY

RULES = {"text", "path", "title", "word", "period", "date", "licence", "number", "reference", "count",
         "order", "thousandths", "region", "identifiers", "roles", "sha256", "sm3", "md5"}  # fmt: skip


def test_every_heading_is_recognised_in_chinese_english_and_dublin_core() -> None:
    for column in COLUMNS:
        for heading in filter(None, (column.field, column.zh, column.en, column.dc, *column.also)):
            assert field_of(heading) == column.field, heading


def test_what_register_takes_has_the_same_names_here() -> None:
    assert {field: BY_FIELD[field].zh for field in HEADINGS} == HEADINGS


def test_the_rules_are_known_and_words_have_their_vocabulary() -> None:
    assert {column.rule for column in COLUMNS} <= RULES
    assert {column.field for column in COLUMNS if column.rule == "word"} == set(WORDS)
    assert set(VOCABULARY) <= set(WORDS)


@pytest.mark.parametrize(
    ("heading", "field"),
    [("题名（必填）", "title"), ("題 名", None), (" DC.Title ", "title"), ("ＴＩＴＬＥ", "title"),
     ("公开级别*", "access"), ("dcterms.isPartOf", "parent"), ("client ref", "client_ref"), ("SHA-256 (hex)", "sha256"),
     ("", None)],
)  # fmt: skip
def test_width_case_spaces_and_remarks_do_not_matter(heading: str, field: str | None) -> None:
    assert field_of(heading) == field


def test_the_published_table_is_the_table_of_columns() -> None:
    assert columns_table.PAGE.read_text(encoding="utf-8") == columns_table.page()
