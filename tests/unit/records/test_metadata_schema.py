"""The published schema of the metadata and the reader of the metadata say the same; jsonschema is the judge."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fields_table
import jsonschema
import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.errors import BadInput
from node.importers.columns import BY_FIELD
from node.records import canonical, metadata
from node.records.metadata import Metadata
from node.records.number import Number
from node.records.parts import FileRole, Identifier, Source
from node.records.said import COLUMNS, described, texts_of
from node.records.vocabulary import ROLES, SCHEMES, VOCABULARY

SCHEMA = json.loads(Path(metadata.__file__).with_name("metadata-1.schema.json").read_text(encoding="utf-8"))
JUDGE = jsonschema.Draft202012Validator(SCHEMA)
NUMBERS = st.builds(
    lambda serial: str(Number(institution="14000001", period=2023, serial=serial)), st.integers(1, 99_999_999)
)
PART = st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters=";；"), min_size=1, max_size=12)
TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
NAMES = st.lists(PART, max_size=3).map(tuple)
DAYS = st.dates().map(str)
PATHS = st.from_regex("[a-z一-龥][a-z0-9一-龥=]{0,5}(/[a-z0-9]{1,4}){0,2}", fullmatch=True)


def either(strategy: st.SearchStrategy[Any], unsaid: Any = "") -> st.SearchStrategy[Any]:
    return st.just(unsaid) | strategy


def word(name: str) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(VOCABULARY[name]))


SOURCES = st.builds(
    Source, relation=word("relation"), number=either(NUMBERS), tool=either(PART), version=either(PART),
    confidence=st.none() | st.integers(0, 1000),
)  # fmt: skip
IDENTIFIERS = st.builds(Identifier, scheme=st.sampled_from(sorted(SCHEMES)), value=PART)
SAID = st.builds(
    Metadata,
    title=TEXT, period=st.integers(1900, 2999), type=word("type"), access=word("access"), rights=word("rights"),
    rights_holder=either(TEXT), rights_licence=either(TEXT), rights_scope=either(word("rights_scope")),
    rights_from=either(DAYS), rights_until=either(DAYS),
    rights_document=either(st.binary(min_size=32, max_size=32).map(bytes.hex)), stock=either(word("stock")),
    region=either(st.from_regex("[0-9]{6}", fullmatch=True)), institution=either(TEXT), client_ref=either(TEXT),
    identifiers=st.lists(IDENTIFIERS, max_size=4, unique=True).map(
        lambda found: tuple(sorted(found, key=lambda each: (each.scheme, each.value)))
    ),
    creator=NAMES, contributor=NAMES, publisher=either(TEXT), date=either(TEXT), alternative=either(TEXT),
    description=either(TEXT), subject=NAMES, clc=NAMES, language=NAMES, spatial=either(TEXT), temporal=either(TEXT),
    source=either(TEXT), part_of=either(NUMBERS),
    part_order=st.lists(st.integers(0, 999_999_999), max_size=4).map(tuple), issue=either(TEXT), edition=either(TEXT),
    pages=st.integers(0, 999_999_999), derived_from=st.lists(SOURCES, max_size=3).map(tuple), entry=either(PATHS),
    file_roles=st.lists(st.builds(FileRole, path=PATHS, role=st.sampled_from(sorted(ROLES))), max_size=3).map(tuple),
    contractor=either(TEXT), disk=either(TEXT), programme=either(TEXT), lot=either(TEXT), replaces=either(NUMBERS),
)  # fmt: skip

ODD = (
    st.none() | st.booleans() | st.integers(-2, 1000)
    | st.sampled_from(["", " ", "\n", "a\n", "a;b", "；", "2023-13-01"])
    | st.sampled_from([[], [""], ["a"], {}, [{}], [1], [[1]], "open", "a/b", "/a", "a/", "140000", "140000\n"])
    | st.sampled_from([[{"scheme": "doi"}], [{"relation": "made", "confidence": 1001}], [{"path": "a", "role": "x"}]])
    | NUMBERS | PART | DAYS
)  # fmt: skip


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@given(SAID, st.sampled_from(["", "0f" * 16]), st.sampled_from(["", "ab" * 32]))
def test_what_we_write_validates_and_has_the_bytes_of_rfc8785(said: Metadata, salt: str, sm3: str) -> None:
    value = said.to_json(salt, sm3=sm3)
    JUDGE.validate(value)
    assert canonical.encode(value) == rfc8785.dumps(value)
    assert Metadata.from_json(canonical.decode_canonical(canonical.encode(value))) == said


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(SAID, st.data())
def test_schema_and_reader_refuse_the_same(said: Metadata, data: st.DataObject) -> None:
    value = said.to_json()
    place: Any = value
    name: Any = data.draw(st.sampled_from([*SCHEMA["properties"], "unknown"]))
    while isinstance(held := place.get(name), list) and isinstance(held[0], dict) and data.draw(st.booleans()):
        place = place[name][0]
        name = data.draw(st.sampled_from([*place, "unknown"]))
    if data.draw(st.booleans()):
        place.pop(name, None)
    else:
        place[name] = data.draw(ODD)
    try:
        Metadata.from_json(value)
    except BadInput:
        taken = False
    else:
        taken = True
    assert JUDGE.is_valid(value) == taken


@given(SAID)
def test_the_texts_of_a_list_mean_the_same_metadata(said: Metadata) -> None:
    texts = texts_of(said)
    assert texts.keys() <= set(COLUMNS)
    assert described(Metadata(title="-", period=2000), texts) == said


def test_every_column_of_metadata_is_a_column_of_lists_and_every_field_has_one() -> None:
    assert set(COLUMNS) <= BY_FIELD.keys()
    apart = {"schema", "salt", "sm3", "part_of", "part_order"}
    assert SCHEMA["properties"].keys() - apart <= set(COLUMNS)
    for name in ("type", "access", "rights", "rights_scope", "stock"):
        assert SCHEMA["properties"][name]["enum"] == list(VOCABULARY[name])


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"replaces": "14000001-2023-00000001-0"}, "replaces"),
        ({"parent": "丛书"}, "parent"),
        ({"derived_from": "X"}, "derived_from"),
        ({"relation": "抄写"}, "relation"),
        ({"confidence": "98.5"}, "confidence"),
        ({"relation": "校对;数字化", "tool": "a;b;c"}, "relation"),
        ({"rights_until": "2023-02-30"}, "rights_until"),
        ({"rights_until": "长期"}, "rights_until"),
        ({"rights_from": "2024", "rights_until": "2023"}, "rights_until"),
        ({"identifiers": "10.1000"}, "identifiers"),
        ({"region": "14"}, "region"),
        ({"order": "第三册"}, "order"),
        ({"file_roles": "a.tif"}, "file_roles"),
        ({"creator": "a\tb"}, "creator"),
        ({"client_ref": "x" * 201}, "client_ref"),
    ],
)
def test_a_text_that_means_nothing_names_its_column(said: dict[str, str], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        described(Metadata(title="t", period=2023), said).check_as_input()
    assert caught.value.field == field


def test_a_correction_leaves_the_other_identifiers() -> None:
    said = {"isbn": "9787", "cdoi": "108.ndlc.1", "identifiers": "doi:10.1/a"}
    first = described(Metadata(title="t", period=2023), said)
    second = described(first, {"isbn": "1000-0000"})
    assert [(each.scheme, each.value) for each in second.identifiers] == [
        ("cdoi", "108.ndlc.1"), ("doi", "10.1/a"), ("issn", "1000-0000")
    ]  # fmt: skip


def test_the_published_table_is_the_table_of_fields() -> None:
    assert fields_table.PAGE.read_text(encoding="utf-8") == fields_table.page()
