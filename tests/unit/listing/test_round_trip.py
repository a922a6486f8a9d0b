"""What goes out in a list comes in again as the same metadata, and nothing in it is computed by a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from node.errors import BadInput
from node.importers.cell_text import guarded, unguarded
from node.importers.lists import read_list_bytes
from node.importers.mapping import Mapping
from node.listing.formats import in_format
from node.listing.rows import KNOWN
from node.records.metadata import Metadata
from node.records.said import NAMES, TEXTS, WORDS, described, texts_of
from node.records.vocabulary import VOCABULARY

PLAIN = Metadata(title="-", period=2023)
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
CHARACTERS = st.characters(exclude_categories=["C"], include_characters="=+-@'\"\n,;_x") | st.sampled_from("=+-@'")
TEXT = st.text(CHARACTERS, min_size=1, max_size=12).map(str.strip).filter(bool)
SAID = st.fixed_dictionaries(
    {"title": TEXT, "lot": TEXT},
    optional={name: TEXT for name in TEXTS if name not in ("title", "client_ref", "region")}
    | {name: st.lists(TEXT, max_size=3).map(";".join) for name in NAMES}
    | {name: st.sampled_from(sorted(VOCABULARY[name].values())) for name in WORDS},
)  # fmt: skip
KNOWN_ROW: dict[str, Any] = dict.fromkeys(KNOWN, "x") | {"status": "registered", "kind": "file", "size": 3}


def meant(said: dict[str, str]) -> Metadata:
    """Give the metadata that texts mean, where they mean any."""
    try:
        return described(PLAIN, {name: text for name, text in said.items() if text})
    except BadInput:
        assume(False)
        raise


@given(st.text(st.sampled_from("'=+-@\t\ra"), max_size=6) | st.text())
@example("'=1")
@example("''@x")
def test_the_apostrophe_comes_off_again_and_nothing_computed_is_left(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(FORMULAS)
    assert guarded(text) == text or text.lstrip("'").startswith(FORMULAS)


@pytest.mark.parametrize("form", ["csv", "csv-no-bom", "xlsx", "jsonl"])
@settings(max_examples=60, deadline=None)
@given(lists=st.lists(SAID, min_size=1, max_size=3))
@example(lists=[{"title": "=cmd|' /C calc'!A0", "source": "'=1", "creator": "-1;@x", "lot": "_x0041_"}])
def test_a_list_comes_in_again_as_the_same_metadata(form: str, lists: list[dict[str, str]]) -> None:
    metadata = [meant(said) for said in lists]
    data = in_format(form, [KNOWN_ROW | texts_of(each) for each in metadata], language="zh")
    tables = read_list_bytes(f"清单.{form.partition('-')[0]}", data, Mapping())
    assert [described(PLAIN, row.values) for table in tables for row in table.rows()] == metadata


@settings(max_examples=60, deadline=None)
@given(said=SAID)
def test_no_cell_that_goes_out_is_a_formula(said: dict[str, str]) -> None:
    rows = [KNOWN_ROW | texts_of(meant(said))]
    for line in csv.reader(io.StringIO(in_format("csv", rows, language="zh").decode("utf-8-sig"), newline="")):
        assert not any(cell.startswith(FORMULAS) for cell in line)
    sheet = load_workbook(io.BytesIO(in_format("xlsx", rows, language="en"))).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
